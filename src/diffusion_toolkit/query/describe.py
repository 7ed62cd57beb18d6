"""Prints the fields and orders of the query language as the page docs/query-fields.md."""

import sys

from diffusion_toolkit.query.fields import FIELDS, Field
from diffusion_toolkit.query.sort import SORT_KEYS

_HEAD = """# Fields of the query language

This page is written by `python -m diffusion_toolkit.query.describe`; a test holds it equal to the program.

Text that belongs to no field searches the prompt: `blue eyes, castle`, `"exactly this"`, `*punk`, `castle OR tower`,
`castle, NOT dragon`, `-dragon`, `(castle OR tower), snow`. Every field but true-or-false ones and `path:` also takes
`none` and `any`. Names ignore case; blanks, underscores and hyphens in them are alike.
"""
_KINDS = {
    "text": 'words, `"quotes"` or a group',
    "name": "name, `*` and `?` are wildcards",
    "number": "number, comparison, range",
    "flag": "`true` or `false`",
    "date": "day, span or range of days",
    "size": "size, ratio or shape",
    "path": "`*` and `?`, `contains`, `starts with`, `ends with`",
    "presence": "`any` or `none`",
}


def describe() -> str:
    """The whole page, in Markdown."""
    rows = "\n".join(_row(field) for field in FIELDS.values())
    orders = "\n".join(
        f"| `{key.name}` | {key.title} | {'descending' if key.descending else 'ascending'} |"
        for key in SORT_KEYS.values()
    )
    return (
        f"{_HEAD}\n| field | other names | finds | takes | examples |\n|---|---|---|---|---|\n{rows}\n"
        f"\n# Orders\n\n| order | title | without `asc` or `desc` |\n|---|---|---|\n{orders}\n"
    )


def _row(field: Field) -> str:
    cells = (
        f"`{field.name}`",
        ", ".join(f"`{alias}`" for alias in field.aliases),
        field.description,
        _KINDS[field.kind],
        " · ".join(f"`{example}`" for example in field.examples),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    sys.stdout.write(describe())

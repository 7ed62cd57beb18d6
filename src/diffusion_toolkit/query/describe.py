"""Prints the fields and orders of the query language as the page docs/query-fields.md."""

import sys

from diffusion_toolkit.query.fields import FIELDS, Field
from diffusion_toolkit.query.node_property import EXAMPLES
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
    "graph": "`like` and a number, `any` or `none`",
    "raw": "characters, best in quotes",
    "hash": "4 to 64 hexadecimal digits",
    "same": "one of these and a number",
    "picture": "number of a picture",
    "property": "number, comparison, range, text, name",
}
_PROPERTIES = """# Properties of workflow nodes

`node.CLASS.PROPERTY` asks for a value of a ComfyUI node; `*` is any class, and wildcards may stand in both names. The
parts of an object stand behind a dot (`lora_1.lora`). Names with blanks, brackets or colons, and classes with dots, go
in quotes. Numbers are compared as numbers, to the last digit. `"text"` is found anywhere in the value, `="text"` is the
whole value; without quotes, a value is a pattern with `*` and `?`, or words of a longer text (one with a blank or a
comma). All ignore case. `none` and `any` ask whether the workflow has the property.
"""


def describe() -> str:
    """The whole page, in Markdown."""
    rows = "\n".join(_row(field) for field in FIELDS.values())
    orders = "\n".join(
        f"| `{key.name}` | {key.title} | {'descending' if key.descending else 'ascending'} |"
        for key in SORT_KEYS.values()
    )
    properties = "\n".join(f"- `{example}`" for example in EXAMPLES)
    return (
        f"{_HEAD}\n| field | other names | finds | takes | examples |\n|---|---|---|---|---|\n{rows}\n"
        f"\n{_PROPERTIES}\n{properties}\n"
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

"""The user's guide says what the program does: each example is read, each promise of a table is kept."""

import re
from pathlib import Path

import pytest

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query import parse
from diffusion_toolkit.query.options import ParseOptions
from diffusion_toolkit.query.sort import SORT_KEYS, parse_sort

GUIDE = (Path(__file__).parents[2] / "docs" / "query.md").read_text(encoding="utf-8")


def tables(heading: str) -> list[list[str]]:
    """The cells of all rows below a heading, up to the next one."""
    part = GUIDE.partition(f"## {heading}\n")[2].partition("\n## ")[0] if heading else GUIDE
    rows = [line for line in part.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\) \| ", row.strip("| ")) for row in rows]
    return [
        [cell.replace("\\|", "|") for cell in row] for row in cells if not row[0].startswith(("you write", "row of"))
    ]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


MISTAKES = tables("Mistakes")
CLASSIC = tables("Coming from Diffusion Toolkit")
EXAMPLES = [
    query
    for heading in ("Words", "Fields", "What you decided", "Files, days and sizes", "Other pictures")
    for row in tables(heading)
    for query in codes(row[0])
] + [query for row in tables("Workflows and raw metadata") if not row[0].startswith("any") for query in codes(row[0])]


def test_the_guide_has_its_examples() -> None:
    assert len(EXAMPLES) > 100
    assert len(MISTAKES) == 4
    assert len(CLASSIC) == 5


@pytest.mark.parametrize("query", EXAMPLES)
def test_example_can_be_read(query: str) -> None:
    parse(query)


@pytest.mark.parametrize("row", [row for row in tables("Workflows and raw metadata") if "node.*" in row[-1]])
def test_old_rows_are_queries(row: list[str]) -> None:
    for query in codes(row[-1]):
        parse(query)


@pytest.mark.parametrize("row", CLASSIC)
def test_old_habits_mean_the_same(row: list[str]) -> None:
    (there,), (here,) = codes(row[0]), codes(row[1])
    assert parse(there, options=ParseOptions(preset="classic")) == parse(here)


@pytest.mark.parametrize("row", MISTAKES)
def test_mistakes_are_told_so(row: list[str]) -> None:
    with pytest.raises(QueryError) as caught:
        parse(codes(row[0])[0])
    assert row[1] in str(caught.value)


def test_orders_are_named() -> None:
    part = GUIDE.partition("## Orders\n")[2].partition("\n## ")[0]
    named = [key for key in codes(part) if key not in ("asc", "desc")]
    assert {parse_sort(key.replace("SEED", "7")).key for key in named} == set(SORT_KEYS) - {"album", "relevance"}

"""The walk through the older program's features names tests that exist, states that are known, and every row."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "parity.md").read_text(encoding="utf-8")

STATES = {
    "there",
    "better",
    "there, no test",
    "not yet",
    "not yet: the page",
    "not yet: models",
    "not yet: later",
    "not",
}
SECTIONS = [
    *(f"2.{number}" for number in range(1, 17)),
    *(f"3.{number}" for number in range(1, 9)),
    "4",
    *(f"5.{number}" for number in range(1, 6)),
    "10",
]
CAPABILITIES = 159


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table."""
    part = re.split(rf"^## {re.escape(section)} .*\n", PAGE, flags=re.MULTILINE)[1].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def names(cell: str) -> list[tuple[str, str]]:
    """File and function of each test that a cell names."""
    return re.findall(r"`([\w/]+\.py)::(\w+)`", cell)


ROWS = [pytest.param(row, id=f"{section}: {row[0][:40]}") for section in SECTIONS for row in rows(section)]


def test_the_page_has_every_section_and_no_other() -> None:
    assert re.findall(r"^## ([\d.]+)", PAGE, flags=re.MULTILINE) == SECTIONS
    assert all(rows(section) for section in SECTIONS)


def test_the_list_by_number_has_every_number_once() -> None:
    found: list[int] = []
    for row in rows("10"):
        first, _, last = row[0].partition(". ")[0].partition("–")
        found += range(int(first), int(last or first) + 1)
    assert found == list(range(1, CAPABILITIES + 1))


def test_the_legend_names_the_states() -> None:
    legend = PAGE.partition("| state | means |")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| ([^|-][^|]*?) \|", legend, flags=re.MULTILINE)) == STATES


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_where_it_stands_and_what_shows_it(row: list[str]) -> None:
    _, state, where = row
    assert state in STATES
    if state in ("there", "better"):
        assert names(where), "name the test that shows it"
    if state in ("not", "there, no test"):
        assert where, "say why, or where it is"
    assert len(names(where)) == where.count("::"), "a test is `folder/test_file.py::test_name`"
    for file, function in names(where):
        text = (TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"^\s*(?:async )?def {function}\(", text, flags=re.MULTILINE), f"{file} has no {function}"

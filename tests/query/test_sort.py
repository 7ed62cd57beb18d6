"""The orders of a result, as they are asked for."""

import pytest

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.query.sort import SORT_KEYS, Sort, parse_sort


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Sort(key="date", descending=True)),
        ("date", Sort(key="date", descending=True)),
        ("DATE asc", Sort(key="date", descending=False)),
        ("name", Sort(key="name", descending=False)),
        (" name  desc ", Sort(key="name", descending=True)),
        ("file_size", Sort(key="filesize", descending=True)),
        ("random", Sort(key="random", descending=False)),
        ("random:7 desc", Sort(key="random", descending=True, seed=7)),
    ],
)
def test_order_is_understood(text: str, expected: Sort) -> None:
    assert parse_sort(text) == expected


@pytest.mark.parametrize("key", SORT_KEYS)
def test_every_order_is_read_as_it_is_written(key: str) -> None:
    for direction in ("", " asc", " desc"):
        sort = parse_sort(f"{key}{direction}")
        assert sort.key == key
        assert parse_sort(str(sort)) == sort


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("naem", "did you mean name?"),
        ("date up", 'no order "date up"'),
        ("name:7", "only random takes a number"),
        ("'; drop table", "one of date, added"),
        ("x" * 1_000_000, "one of date, added"),
    ],
)
def test_unknown_order_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=r".") as caught:
        parse_sort(text)
    assert message in str(caught.value)

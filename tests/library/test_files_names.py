"""Which names files may be given, and names made of patterns."""

import os
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files.names import checked_name, fitting, renamed, with_number
from diffusion_toolkit.library.files.pattern import FIELDS, Subject, check_pattern, name_of
from diffusion_toolkit.store.file_rows import PatternRow

ROW = PatternRow(
    seed="18446744073709551615",
    model="dream/shaper: v8?",
    sampler="Euler a",
    width=512,
    height=768,
    rating=None,
    prompt="a castle,\n on  a hill",
    date=0.0,
)


def subject(stem: str = "cat", index: int = 7) -> Subject:
    moment = datetime(2026, 11, 26, 21, 5, 9, tzinfo=UTC)
    return Subject(stem=stem, folder="foxes", index=index, moment=moment, row=ROW)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "needs a name"),
        (".png", "needs a name"),
        ("..", "needs a name"),
        ("a/b.png", "another folder"),
        ("a\\b.png", "another folder"),
        ("../b.png", "another folder"),
        ("a\0b.png", "control"),
        ("a\nb.png", "control"),
        ("CON.png", "reserved"),
        ("nul", "reserved"),
        ("Com1.tar.png", "reserved"),
        ("lpt³.png", "reserved"),
        ("cat.", "end with a dot or a blank"),
        ("cat.png ", "end with a dot or a blank"),
        (" cat.png", "begin with a blank"),
        ("._cat.png", "macOS"),
        ("é" * 126 + ".png", "too long"),
        ("x" * 256, "too long"),
    ],
)
def test_names_that_no_file_may_have(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        checked_name(name)


@pytest.mark.parametrize(
    "name", ["cat.png", "é" * 125 + ".png", "console.png", "com10.png", ".hidden.png", "猫.png", "a'b.png"]
)
def test_names_that_files_may_have(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    ("old", "given", "new"),
    [
        ("dog.png", "cat", "cat.png"),
        ("dog.png", "cat.png", "cat.png"),
        ("dog.PNG", "cat.png", "cat.PNG"),
        ("dog.png", "png", "png.png"),
        ("dog.png", "v1.5", "v1.5.png"),
        ("dog.tar.png", "cat", "cat.png"),
        ("dog.png", "cat.txt", "cat.txt.png"),
    ],
)
def test_the_ending_is_kept(old: str, given: str, new: str) -> None:
    assert renamed(old, given) == new


@pytest.mark.parametrize("given", ["cat.jpg", "cat.", "cat ", "", "a/cat", "CON", "x" * 252])
def test_new_names_that_are_refused(given: str) -> None:
    with pytest.raises(UsageError):
        renamed("dog.png", given)


def test_names_with_numbers() -> None:
    assert with_number("cat.png", 2) == "cat (2).png"
    assert with_number("cat.tar.png", 13) == "cat.tar (13).png"
    assert len(os.fsencode(with_number("é" * 125 + ".png", 2))) <= 255


@given(st.text(max_size=400))
def test_what_fits_is_a_name_when_an_ending_follows(text: str) -> None:
    stem = fitting(text, 4).rstrip(". ")
    problem = ""
    try:
        checked_name(stem + ".png")
    except UsageError as error:
        problem = str(error)
    assert not problem or "reserved" in problem or "macOS" in problem or not stem


def test_what_fits_steers_nothing() -> None:
    assert fitting("a\u202egpj.exe\u2066 \x9b31m\x1b[2J 👩\u200d👧") == "a_gpj.exe_ _31m_[2J 👩\u200d👧"


def test_every_part_of_a_pattern() -> None:
    pattern = "|".join(f"{{{name}}}" for name in FIELDS).replace("|", "~")
    assert name_of(pattern, subject(), ".png") == (
        "cat~7~foxes~2026-11-26~21-05-09~2026~11~26~18446744073709551615~dream_shaper_ v8_~Euler a~512~768~unknown"
        "~a castle, on a hill.png"
    )


def test_digits_of_a_pattern() -> None:
    assert name_of("{index:4} {width:6} {name:9}", subject(), ".png") == "0007 000512 cat.png"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "same",
        "{",
        "{name",
        "name}",
        "{{name}}",
        "{date:%Y}",
        "{index:0}",
        "{index:99}",
        "{no}",
        "{name.__class__}",
        "{0}",
        "{name!r}",
    ],
)
def test_patterns_that_are_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        check_pattern(pattern)


@given(st.text(max_size=60), st.integers(0, 10**6))
def test_any_pattern_gives_names_or_is_refused(text: str, index: int) -> None:
    pattern = text + "{name}{index}"
    try:
        check_pattern(pattern)
        name = checked_name(name_of(pattern, subject(text or "x", index), ".png"))
    except UsageError:
        return
    assert name.endswith(".png")
    assert "/" not in name
    assert len(os.fsencode(name)) <= 255

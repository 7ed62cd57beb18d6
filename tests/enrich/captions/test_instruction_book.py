"""The user's own instructions: a file that people edit too."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from diffusion_toolkit.enrich.captions.instruction_book import FILE, InstructionBook
from diffusion_toolkit.enrich.captions.instructions import TYPES
from diffusion_toolkit.errors import NotFound, UsageError


def test_without_a_file_the_types_are_ours(tmp_path: Path) -> None:
    book = InstructionBook(tmp_path / "none")
    assert book.types() == TYPES
    assert book.texts() == {}
    assert not (tmp_path / "none").exists()


def test_types_are_changed_added_and_restored(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("# mine\n[instructions]\npoem = 'A poem.' # short\n")
    book = InstructionBook(tmp_path)
    assert book.change("booru", " Only {limit} tags <|eot_id|> ").text == "Only {limit} tags"
    assert book.change("haiku-2", "Three lines.").title == "Haiku 2"
    text = (tmp_path / FILE).read_text()
    assert "# mine" in text
    assert "# short" in text
    types = {each.name: each for each in InstructionBook(tmp_path).types()}
    assert list(types)[12:] == ["poem", "haiku-2"]
    assert (types["booru"].title, types["booru"].text) == ("Booru-like tags", "Only {limit} tags")
    assert book.texts() == {"poem": "A poem.", "booru": "Only {limit} tags", "haiku-2": "Three lines."}
    book.restore("booru")
    book.restore("haiku-2")
    assert InstructionBook(tmp_path).texts() == {"poem": "A poem."}
    with pytest.raises(NotFound, match="booru"):
        book.restore("booru")


def test_a_text_with_quotes_and_lines_comes_back_as_it_was(tmp_path: Path) -> None:
    text = 'Say "yes"\nor \'no\'\n\\ """ # é {name}'
    InstructionBook(tmp_path).change("odd", text)
    assert InstructionBook(tmp_path).texts() == {"odd": text}


@pytest.mark.parametrize(
    ("name", "text"),
    [("Big", "x"), ("", "x"), ("a b", "x"), ("-a", "x"), ("a" * 41, "x"), ("a", " "), ("a", "x" * 9000)],
)
def test_what_is_no_instruction_is_not_kept(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(UsageError):
        InstructionBook(tmp_path).change(name, text)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    "text", ["[instructions", "instructions = 5", "[instructions]\na = 5", "[instructions]\n'A B' = 'x'"]
)
def test_a_damaged_file_is_told_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    book = InstructionBook(tmp_path)
    with pytest.raises(UsageError, match=FILE):
        book.types()
    if "a = 5" not in text and "A B" not in text:
        with pytest.raises(UsageError, match=FILE):
            book.change("x", "y")
    assert (tmp_path / FILE).read_text() == text


def test_changes_at_the_same_time_all_stay(tmp_path: Path) -> None:
    names = [f"type-{n}" for n in range(20)]

    def change(name: str) -> None:
        InstructionBook(tmp_path).change(name, "x")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, names))
    assert set(InstructionBook(tmp_path).texts()) == set(names)

"""Lists of labels: what each output of a tagger stands for."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.vocabulary import KAOMOJI

Category: TypeAlias = Literal["general", "character", "rating", "artist", "copyright", "meta"]
"""Kinds of tags, as Danbooru has them."""

CATEGORIES: Final[dict[str, Category]] = {
    "0": "general",
    "1": "artist",
    "3": "copyright",
    "4": "character",
    "5": "meta",
    "9": "rating",
}
"""Danbooru's numbers of them; 9 is what the WD taggers call their four ratings."""

_NUMBERED: Final = re.compile(r'"?(\d{1,9})"?,')

MOST_BYTES: Final = 16 * 2**20
LONGEST_NAME: Final = 500


@dataclass(frozen=True, slots=True)
class Label:
    """What one output stands for. name: as people write it, with blanks; raw: as the list has it."""

    name: str
    raw: str
    category: Category


def clean_name(raw: str) -> str:
    """A tag with blanks instead of underscores; faces stay as they are."""
    return raw if raw in KAOMOJI else raw.replace("_", " ")


def prompt_text(name: str) -> str:
    """A tag as it stands in a prompt, where bare parentheses would mean weights."""
    return re.sub(r"([\\()])", r"\\\1", name)


def read_selected_tags(data: bytes) -> tuple[Label, ...]:
    """The labels of a WD tagger's `selected_tags.csv`, in the order of the outputs.

    Columns `name` and `category` are taken, others left alone; names may hold commas and quotes. Raises UnreadableFile.
    """
    rows = csv.reader(_lines(data))
    head = [cell.strip().casefold() for cell in next(_rows(rows, 1), list[str]())]
    if "name" not in head or "category" not in head:
        raise UnreadableFile("The list of labels has no columns `name` and `category`.")
    name, category = head.index("name"), head.index("category")
    return tuple(_label(row[name], row[category]) for row in _rows(rows, max(name, category) + 1))


def read_top_tags(data: bytes) -> tuple[Label, ...]:
    """The labels of JoyTag's `top_tags.txt`: a tag a line, no categories, blank lines skipped.

    A table of number and tag, as other programs make of it, is read too. Raises UnreadableFile.
    """
    lines = [line.strip() for line in _lines(data) if line.strip()]
    return tuple(_label(raw, "0") for raw in _second_column(lines) or lines)


def has_labels(read: Callable[[bytes], Sequence[Label]], count: int, data: bytes) -> bool:
    """Whether a file is a list of just so many labels, as `read` takes it."""
    try:
        return len(read(data)) == count
    except UnreadableFile:
        return False


def _second_column(lines: list[str]) -> list[str] | None:
    """The tags of a table that counts its rows from 0 or 1, with or without a head; None when it is no table."""
    body = lines if lines and _NUMBERED.match(lines[0]) else lines[1:] if lines and "," in lines[0] else []
    numbers = [int(match[1]) if (match := _NUMBERED.match(line)) else -1 for line in body]
    if not numbers or numbers[0] not in (0, 1) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    return [row[1] for row in _rows(csv.reader(body), 2)]


def _lines(data: bytes) -> list[str]:
    if len(data) > MOST_BYTES:
        raise UnreadableFile("The list of labels is too long.")
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UnreadableFile("The list of labels is not text in UTF-8.") from error


def _rows(rows: "Iterator[list[str]]", columns: int) -> Iterator[list[str]]:
    try:
        for row in rows:
            if not row:
                continue
            if len(row) < columns:
                raise UnreadableFile(f"A row of the list of labels has fewer than {columns} columns.")
            yield row
    except csv.Error as error:
        raise UnreadableFile(f"The list of labels cannot be read: {error}") from error


def _label(raw: str, category: str) -> Label:
    raw = raw.strip()
    if not raw or len(raw) > LONGEST_NAME:
        raise UnreadableFile("A label is empty, or too long to be one.")
    return Label(clean_name(raw), raw, CATEGORIES.get(category.strip(), "general"))

"""Reads what `writing` wrote, a picture at a time; a document that somebody laid out anew is read as a whole."""

import gzip
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import orjson

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.portable.checked import Checked
from diffusion_toolkit.library.portable.entry import Album, Around, Folder, Picture, SavedQuery, TagAlias
from diffusion_toolkit.library.portable.writing import FORMAT, GZIP, VERSION
from diffusion_toolkit.library.saved_queries import LARGEST_VIEW
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.clean import clean_json

LARGEST_WHOLE = 256 * 2**20
"""A document that is not a picture a line is held whole; beyond so many bytes it is refused."""

LONGEST_LINE = 64 * 2**20
MOST_VALUES = 15_000_000
"""A line of more values is refused: two letters of JSON are an object of a hundred bytes in memory."""

LONGEST_TAG = 1_000
MOST_TAGS = 1_000

_PICTURES = b'"pictures": [\n'


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a file holds; the pictures come as they are read. ours: written by this program, names and all."""

    around: Around
    pictures: Iterator[Picture]
    ours: bool = True


@contextmanager
def opened(path: Path) -> Generator[Bundle]:
    """The curation in a file. Raises UsageError when it is none of ours, here or while the pictures are read."""
    try:
        with path.open("rb") as raw:
            is_compressed = raw.read(2) == GZIP
            raw.seek(0)
            file = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_compressed else raw
            yield _bundle(file, path)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{path} is not whole, or not written by this program: {error}.") from error


def _bundle(file: IO[bytes], path: Path) -> Bundle:
    head, around, mark = (file.readline(LONGEST_LINE) for _ in range(3))
    if mark != _PICTURES:
        return _whole(head + around + mark, file, path)
    document = Checked(_object(b"{" + head[1:] + around.rstrip(b",\n") + b"}"))
    _require_format(document, path)
    return Bundle(_around(document), _pictures(file, path))


def _whole(begun: bytes, file: IO[bytes], path: Path) -> Bundle:
    data = begun + file.read(LARGEST_WHOLE)
    if len(data) >= LARGEST_WHOLE:
        raise UsageError(f"{path} is not a picture a line, and too large to be read whole.")
    document = Checked(_object(data))
    _require_format(document, path)
    return Bundle(_around(document), (_picture(part) for part in document.parts("pictures")))


def _object(data: bytes) -> dict[str, object]:
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise UsageError(f"This is no curation of a library: more than {MOST_VALUES:,} values stand in one line.")
    found: object = orjson.loads(data)
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


def _require_format(document: Checked, path: Path) -> None:
    if document.text("format") != FORMAT:
        raise UsageError(f"{path} does not hold the curation of a library.")
    if document.number("version", 1, VERSION) is None:
        raise UsageError(f"{path} was written by a newer version of the program.")


def _pictures(file: IO[bytes], path: Path) -> Iterator[Picture]:
    while line := file.readline(LONGEST_LINE):
        if line == b"]}\n":
            return
        if line != b"\n":
            yield _picture(Checked(_object(line.rstrip(b",\n"))))
    raise UsageError(f"{path} is cut off; what was read of it was taken over.")


def _around(document: Checked) -> Around:
    return Around(
        roots=document.texts("roots"),
        folders=[
            Folder(
                root=part.text("root") or "",
                path=part.text("path") or "",
                excluded=part.text("excluded") or "no",
                archived=part.text("archived") or "no",
            )
            for part in document.parts("folders")
        ],
        tags=document.texts("tags"),
        tag_aliases=[
            TagAlias(alias=part.text("alias") or "", canonical=part.text("canonical") or "")
            for part in document.parts("tag_aliases")
        ],
        albums=[
            Album(
                name=part.text("name") or "",
                query=part.text("query"),
                sort=part.text("sort"),
                position=part.real("position") or 0.0,
                pictures=part.numbers("pictures"),
            )
            for part in document.parts("albums")
        ],
        saved_queries=[
            SavedQuery(
                name=part.text("name") or "",
                query=part.text("query") or "",
                sort=part.text("sort"),
                view=_view(part.mapping("view")),
                position=part.real("position") or 0.0,
            )
            for part in document.parts("saved_queries")
        ],
    )


def _view(given: Mapping[str, object]) -> dict[str, JsonValue]:
    """What the page shows beside a query, as the store can hold it; none where it is too much."""
    view = cast("dict[str, JsonValue]", clean_json(given))
    return view if len(orjson.dumps(view)) <= LARGEST_VIEW else {}


def _picture(part: Checked) -> Picture:
    return Picture(
        number=part.number("number", 0, 2**31 - 1) or 0,
        root=part.text("root") or "",
        folder=part.text("folder") or "",
        name=part.file_name("name") or "",
        size_bytes=part.number("size_bytes", 0, 2**62),
        mtime_ns=part.number("mtime_ns", -(2**62), 2**62),
        fingerprint=part.digest("fingerprint"),
        pixels=part.digest("pixels"),
        rating=part.number("rating", 1, 10),
        favorite=part.flag("favorite"),
        nsfw=part.flag("nsfw"),
        for_deletion=part.flag("for_deletion"),
        rated_at=part.moment("rated_at"),
        viewed_at=part.moment("viewed_at"),
        touched_at=part.moment("touched_at"),
        caption=part.text("caption"),
        tags=part.texts("tags", longest=LONGEST_TAG, most=MOST_TAGS),
        refused_tags=part.texts("refused_tags", longest=LONGEST_TAG, most=MOST_TAGS),
    )

"""What a grid shows of each picture, column by column: a page of 500 takes two milliseconds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog import State
from diffusion_toolkit.catalog.columns import Flag
from diffusion_toolkit.catalog.groups import MOST_CHARACTERS
from diffusion_toolkit.library.images import file_version
from diffusion_toolkit.media.renditions import RenditionKind, rendition_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One image of a page. Paths are printable and absolute; date in seconds since 1970; version changes with the file.

    problems: how many; phase: 1 when its metadata was read; missing: the file was gone at the last scan; available: its
    root can be reached; rendition: what a browser shows, as far as its format tells (the details know codecs);
    in_album: it stands in an album that is not smart; words: what names it to who cannot see it, the beginning of its
    caption, else of its prompt, casefolded.
    """

    id: int
    name: str
    path: str
    folder: str
    format: str | None
    width: int | None
    height: int | None
    duration_s: float | None
    size_bytes: int
    date: float
    rating: int | None
    favorite: bool
    nsfw: bool
    for_deletion: bool
    problems: int
    phase: int
    missing: bool
    available: bool
    version: str
    rendition: RenditionKind
    in_album: bool
    words: str | None


def item_rows(state: State, positions: NDArray[np.int32]) -> list[dict[str, Any]]:
    """The fields of an `Item` for each of these pictures."""
    columns = _columns(state, positions)
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if state.nsfw_hidden:
        for row in rows:
            if row["nsfw"]:  # marked after the query found it: its place stays, nothing is told of it
                row.update(name="", path="", folder="", words=None)
    return rows


def _columns(state: State, positions: NDArray[np.int32]) -> dict[str, list[Any]]:
    def of(name: str) -> list[Any]:
        return state.columns[name][positions].tolist()

    flags = state.columns["flags"][positions]

    def marked(flag: Flag) -> list[bool]:
        return ((flags & int(flag)) != 0).tolist()

    places: list[int] = positions.tolist()
    names = [state.name(place) for place in places]
    folders: list[str] = [state.folders.paths[code] if code >= 0 else "" for code in of("folder")]
    formats: list[str | None] = [state.formats.names[code] if code >= 0 else None for code in of("format")]
    sizes = of("size_bytes")
    texts: list[int] = [
        caption if caption >= 0 else prompt for caption, prompt in zip(of("caption"), of("prompt"), strict=True)
    ]
    return {
        "id": of("id"),
        "name": names,
        "path": [f"{folder.rstrip('/')}/{name}" for folder, name in zip(folders, names, strict=True)],
        "folder": folders,
        "format": formats,
        "width": [width or None for width in of("width")],
        "height": [height or None for height in of("height")],
        "duration_s": [None if seconds != seconds else seconds for seconds in of("duration_s")],  # NaN stands for none
        "size_bytes": sizes,
        "date": (state.columns["date"][positions] / 1e6).tolist(),
        "rating": [rating or None for rating in of("rating")],
        "favorite": marked(Flag.FAVORITE),
        "nsfw": marked(Flag.NSFW),
        "for_deletion": marked(Flag.FOR_DELETION),
        "problems": of("problems"),
        "phase": [int(is_deep) for is_deep in marked(Flag.DEEP)],
        "missing": marked(Flag.MISSING | Flag.DEAD),
        "available": state.folders.available[state.columns["folder"][positions]].tolist(),
        "version": [file_version(size, moment) for size, moment in zip(sizes, of("mtime_ns"), strict=True)],
        "rendition": [rendition_kind(form) for form in formats],
        "in_album": state.albums.holding(state.columns["id"][positions]).tolist(),
        "words": [state.prompts.beginning(text, MOST_CHARACTERS) if text >= 0 else None for text in texts],
    }

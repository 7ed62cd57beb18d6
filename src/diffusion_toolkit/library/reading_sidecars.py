"""Takes tags and captions over from text files beside pictures, as the person's own."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.formats.source import OPEN_FLAGS
from diffusion_toolkit.formats.text import decoded, looks_like_utf16, utf16
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.library.files.sidecars import Sidecar, sidecars
from diffusion_toolkit.library.portable.entry import Around, Picture
from diffusion_toolkit.library.portable.importing import Import, Imported, ImportOptions
from diffusion_toolkit.library.sidecar_words import SidecarForm, Words, read_words
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.progress import IsCancelled, Progress, never
from diffusion_toolkit.store import portable
from diffusion_toolkit.store.database import Collection

AT_ONCE: Final = 1_000
LARGEST: Final = 4 * 2**20
MOST_TOLD: Final = 100
_ENDINGS: Final[dict[SidecarForm, tuple[str, ...]]] = {
    "auto": (".txt", ".caption", ".json", ".xmp"),
    "tags": (".txt",),
    "lines": (".txt",),
    "caption": (".txt", ".caption"),
    "json": (".json",),
    "xmp": (".xmp",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """How sidecars are read. form: "auto" finds out for each · threshold: of tags that come with a confidence, 0 to 1 ·
    over: their captions count more than those that are here; else only pictures without one get them.
    """

    form: SidecarForm = "auto"
    threshold: float = 0.0
    over: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise UsageError("The threshold is a number from 0 to 1.")


@dataclass(slots=True, kw_only=True)
class ReadSidecars:
    """What reading did. pictures: that have a sidecar with words; recipes: sidecars passed over, since they say how a
    picture was made; forms: how many of each; problems: (path, sentence), the first hundred.
    """

    pictures: int = 0
    recipes: int = 0
    forms: Counter[str] = field(default_factory=Counter[str])
    problems: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    imported: Imported = field(default_factory=Imported)


def read_sidecars(
    collection: Collection,
    image_ids: Sequence[int] | NDArray[np.integer],
    options: ReadingOptions,
    done: ReadSidecars,
    is_cancelled: IsCancelled = never,
) -> Iterator[Progress]:
    """Give these pictures the tags and captions of their sidecars, as one action that can be undone.

    Names pass through the vocabulary. done: hears how it went.
    """
    work = Import(collection, ImportOptions(over=options.over), "files beside the pictures", respell=True)
    done.imported = work.done
    yield from work.run(Around(), _pictures(collection, image_ids, options, done), is_cancelled)


def _pictures(
    collection: Collection,
    image_ids: Sequence[int] | NDArray[np.integer],
    options: ReadingOptions,
    done: ReadSidecars,
) -> Iterator[Picture]:
    ids = [int(image_id) for image_id in image_ids]
    for first in range(0, len(ids), AT_ONCE):
        with collection.begin() as connection:
            places = portable.places(connection, ids[first : first + AT_ONCE])
        for image_id, root, folder, name in places:
            words = _words(os.path.join(*map(system_name, (root, folder))), system_name(name), options, done)
            tags = words.surer_than(options.threshold)
            if tags or words.caption:
                done.pictures += 1
                yield Picture(number=image_id, root=root, folder=folder, name=name, tags=tags, caption=words.caption)


def _words(folder: str, picture: str, options: ReadingOptions, done: ReadSidecars) -> Words:
    """What the sidecars of a picture say together; of several captions the first."""
    tags: dict[str, float | None] = {}
    caption: str | None = None
    for sidecar in sidecars(folder, picture):
        ending = os.path.splitext(sidecar.name)[1].lower()
        if ending not in _ENDINGS[options.form]:
            continue
        path = os.path.join(folder, sidecar.name)
        try:
            words = _said(path, sidecar, picture, ending, options, done)
        except (UsageError, OSError) as error:
            _tell(done, path, str(error) if isinstance(error, UsageError) else error.strerror or "It cannot be read.")
            continue
        for name, confidence in words.tags:
            tags.setdefault(name, confidence)
        caption = caption or words.caption
    return Words(tags=tuple(tags.items()), caption=caption)


def _said(path: str, sidecar: Sidecar, picture: str, ending: str, options: ReadingOptions, done: ReadSidecars) -> Words:
    if sidecar.size_bytes > LARGEST:
        raise UsageError("It is too large to be tags or a caption.")
    descriptor = os.open(path, OPEN_FLAGS | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(LARGEST)
    text = utf16(data, little_endian=True) if looks_like_utf16(data) else decoded(data.removeprefix(b"\xef\xbb\xbf"))
    text = text.replace("\0", "")
    slug = ending.removeprefix(".")
    beside = Container(name=picture, texts=(Text(key=slug, value=text, source=f"sidecar:{slug}"),))
    if ending != ".xmp" and record_of(beside).recipe is not None:
        done.recipes += 1
        return Words()
    words = read_words(text, options.form, ending)
    if words.tags:
        done.forms["tags"] += 1
    if words.caption:
        done.forms["caption"] += 1
    return words


def _tell(done: ReadSidecars, path: str, sentence: str) -> None:
    if len(done.problems) < MOST_TOLD:
        done.problems.append((printable(stored_name(path)), sentence))

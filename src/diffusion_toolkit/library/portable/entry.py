"""One picture with what a person decided about it, and the things around it, as they travel between libraries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from diffusion_toolkit.record import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture and its curation.

    number: its name inside the bundle, by which albums call it · root, folder, name: where it was, folder with `/` and
    relative to the root, as the disk spells it · fingerprint, pixels: digests of the whole file and of its picture
    data, None when not known · sha256: of the whole file · rating: 1 to 10 · caption: what the person wrote, "" for
    none whatever the file says · tags: those that the person gave · refused_tags: those that no model may give.
    """

    number: int
    root: str
    folder: str
    name: str
    size_bytes: int | None = None
    mtime_ns: int | None = None
    fingerprint: bytes | None = None
    pixels: bytes | None = None
    rating: int | None = None
    favorite: bool = False
    nsfw: bool = False
    for_deletion: bool = False
    rated_at: datetime | None = None
    viewed_at: datetime | None = None
    touched_at: datetime | None = None
    caption: str | None = None
    tags: Sequence[str] = ()
    refused_tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """An album. pictures: their numbers in order; query: of a smart album, which has none."""

    name: str
    query: str | None = None
    sort: str | None = None
    position: float = 0.0
    pictures: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A query somebody keeps. view: what the page shows beside it, as the page wrote it."""

    name: str
    query: str
    sort: str | None = None
    view: Mapping[str, JsonValue] | None = None
    position: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that scans pass over. excluded, archived: "no", "folder" or "tree"."""

    root: str
    path: str
    excluded: str = "no"
    archived: str = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAlias:
    """A line of the person's vocabulary: a tag, and the one it means."""

    alias: str
    canonical: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Everything of a bundle that is no picture. roots: their paths as the disk spells them; tags: all names."""

    roots: Sequence[str] = ()
    folders: Sequence[Folder] = ()
    tags: Sequence[str] = ()
    tag_aliases: Sequence[TagAlias] = ()
    albums: Sequence[Album] = ()
    saved_queries: Sequence[SavedQuery] = ()

"""Brings curation in: finds the pictures, gives them what comes with them, as one action that can be undone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.portable.entry import Album, Around, Folder, Picture, SavedQuery
from diffusion_toolkit.library.portable.matching import Matching
from diffusion_toolkit.library.roots import list_roots
from diffusion_toolkit.library.tag_vocabulary import add_unknown_aliases, canonical_by_name
from diffusion_toolkit.library.titles import Title, tag_title, title
from diffusion_toolkit.paths import printable, stored_name
from diffusion_toolkit.progress import Pace, Progress, stop_if
from diffusion_toolkit.query.sort import parse_sort
from diffusion_toolkit.store import albums, journal, named, portable_write, refused_tags
from diffusion_toolkit.store.album_order import with_added
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.portable_write import GivenCuration

ACTION: Final = "import"
STAGE: Final = "import"
AT_ONCE: Final = 5_000
MOST_CHARACTERS: Final = 32 * 2**20
"""Pictures of one committed batch, and characters of their captions and tags."""

MOST_UNKNOWN: Final = 20
"""So many places of pictures that were not found are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How curation is brought in.

    over: what comes in counts more than what is here; else it only fills what is empty · keep_missing: pictures whose
    files are not there become missing images, which come to life when a scan meets the file.
    """

    over: bool = False
    keep_missing: bool = True


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import did: pictures of the bundle, those that were found, those that changed, and things beside them.

    journal_id: undoes it, None when nothing changed; token: a search with `after=token` sees it; unknown: places of
    some pictures that were not found.
    """

    pictures: int = 0
    found: int = 0
    changed: int = 0
    albums: int = 0
    saved_queries: int = 0
    folders: int = 0
    journal_id: int | None = None
    token: int = 0
    unknown: list[str] = field(default_factory=list[str])


class Import:
    """One import into one collection. `run` it once; `done` tells what it did.

    name: of what is brought in, for the list of actions; respell: names of new tags are another program's, and pass
    through the vocabulary.
    """

    def __init__(self, collection: Collection, options: ImportOptions, name: str, *, respell: bool = False) -> None:
        self.done = Imported()
        self._collection = collection
        self._options = options
        self._sentence = f"Imported curation from {printable(stored_name(name))}"
        self._matching = Matching(collection, list_roots(collection))
        self._images: dict[int, int] = {}
        self._used: set[int] = set()
        self._tags: dict[bytes, int] = {}
        self._titles: dict[str, Title | None] = {}
        self._respell = respell

    def run(
        self, around: Around, pictures: Iterable[Picture], is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Progress]:
        """Bring everything in, in committed batches; what a cancelled or failed one did can be undone."""
        pace = Pace()
        for some in _batches(pictures):
            stop_if(is_cancelled)
            self._take(some)
            yield pace.report(STAGE, self.done.pictures, None, {"changed": self.done.changed})
        self._take_around(around)
        yield pace.report(STAGE, self.done.pictures, self.done.pictures, {"changed": self.done.changed})

    def _take(self, pictures: Sequence[Picture]) -> None:
        images = self._matching.images(pictures, keep_missing=self._options.keep_missing)
        self.done.pictures += len(pictures)
        self.done.found += len(images)
        new: list[tuple[int, Picture]] = []
        for place, picture in enumerate(pictures):
            image_id = images.get(place)
            if image_id is not None:
                self._images.setdefault(picture.number, image_id)
                if self._is_first(image_id):
                    new.append((image_id, picture))
            elif len(self.done.unknown) < MOST_UNKNOWN:
                self.done.unknown.append(_place(picture))
        if new:
            with self._collection.begin() as connection:
                self._give(connection, new)

    def _is_first(self, image_id: int) -> bool:
        """Whether no picture before was this image: two that are one image give the first's curation."""
        if image_id in self._used:
            return False
        self._used.add(image_id)
        return True

    def _give(self, connection: Connection, given: Sequence[tuple[int, Picture]]) -> None:
        journal_id = self._journal(connection)
        names = (name for _, picture in given for name in (*picture.tags, *picture.refused_tags))
        self._make_tags(connection, journal_id, names)
        rows = [
            GivenCuration(
                image_id=image_id,
                rating=picture.rating,
                favorite=picture.favorite,
                nsfw=picture.nsfw,
                for_deletion=picture.for_deletion,
                rated_at=picture.rated_at,
                viewed_at=picture.viewed_at,
                touched_at=picture.touched_at,
                caption=picture.caption,
                tag_ids=self._tag_ids(picture.tags),
            )
            for image_id, picture in given
        ]
        changed = set(portable_write.give(connection, journal_id, rows, over=self._options.over))
        barred = [(image_id, self._tag_ids(picture.refused_tags)) for image_id, picture in given]
        changed |= set(refused_tags.refuse_more(connection, journal_id, barred))
        self.done.changed += len(changed)
        journal.note(connection, journal_id, {"changed": self.done.changed})

    def _journal(self, connection: Connection) -> int:
        """The number of the action, which begins with the first change. Nobody else writes curation until the end of
        the transaction.
        """
        journal.lock(connection)
        if self.done.journal_id is None:
            self.done.journal_id = journal.begin(connection, ACTION, {"changed": 0, "sentence": self._sentence})
        return self.done.journal_id

    def _make_tags(self, connection: Connection, journal_id: int, names: Iterable[str]) -> None:
        new = {name: _tag(name) for name in names if name not in self._titles}
        usable = [name for name, title in new.items() if title is not None]
        self._titles |= new
        if self._respell:
            self._titles |= canonical_by_name(connection, usable)
        titles: dict[bytes, Title] = {}  # of several spellings the first
        for found in map(self._titles.__getitem__, usable):
            if found is not None and found.identity not in self._tags:
                titles.setdefault(found.identity, found)
        rows = [{"identity": one.identity, "name": one.name} for one in titles.values()]
        self._tags |= named.create_many(connection, journal_id, "tag", rows)

    def _tag_ids(self, names: Sequence[str]) -> list[int]:
        titles = (found for name in names if (found := self._titles[name]))
        return list(dict.fromkeys(self._tags[found.identity] for found in titles))

    def _take_around(self, around: Around) -> None:
        with self._collection.begin() as connection:
            journal_id = self._journal(connection)
            self._make_tags(connection, journal_id, around.tags)
            add_unknown_aliases(connection, journal_id, [(one.alias, one.canonical) for one in around.tag_aliases])
            for album in around.albums:
                self._take_album(connection, journal_id, album)
            for saved in around.saved_queries:
                self._take_saved_query(connection, journal_id, saved)
            for folder in around.folders:
                self._take_folder(connection, folder)
            if journal.forget_if_empty(connection, journal_id):
                self.done.journal_id = None
            self.done.token = journal.token(connection)

    def _take_album(self, connection: Connection, journal_id: int, album: Album) -> None:
        """Add an album, or its pictures to the album of this name; a smart one of a name that is taken stays out."""
        found = _title(album.name)
        if found is None:
            return
        known = named.by_identity(connection, "album", [found.identity]).get(found.identity)
        if known is None:
            sort = _sort(album.sort)
            values = {"identity": found.identity, "name": found.name, "query": album.query, "sort": sort}
            position = named.last_position(connection, "album")
            known = named.create(connection, journal_id, "album", {**values, "position": position})
            self.done.albums += 1
        if album.query is None:
            ids = [self._images[number] for number in album.pictures if number in self._images]
            before = albums.images(connection, known)
            after = with_added(before, np.array(ids, np.int32))
            if len(after) > len(before):
                albums.set_images(connection, journal_id, known, before, after)

    def _take_saved_query(self, connection: Connection, journal_id: int, saved: SavedQuery) -> None:
        found = _title(saved.name)
        if found is None or named.by_identity(connection, "saved_query", [found.identity]):
            return
        values = {"identity": found.identity, "name": found.name, "query": saved.query, "sort": _sort(saved.sort)}
        position = named.last_position(connection, "saved_query")
        named.create(
            connection, journal_id, "saved_query", {**values, "view": dict(saved.view or {}), "position": position}
        )
        self.done.saved_queries += 1

    def _take_folder(self, connection: Connection, folder: Folder) -> None:
        """Pass over the same folders; scans only, so that nothing is hidden by an import."""
        place = self._matching.place(f"{folder.root}/{folder.path}" if folder.path else folder.root)
        if place is not None and folder.archived in ("folder", "tree"):
            self.done.folders += portable_write.archive(connection, *place, folder.archived)


def _batches(pictures: Iterable[Picture]) -> Iterator[list[Picture]]:
    batch: list[Picture] = []
    characters = 0
    for picture in pictures:
        batch.append(picture)
        characters += len(picture.caption or "") + sum(map(len, (*picture.tags, *picture.refused_tags)))
        if len(batch) >= AT_ONCE or characters >= MOST_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _sort(text: str | None) -> str | None:
    """An order that this program knows."""
    with suppress(UsageError):
        return str(parse_sort(text)) if text else None
    return None


def _place(picture: Picture) -> str:
    return printable("/".join(part for part in (picture.root, picture.folder, picture.name) if part))


def _tag(name: str) -> Title | None:
    with suppress(UsageError):
        return tag_title(name)
    return None


def _title(name: str) -> Title | None:
    with suppress(UsageError):
        return title(name)
    return None

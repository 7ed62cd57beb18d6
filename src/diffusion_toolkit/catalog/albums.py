"""The albums of a library: which images are in them, and in what order."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Ints, Mask, Places
from diffusion_toolkit.store.feed import AlbumRow


class AlbumPlaces:
    """Where the images of albums stand: found when first asked for, and kept while nothing in it can differ."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[AlbumRow, int, Ints]] = {}
        self._lock = threading.Lock()

    def of(self, row: AlbumRow, places: Places) -> Ints:
        """Positions in the album's order, without images that are not in the library (yet)."""
        count = len(places.ids)
        with self._lock:
            kept = self._kept.get(row.id)
            if kept is not None and kept[0] is row and (len(kept[2]) == len(row.image_ids) or kept[1] == count):
                return kept[2]
            found = places.find(row.image_ids)
            found = found[found >= 0]
            self._kept[row.id] = (row, count, found)
            return found


@dataclass(frozen=True)
class Albums:
    """The albums that are not deleted, by id."""

    by_id: Mapping[int, AlbumRow] = field(default_factory=dict[int, AlbumRow])
    _places: AlbumPlaces = field(default_factory=AlbumPlaces, repr=False, compare=False)

    def updated(self, rows: Iterable[AlbumRow]) -> "Albums":
        """With new and changed albums, without those deleted."""
        rows = list(rows)
        if not rows:
            return self
        albums = {**self.by_id, **{row.id: row for row in rows}}
        return Albums({number: row for number, row in albums.items() if not row.deleted}, self._places)

    @cached_property
    def rows(self) -> tuple[AlbumRow, ...]:
        """As the user arranged them."""
        return tuple(sorted(self.by_id.values(), key=lambda row: (row.position, row.name.casefold(), row.id)))

    @cached_property
    def folded(self) -> frozenset[str]:
        """The names in lower case."""
        return frozenset(row.name.lower() for row in self.rows)

    @cached_property
    def _held(self) -> Ints:
        lists = [row.image_ids for row in self.by_id.values()]
        return np.unique(np.concatenate([np.empty(0, np.int32), *lists])).astype(np.int32)

    def holding(self, image_ids: Ints) -> Mask:
        """Which of these images stand in an album."""
        if not len(self._held):
            return np.zeros(len(image_ids), np.bool_)
        found = np.minimum(np.searchsorted(self._held, image_ids), len(self._held) - 1)
        return self._held[found] == image_ids

    def positions(self, row: AlbumRow, places: Places) -> Ints:
        """The images of an album in its order; of a smart one none, as its query decides."""
        return self._places.of(row, places)


@dataclass(frozen=True, slots=True)
class AlbumArrays:
    """All albums in a form that can be kept in a file: the rows without their images, how many, and all images."""

    rows: tuple[tuple[int, str, str | None, str | None, float], ...]
    lengths: Ints
    image_ids: Ints

    @classmethod
    def of(cls, albums: Albums) -> "AlbumArrays":
        """Of these albums."""
        lists = [row.image_ids for row in albums.rows]
        return cls(
            tuple((row.id, row.name, row.query, row.sort, row.position) for row in albums.rows),
            np.array([len(ids) for ids in lists], np.int32),
            np.concatenate([np.empty(0, np.int32), *lists]).astype(np.int32),
        )

    @property
    def albums(self) -> Albums:
        """The albums again."""
        parts = np.split(self.image_ids, np.cumsum(self.lengths)[:-1])
        return Albums().updated(
            AlbumRow(id=number, name=name, query=query, sort=sort, image_ids=ids, position=position, deleted=False)
            for (number, name, query, sort, position), ids in zip(self.rows, parts, strict=False)
        )

"""What people decide about their images: ratings, favourites, flags; one or a million at once; undone as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.store import curation
from diffusion_toolkit.store.database import Collection

LARGEST_ID: Final = 2**31 - 1
SHOWN_IDS: Final = 500
"""An undo names this many of the images it touched."""


class Keep(Enum):
    """The value that leaves a field as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
Flag = bool | Literal[Keep.KEEP]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to set. rating: 1 to 10, or None for no rating; KEEP leaves a field as it is."""

    rating: int | Literal[Keep.KEEP] | None = KEEP
    favorite: Flag = KEEP
    nsfw: Flag = KEEP
    for_deletion: Flag = KEEP

    def __post_init__(self) -> None:
        if isinstance(self.rating, int) and not 1 <= self.rating <= 10:
            raise UsageError("A rating is a number from 1 to 10.")

    @property
    def values(self) -> dict[str, int | bool | None]:
        """The fields that are set, by name."""
        fields = {
            "rating": self.rating,
            "favorite": self.favorite,
            "nsfw": self.nsfw,
            "for_deletion": self.for_deletion,
        }
        return {name: value for name, value in fields.items() if not isinstance(value, Keep)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a change did. token: a search with `after=token` sees it; journal_id: undoes it, None when nothing changed;
    image_ids: after an undo, up to 500 of the images it touched.
    """

    token: int
    journal_id: int | None
    changed: int
    image_ids: tuple[int, ...] = ()


def curate(collection: Collection, image_ids: Sequence[int] | NDArray[np.integer], change: Change) -> Written:
    """Set fields of these images. Images that are gone, and those that stay the same, are skipped."""
    values = change.values
    if not values:
        raise UsageError("There is nothing to set: name a rating, favorite, nsfw or for_deletion.")
    ids = np.asarray(image_ids, dtype=np.int64)
    ids = ids[(ids > 0) & (ids <= LARGEST_ID)]
    with collection.begin() as connection:
        rows = curation.write(connection, ids, values, "curate")
    return _written(rows)


def undo(collection: Collection, journal_id: int | None = None) -> Written:
    """Put back what an action changed; without a number, the last one that is not undone."""
    with collection.begin() as connection:
        curation.lock(connection)
        if journal_id is None:
            journal_id = curation.last_journal(connection)
        undoable = curation.is_undoable(connection, journal_id) if journal_id is not None else None
        if journal_id is None or undoable is None:
            raise NotFound("There is nothing to undo.")
        if not undoable:
            raise UsageError("This was undone already.")
        rows = curation.restore(connection, journal_id, SHOWN_IDS)
    return _written(rows)


def _written(rows: curation.WrittenRows) -> Written:
    return Written(token=rows.token, journal_id=rows.journal_id, changed=rows.changed, image_ids=rows.image_ids)

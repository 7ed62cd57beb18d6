"""What people decide about their images: ratings, favourites, flags; one or a million at once; undone as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.formats.limits import LONGEST_CAPTION
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import captions, curation
from diffusion_toolkit.store.captions import WrittenCaption
from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import WrittenRows

LARGEST_ID: Final = 2**31 - 1

ImageIds = Sequence[int] | NDArray[np.integer]

__all__ = ["KEEP", "Change", "Keep", "Written", "curate", "possible", "undo", "viewed", "written", "written_captions"]


class Keep(Enum):
    """The value that leaves a field as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
Flag = bool | Literal[Keep.KEEP]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to set. rating: 1 to 10, or None for no rating; caption: "" for none, None for that of the file; KEEP leaves
    a field as it is.
    """

    rating: int | Literal[Keep.KEEP] | None = KEEP
    favorite: Flag = KEEP
    nsfw: Flag = KEEP
    for_deletion: Flag = KEEP
    caption: str | Literal[Keep.KEEP] | None = KEEP

    def __post_init__(self) -> None:
        if isinstance(self.rating, int) and not 1 <= self.rating <= 10:
            raise UsageError("A rating is a number from 1 to 10.")
        if isinstance(self.caption, str) and len(self.caption) > LONGEST_CAPTION:
            raise UsageError(f"A caption has at most {LONGEST_CAPTION:,} characters.")

    @property
    def values(self) -> dict[str, int | bool | str | None]:
        """The fields that are set, by name."""
        fields = {
            "rating": self.rating,
            "favorite": self.favorite,
            "nsfw": self.nsfw,
            "for_deletion": self.for_deletion,
            "caption": clean_text(self.caption).strip() if isinstance(self.caption, str) else self.caption,
        }
        return {name: value for name, value in fields.items() if not isinstance(value, Keep)}


def curate(collection: Collection, image_ids: ImageIds, change: Change) -> Written:
    """Set fields of these images. Images that are gone, and those that stay the same, are skipped."""
    values = change.values
    if not values:
        raise UsageError("There is nothing to set: name a rating, favorite, nsfw, for_deletion or caption.")
    with collection.begin() as connection:
        rows = curation.write(connection, possible(image_ids), values, "curate", {"set": values})
    return written(rows)


def viewed(collection: Collection, image_ids: ImageIds) -> Written:
    """Note that the person looked at these images. No action: nothing to undo."""
    with collection.begin() as connection:
        rows = curation.viewed(connection, possible(image_ids))
    return written(rows)


def written_captions(collection: Collection, image_id: int) -> list[WrittenCaption]:
    """What people and models wrote about an image, the newest first; also what an undo took back."""
    with collection.begin() as connection:
        return captions.written(connection, image_id)


def possible(image_ids: ImageIds) -> NDArray[np.int64]:
    """Those of these numbers that may be images, in their order."""
    ids = np.asarray(image_ids, dtype=np.int64)
    return ids[(ids > 0) & (ids <= LARGEST_ID)]


def written(rows: WrittenRows, subject_id: int | None = None) -> Written:
    """What the store wrote, as it is answered."""
    return Written(
        token=rows.token,
        journal_id=rows.journal_id,
        changed=rows.changed,
        subject_id=subject_id,
        image_ids=rows.image_ids,
    )

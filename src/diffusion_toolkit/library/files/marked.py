"""Pictures that are marked for deletion, and the paths of pictures."""

from collections.abc import Sequence

from diffusion_toolkit.library.files.plan import place_of, rows_of
from diffusion_toolkit.paths import printable
from diffusion_toolkit.store import file_rows
from diffusion_toolkit.store.database import Collection


def marked_for_deletion(collection: Collection) -> list[int]:
    """The images that are marked for deletion and whose files are there, by number. To restore one, unmark it."""
    with collection.begin() as connection:
        return file_rows.marked_for_deletion(connection)


def paths_of(collection: Collection, image_ids: Sequence[int]) -> list[str]:
    """The paths of images as one reads them, in order; unknown ones are left out."""
    rows, _ = rows_of(collection, image_ids)
    return [printable(f"{place_of(row).rstrip('/')}/{row.name}") for row in rows]

"""Reading again, or looking again, at a part of the library: folders, or chosen images."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import get_root
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Scope, folders_to_read, scope_of
from diffusion_toolkit.store import folders, scans
from diffusion_toolkit.store.database import Collection


def scope_of_folders(collection: Collection, root_id: int, folder_ids: Sequence[int]) -> Scope:
    """These folders of a root with all below them; the whole root when none is named."""
    if not folder_ids:
        return EVERYTHING
    with collection.begin() as connection:
        rows = folders.chosen_folders(connection, folder_ids)
    return scope_of(row for row in rows if row.root_id == root_id)


def folders_by_root(collection: Collection, folder_ids: Sequence[int]) -> dict[int, list[int]]:
    """The roots of these folders, each with its folders. Raises NotFound for an unknown one."""
    with collection.begin() as connection:
        rows = folders.chosen_folders(connection, folder_ids)
    known = {row.id for row in rows}
    if unknown := [folder_id for folder_id in folder_ids if folder_id not in known]:
        raise NotFound(f"There is no folder {unknown[0]}.")
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row.root_id, []).append(row.id)
    return found


def read_folders_again(collection: Collection, root_id: int, folder_ids: Sequence[int]) -> int:
    """Ask for a new reading of every picture in these folders and below; archived ones are passed over."""
    scope = scope_of_folders(collection, root_id, folder_ids)
    root = get_root(collection, root_id)
    with collection.begin() as connection:
        numbers = folders_to_read(connection, root_id, scope, recursive=root.recursive)
        return scans.ask_again(connection, numbers)


def read_images_again(collection: Collection, image_ids: Sequence[int] | NDArray[np.integer]) -> list[int]:
    """Ask for a new reading of these images; returns the roots in which a deep scan has to look."""
    ids = np.asarray(image_ids, np.int64).tolist()
    with collection.begin() as connection:
        scans.ask_images_again(connection, ids)
        return scans.roots_of(connection, ids)

"""From a path that a person wrote to a folder of the library."""

import os
from pathlib import Path

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import Root, is_same_folder
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Scope
from diffusion_toolkit.paths import printable, real_root, stored_name, system_name
from diffusion_toolkit.store import folders, roots
from diffusion_toolkit.store.database import Collection


def folder_id_of(collection: Collection, path: str | os.PathLike[str]) -> int:
    """The number of the folder at a path, however it is spelled, also when its drive is away. One on the disk that was
    never scanned gets a number. Raises NotFound outside of the library."""
    place = real_root(path)
    with collection.begin() as connection:
        for root in roots.roots(connection):
            top = Path(system_name(root.path))
            relative = _below(place, top)
            if relative is None:
                continue
            stored = stored_name(relative)
            if (row := folders.folder_at(connection, root.id, stored)) is not None:
                return row.id
            if os.path.isdir(place):
                return roots.insert_folders(connection, root.id, [stored])[stored]
    raise NotFound(f"{printable(stored_name(str(place)))} is not in the library; `dtk roots list` shows what is.")


def scope_below(root: Root, path: str | os.PathLike[str]) -> Scope:
    """The part of a root that a folder in it is: the folder with all below it."""
    relative = _below(real_root(path), Path(system_name(root.path)))
    return EVERYTHING if not relative else Scope(trees=frozenset({stored_name(relative)}))


def _below(place: Path, top: Path) -> str | None:
    """The path of a place relative to a root, None when it is not in there."""
    parts: list[str] = []
    for folder in (place, *place.parents):
        if folder == top or is_same_folder(folder, top):
            return "/".join(reversed(parts))
        parts.append(folder.name)
    return None

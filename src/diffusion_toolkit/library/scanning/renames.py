"""Recognises folders that were renamed or moved inside their root: they keep their row, with all that is in it."""

import os
from typing import Final

from diffusion_toolkit.library.roots import Root, can_be_read
from diffusion_toolkit.library.scanning.passing import Scope
from diffusion_toolkit.library.scanning.walk import Walk, is_skipped
from diffusion_toolkit.paths import folders_above, stored_name, system_name
from diffusion_toolkit.store import folders, roots, scans
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.folders import Connection

MOST_COMPARED: Final = 8
"""Folders with pictures that are compared before a renamed folder counts as recognised."""

MOST_NEW: Final = 200
"""With more new folders at once (an archive unpacked) pictures are recognised one by one instead."""


def follow_renamed_folders(collection: Collection, root: Root, scope: Scope) -> int:
    """Give folders of a scope that are gone the place of new ones with the same files; returns how many pictures moved.

    The same: every file that is known of it is there with its size and time, in the folder and in those below it. Costs
    one question per known folder; new folders are only looked for when one is gone.
    """
    if not scope.trees or not root.recursive or not can_be_read(root.path):
        return 0
    walk = Walk(system_name(root.path), scope=scope)
    with collection.begin() as connection:
        known = roots.folder_ids(connection, root.id)
        gone = {path for path in known if path and scope.has(path) and not _is_there(walk, path)}
        if not gone or not roots.has_pictures(connection, root.id):
            return 0
    fresh = _new_folders(walk, scope, known)
    moved = 0
    for old in sorted(path for path in gone if gone.isdisjoint(folders_above(path))):
        with collection.begin() as connection:
            if not scans.lock_root(connection, root.id):
                return moved
            same = [new for new in fresh if _is_same(connection, walk, known, old, new)]
            if len(same) == 1:
                folders.move_tree(connection, root.id, old, root.id, same[0])
                fresh = [path for path in fresh if path != same[0] and not path.startswith(same[0] + "/")]
                moved += len(folders.image_ids_in(connection, [known[path] for path in _below(known, old)]))
    return moved


def _is_there(walk: Walk, path: str) -> bool:
    return os.path.isdir(os.path.join(walk.root, system_name(path)))


def _new_folders(walk: Walk, scope: Scope, known: dict[str, int]) -> list[str]:
    """Folders of a scope that have no row yet, those below others too; none when there are very many."""
    found: list[str] = []
    for start, _ in Scope(trees=scope.trees).starts:
        if walk.is_outside(start) or not _is_there(walk, start):
            continue
        for place, names, _ in os.walk(os.path.join(walk.root, system_name(start)) if start else walk.root):
            names[:] = [
                name for name in names if not is_skipped(name) and not os.path.islink(os.path.join(place, name))
            ]
            path = os.path.relpath(place, walk.root)
            path = "" if path == "." else stored_name(path.replace(os.sep, "/"))
            if path and path not in known:
                found.append(path)
            if len(found) > MOST_NEW:
                return []
    return found


def _below(known: dict[str, int], folder: str) -> list[str]:
    return [path for path in known if path == folder or path.startswith(folder + "/")]


def _is_same(connection: Connection, walk: Walk, known: dict[str, int], old: str, new: str) -> bool:
    """Whether the pictures known of `old` lie in `new`, folder by folder."""
    compared = 0
    for path in sorted(_below(known, old)):
        for _, _, names, sizes, mtimes in scans.known_files(connection, [known[path]]):
            place = new + path[len(old) :]
            scope = Scope(folders=frozenset({place}))
            listed = {file for listing in Walk(walk.root, scope=scope).listings() for file in listing.files}
            if not listed.issuperset(zip(names, sizes, mtimes, strict=True)):
                return False
            compared += 1
        if compared >= MOST_COMPARED:
            break
    return compared > 0

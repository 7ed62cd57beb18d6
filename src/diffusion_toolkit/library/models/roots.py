"""The folders that hold models: Model Roots."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.paths import printable, real_root, stored_name, system_name
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRoot:
    """A folder of models. path: stored form; available: whether it can be read now; files: that are there."""

    id: int
    path: str
    available: bool
    files: int
    scanned_at: datetime | None


def add_model_root(collection: Collection, folder: str | os.PathLike[str]) -> ModelRoot:
    """Add a folder of models; one that is known already, or lies inside a known one, gives that one.

    Raises NotFound when there is no such folder, UsageError when it holds a model root.
    """
    path = real_root(folder)
    if not os.path.isdir(path):
        raise NotFound(f"There is no folder {printable(stored_name(str(path)))}.")
    with collection.begin() as connection:
        store.lock_roots(connection)
        known = {row.id: Path(system_name(row.path)) for row in store.roots(connection)}
        around = next((number for number, other in known.items() if other == path or other in path.parents), None)
        if around is None:
            inner = next((other for other in known.values() if path in other.parents), None)
            if inner is not None:
                raise UsageError(
                    f"{printable(stored_name(str(path)))} holds {printable(stored_name(str(inner)))}, which is a model "
                    "root already. Remove that one first; what is known of its models is read again quickly."
                )
            around = store.insert_root(connection, stored_name(str(path))).id
    return get_model_root(collection, around)


def list_model_roots(collection: Collection) -> list[ModelRoot]:
    """All model roots, in the order they were added."""
    with collection.begin() as connection:
        rows = store.roots(connection)
        counts = store.present_files_per_root(connection)
    return [
        ModelRoot(
            id=row.id,
            path=row.path,
            available=os.path.isdir(system_name(row.path)),
            files=counts.get(row.id, 0),
            scanned_at=row.scanned_at,
        )
        for row in rows
    ]


def get_model_root(collection: Collection, root_id: int) -> ModelRoot:
    """One model root. Raises NotFound."""
    found = next((root for root in list_model_roots(collection) if root.id == root_id), None)
    if found is None:
        raise NotFound("There is no such model root.")
    return found


def remove_model_root(collection: Collection, root_id: int) -> None:
    """Forget a model root and its files, which stay untouched on disk; what their hashes are called stays known."""
    with collection.begin() as connection:
        if not store.delete_root(connection, root_id):
            raise NotFound("There is no such model root.")

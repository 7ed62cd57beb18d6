"""Pictures in roots, and short ways to move them, for the tests of file operations."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from scan_pictures import BOTH, QUICK, images, png, run, write

from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.files.moving import plan_copy, plan_deletion, plan_move
from diffusion_toolkit.library.files.places import folder_called
from diffusion_toolkit.library.files.plan import Plan, operations
from diffusion_toolkit.library.files.work import Outcome, carry_out, outcome
from diffusion_toolkit.store.database import Collection


def scanned(collection: Collection, folder: Path, *names: str, deep: bool = False) -> dict[str, int]:
    """Write pictures, scan the folder as a root; returns their ids by name."""
    for number, name in enumerate(names, 1):
        write(folder / name, png(seed=number, shade=number % 256))
    folder.mkdir(parents=True, exist_ok=True)
    run(collection, folder, BOTH if deep else QUICK)
    return {name: id_of(collection, folder / name) for name in names}


def id_of(collection: Collection, path: Path) -> int:
    """The image that stands at a place and is not missing."""
    found = [row["id"] for row in present(collection) if row["place"] == str(path)]
    assert len(found) == 1, (path, found)
    return int(found[0])


def present(collection: Collection) -> list[dict[str, Any]]:
    """All images that are not missing, with their absolute place."""
    return [
        row | {"place": os.path.join(row["root"], row["folder"], row["name"])}
        for row in images(collection)
        if row["missing_since"] is None
    ]


def places(collection: Collection) -> set[str]:
    """The places of all images that are not missing."""
    return {row["place"] for row in present(collection)}


def place_of(collection: Collection, image_id: int) -> str:
    """Where an image is that is not missing."""
    (found,) = [row["place"] for row in present(collection) if row["id"] == image_id]
    return str(found)


def on_disk(*folders: Path) -> set[str]:
    """Every file below these folders."""
    return {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}


def rate(collection: Collection, image_id: int, rating: int) -> None:
    """Rate an image as a person does."""
    curate(collection, [image_id], Change(rating=rating))


def rating_of(collection: Collection, image_id: int) -> int | None:
    """The rating of an image."""
    with collection.begin() as connection:
        return connection.scalar(sa.text("SELECT rating FROM curation WHERE image_id = :id"), {"id": image_id})


def done(collection: Collection, plan: Plan, *, by_copy: bool = False) -> Outcome:
    """Carry a plan out; returns how it went."""
    work = carry_out(collection, plan.action, operations(collection, plan, by_copy=by_copy), plan.sentence)
    try:
        while True:
            next(work)
    except StopIteration as ended:
        return outcome(collection, ended.value)


def move(collection: Collection, ids: Sequence[int], to: Path, *, by_copy: bool = False, **how: Any) -> Outcome:
    """Move pictures into a folder."""
    plan = plan_move(collection, ids, folder_called(collection, str(to)), **how)
    return done(collection, plan, by_copy=by_copy)


def copy(collection: Collection, ids: Sequence[int], to: Path, **how: Any) -> Outcome:
    """Copy pictures into a folder."""
    return done(collection, plan_copy(collection, ids, folder_called(collection, str(to)), **how))


def delete(collection: Collection, ids: Sequence[int], *, for_good: bool) -> Outcome:
    """Delete pictures."""
    return done(collection, plan_deletion(collection, ids, for_good=for_good))

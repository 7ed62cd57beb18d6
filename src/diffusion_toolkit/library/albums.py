"""Albums: images in a person's own order, or a query that is an album."""

from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.curate import ImageIds, possible
from diffusion_toolkit.library.titles import title
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import album_order, journal, named
from diffusion_toolkit.store import albums as store
from diffusion_toolkit.store.album_order import Ids
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.named import Values


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingAlbum:
    """An album that holds some of the images in question, and how many of them."""

    id: int
    name: str
    count: int


def create_album(collection: Collection, name: str, image_ids: ImageIds = ()) -> Written:
    """Make an album of these images in their order. Raises UsageError when there is one of this name."""
    with collection.begin() as connection:
        journal.lock(connection)
        images = album_order.with_added(_NOTHING, store.known(connection, possible(image_ids)))
        details = {"name": title(name).name, "changed": len(images)}
        journal_id = journal.begin(connection, "albums.create", details)
        number = create_in(connection, journal_id, name, {})
        if len(images):
            store.set_images(connection, journal_id, number, _NOTHING, images)
        return _written(connection, journal_id, number, len(images) or 1)


def create_in(connection: Connection, journal_id: int, name: str, values: Values) -> int:
    """A new album behind the others, as part of an action."""
    cleaned = title(name)
    place = named.last_position(connection, "album")
    row = {"name": cleaned.name, "identity": cleaned.identity, "position": place, **values}
    return named.create(connection, journal_id, "album", row)


def rename_album(collection: Collection, album_id: int, name: str) -> Written:
    """Call an album something else."""
    cleaned = title(name)
    with collection.begin() as connection:
        journal.lock(connection)
        old = named.existing(connection, "album", album_id)["name"]
        journal_id = journal.begin(connection, "albums.rename", {"old": old, "name": cleaned.name})
        values = {"name": cleaned.name, "identity": cleaned.identity}
        named.change(connection, journal_id, "album", [album_id], values)
        return _written(connection, journal_id, album_id, 1)


def delete_album(collection: Collection, album_id: int) -> Written:
    """Delete an album. Its images stay."""
    return change_album(collection, album_id, "albums.delete", {"deleted_at": named.NOW})


def set_cover(collection: Collection, album_id: int, image_id: int | None) -> Written:
    """Choose the image that stands for an album; None: its first one."""
    if image_id is not None:
        with collection.begin() as connection:
            if not len(store.known(connection, possible([image_id]))):
                raise UsageError("The cover of an album is an image of the library; there is none of this number.")
    return change_album(collection, album_id, "albums.change", {"cover_id": image_id})


def change_album(collection: Collection, album_id: int, action: str, values: Values) -> Written:
    """Set columns of an album."""
    with collection.begin() as connection:
        journal.lock(connection)
        name = named.existing(connection, "album", album_id)["name"]
        journal_id = journal.begin(connection, action, {"name": name})
        named.change(connection, journal_id, "album", [album_id], values)
        return _written(connection, journal_id, album_id, 1)


def place_album(collection: Collection, album_id: int, before: int | None) -> Written:
    """Put an album in front of another one in the person's own order; None: behind all."""
    with collection.begin() as connection:
        journal.lock(connection)
        name = named.existing(connection, "album", album_id)["name"]
        journal_id = journal.begin(connection, "albums.place", {"name": name})
        named.place_before(connection, journal_id, "album", album_id, before)
        return _written(connection, journal_id, album_id, 1)


def add_images(collection: Collection, album_id: int, image_ids: ImageIds) -> Written:
    """Put images at the end of an album; those in it already stay where they are."""
    with collection.begin() as connection:
        journal.lock(connection)
        name = _plain(connection, album_id)
        old = store.images(connection, album_id)
        new = album_order.with_added(old, store.known(connection, possible(image_ids)))
        return _set(connection, album_id, old, new, "albums.add", name)


def remove_images(collection: Collection, album_id: int, image_ids: ImageIds) -> Written:
    """Take images out of an album. They stay in the library."""
    with collection.begin() as connection:
        journal.lock(connection)
        name = _plain(connection, album_id)
        old = store.images(connection, album_id)
        new = album_order.without(old, np.asarray(possible(image_ids), np.int32))
        return _set(connection, album_id, old, new, "albums.remove", name)


def move_images(
    collection: Collection,
    album_id: int,
    image_ids: ImageIds,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Written:
    """Put images of an album in front of another one of it, or behind one; with neither, at the end."""
    if before is not None and after is not None:
        raise UsageError("Name the image before which they go, or the one after which; not both.")
    with collection.begin() as connection:
        journal.lock(connection)
        name = _plain(connection, album_id)
        old = store.images(connection, album_id)
        moving = np.asarray(possible(image_ids), np.int32)
        new = album_order.with_moved(old, moving, before=before, after=after)
        if np.array_equal(old, new):
            return _nothing(connection, album_id)
        moved = old[np.isin(old, moving)]
        journal_id = journal.begin(connection, "albums.move", {"name": name, "changed": len(moved)})
        store.set_images(connection, journal_id, album_id, old, new, moved)
        return _written(connection, journal_id, album_id, len(moved))


def albums_holding(collection: Collection, image_ids: ImageIds) -> list[HoldingAlbum]:
    """The albums that hold some of these images, by name. Smart albums hold none of their own."""
    with collection.begin() as connection:
        counts = store.holding(connection, possible(image_ids))
        rows = [row for row in store.albums(connection) if row.id in counts] if counts else []
    found = [HoldingAlbum(id=row.id, name=row.name, count=counts[row.id]) for row in rows]
    return sorted(found, key=lambda album: album.name.casefold())


def album_images(collection: Collection, album_id: int) -> Ids:
    """The images of an album in its order; some may be gone."""
    with collection.begin() as connection:
        named.existing(connection, "album", album_id)
        return store.images(connection, album_id)


_NOTHING: Ids = np.empty(0, np.int32)


def _plain(connection: Connection, album_id: int) -> str:
    """The name of an album that has images of its own. Raises UsageError for a smart one."""
    row = named.existing(connection, "album", album_id)
    if row["query"] is not None:
        raise UsageError(
            f'The images of the smart album "{row["name"]}" are those its query finds. Change its query, or make it a '
            "plain album first."
        )
    return str(row["name"])


def _set(connection: Connection, album_id: int, old: Ids, new: Ids, action: str, name: str) -> Written:
    changed = abs(len(new) - len(old))
    if not changed:
        return _nothing(connection, album_id)
    journal_id = journal.begin(connection, action, {"name": name, "changed": changed})
    store.set_images(connection, journal_id, album_id, old, new)
    return _written(connection, journal_id, album_id, changed)


def _written(connection: Connection, journal_id: int, album_id: int, changed: int) -> Written:
    return Written(token=journal.token(connection), journal_id=journal_id, changed=changed, subject_id=album_id)


def _nothing(connection: Connection, album_id: int) -> Written:
    return Written(token=journal.token(connection), journal_id=None, changed=0, subject_id=album_id)

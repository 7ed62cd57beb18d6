"""Plans of moving and copying pictures into a folder, and of deleting them."""

from collections.abc import Sequence

from diffusion_toolkit.library.files.places import Folder
from diffusion_toolkit.library.files.plan import Clash, Plan, Planner, rows_of
from diffusion_toolkit.store.database import Collection


def plan_move(collection: Collection, image_ids: Sequence[int], to: Folder, *, clash: Clash = "number") -> Plan:
    """Plan to move pictures, with all that is known of them, into a folder."""
    return _into(collection, "move", image_ids, to, clash)


def plan_copy(collection: Collection, image_ids: Sequence[int], to: Folder, *, clash: Clash = "number") -> Plan:
    """Plan to copy pictures into a folder. A copy is a new picture: it has no rating, no album, no tag of the user."""
    return _into(collection, "copy", image_ids, to, clash)


def plan_deletion(collection: Collection, image_ids: Sequence[int], *, for_good: bool) -> Plan:
    """Plan to put pictures into the system's trash, or to delete them for good."""
    kind = "delete" if for_good else "trash"
    rows, unknown = rows_of(collection, image_ids)
    planner = Planner(kind, "refuse", rows)
    return Plan(kind=kind, items=tuple(planner.shared([planner.in_place(row) for row in rows])), unknown=unknown)


def _into(collection: Collection, kind: str, image_ids: Sequence[int], to: Folder, clash: Clash) -> Plan:
    rows, unknown = rows_of(collection, image_ids)
    planner = Planner(kind, clash, rows)
    items = planner.shared([planner.to_place(row, to, row.name) for row in rows])
    return Plan(kind=kind, items=tuple(items), unknown=unknown)

"""Plans of new names: one that the user typed, or many made of a pattern."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files.names import checked_name, renamed, with_number
from diffusion_toolkit.library.files.operations import Step
from diffusion_toolkit.library.files.pattern import Subject, check_pattern, moment_of, name_of
from diffusion_toolkit.library.files.plan import MOST_NUMBERS, Clash, Plan, Planned, Planner, place_of, rows_of
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.store import file_rows
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_rows import FileRow


def plan_rename(collection: Collection, image_id: int, name: str, *, clash: Clash = "refuse") -> Plan:
    """Plan a new name for one picture; its ending is kept. Raises UsageError when no file can be called so."""
    rows, unknown = rows_of(collection, [image_id])
    planner = Planner("rename", clash, rows)
    items = [planner.to_place(row, None, stored_name(renamed(system_name(row.name), name))) for row in rows]
    return Plan(kind="rename", items=tuple(planner.shared(items)), unknown=unknown)


def plan_pattern(
    collection: Collection,
    image_ids: Sequence[int],
    pattern: str,
    *,
    first: int = 1,
    clash: Clash = "number",
    zone: tzinfo | None = None,
) -> Plan:
    """Plan names made of a pattern, in the order of the pictures. zone: of dates.

    Names may change places among the pictures. Raises UsageError for a pattern that cannot be read.
    """
    check_pattern(pattern)
    rows, unknown = rows_of(collection, image_ids)
    with collection.begin() as connection:
        values = file_rows.pattern_rows(connection, [row.id for row in rows])
    planner = Planner("rename", clash, rows)
    items: list[Planned] = []
    for index, row in enumerate(rows, first):
        if row.id not in values:
            continue
        try:
            name = _patterned(pattern, row, values[row.id], index, zone)
        except UsageError as error:
            items.append(Planned(row=row, problem=str(error)))
        else:
            items.append(planner.to_place(row, None, name))
    return Plan(kind="rename", items=tuple(_ordered(planner, planner.shared(items))), unknown=unknown)


def _patterned(pattern: str, row: FileRow, values: file_rows.PatternRow, index: int, zone: tzinfo | None) -> str:
    # Not splitext: to it, "..png" has no ending.
    stem, dot, ending = system_name(row.name).rpartition(".")
    folder = os.path.basename(system_name(place_of(row)))
    subject = Subject(
        stem=stem, folder=printable(stored_name(folder)), index=index, moment=moment_of(values, zone), row=values
    )
    return stored_name(checked_name(name_of(pattern, subject, dot + ending)))


def _ordered(planner: Planner, items: Sequence[Planned]) -> list[Planned]:
    """Put those first whose new places are free already; where names go round in a circle, one takes a detour."""
    waiting = {step.source: item for item in items for step in item.steps}
    left = [item for item in items if item.steps]
    done = [item for item in items if not item.steps]
    while left:
        blocked: list[Planned] = []
        for item in left:
            if any(waiting.get(step.target, item) is not item for step in item.steps):
                blocked.append(item)
                continue
            done.append(item)
            for step in item.steps:
                waiting.pop(step.source, None)
        if len(blocked) == len(left):
            detour, blocked[0] = _detour(planner, blocked[0])
            done.append(detour)
            for step in detour.steps:
                waiting.pop(step.source, None)
        left = blocked
    return done


def _detour(planner: Planner, item: Planned) -> tuple[Planned, Planned]:
    """Two operations instead of one: to a free name, and on from there."""
    folder = os.path.dirname(item.steps[0].source)
    old = system_name(item.row.name)
    for number in range(2, MOST_NUMBERS):
        name = with_number(old, number)
        middles = [os.path.join(folder, _tail(step.source, old, name)) for step in item.steps]
        if all(planner.free(middle, step.source) for middle, step in zip(middles, item.steps, strict=True)):
            break
    else:
        return item, item
    pairs = list(zip(middles, item.steps, strict=True))
    for middle, step in pairs:
        planner.take(middle, step.source)
    there = replace(
        item,
        name=stored_name(name),
        steps=tuple(Step(source=step.source, target=middle, shared=step.shared) for middle, step in pairs),
    )
    onward = replace(
        item,
        row=replace(item.row, name=stored_name(name)),
        steps=tuple(Step(source=middle, target=step.target) for middle, step in pairs),
    )
    return there, onward


def _tail(path: str, old: str, new: str) -> str:
    """The name of a file of a picture once the picture is called `new`."""
    name = os.path.basename(path)
    if name.startswith(old):
        return new + name[len(old) :]
    return os.path.splitext(new)[0] + name[len(os.path.splitext(old)[0]) :]

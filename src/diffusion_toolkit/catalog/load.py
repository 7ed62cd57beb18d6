"""Brings what the store delivered into the columns: the whole library at first, later only what changed."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from diffusion_toolkit.catalog.answers import no_courtesy
from diffusion_toolkit.catalog.columns import COLUMNS, CURATED, NO_MOMENT, Array, Flag, Ints
from diffusion_toolkit.catalog.dimensions import Dimension, Words
from diffusion_toolkit.catalog.load_lists import with_resources, with_tags
from diffusion_toolkit.catalog.names import Names, extensions
from diffusion_toolkit.catalog.prompts import Prompts
from diffusion_toolkit.catalog.state import GENERATION_TABLES, State
from diffusion_toolkit.store.feed import Images, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from diffusion_toolkit.store.feed import Rows

_NOT_CURATED = np.uint8(0xFF & ~CURATED)
_MOST_PROBLEMS = 255
_MOMENTS = ("rated", "viewed", "touched")
_AS_THEY_ARE = (
    *("id", "size_bytes", "mtime_ns", "date", "added", "width", "height", "duration_s", "steps", "cfg"),
    *("clip_skip", "denoise", "aesthetic"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What differs between two states.

    first_new: images from this position on are new · positions: older images that changed · columns: in which columns ·
    tables: other tables with changed rows.
    """

    first_new: int
    positions: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    columns: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()


def loaded(reading: Reading, library: int) -> State:
    """The whole library, read for the `library`th time."""
    empty = State(library=library, revision=library, origin=reading.origin, snapshot=reading.snapshot)
    empty = replace(empty, prompts=Prompts.of(*reading.prompts()))
    return applied(empty, reading)[0]


def applied(state: State, reading: Reading, between: "Callable[[], None]" = no_courtesy) -> tuple[State, Change]:
    """The state after what `reading` delivers, and what became different. between: called between its steps."""
    images = reading.images()
    between()
    rows = images.rows
    names = (images.names, np.concatenate([np.zeros(1, np.int64), np.cumsum(rows["name_bytes"], dtype=np.int64)]))
    state, tables = _with_tables(state, reading)
    state = _with_prompts(state, reading, rows)
    between()
    state, merged = _with_images(state, rows, names)
    between()
    state, curated = _with_curation(state, reading.curation())
    between()
    state, listed = _with_lists(state, reading, images)
    between()
    state, buried = _without(state, reading.tombstones()["id"])
    changes = [merged, curated, listed, buried]
    change = Change(
        first_new=merged.first_new,
        positions=np.unique(np.concatenate([part.positions for part in changes])).astype(np.int32),
        columns=frozenset[str]().union(*(part.columns for part in changes)),
        tables=tables,
    )
    return replace(state, origin=reading.origin, snapshot=reading.snapshot), change


def _with_tables(state: State, reading: Reading) -> tuple[State, frozenset[str]]:
    folders = state.folders.updated(reading.roots(), reading.folders())
    graphs = state.graphs.updated(reading.graphs())
    dimensions: Mapping[str, Dimension] = {
        table: state.dimensions[table].updated(reading.names(table)) for table in GENERATION_TABLES
    }
    tags, resources = state.tags.updated(reading.tags()), state.resources.updated(reading.resources())
    albums = state.albums.updated(reading.albums())
    changed = {table for table in dimensions if dimensions[table] is not state.dimensions[table]}
    changed |= {name for name, new in (("tag", tags), ("album", albums)) if new is not getattr(state, f"{name}s")}
    if folders is not state.folders:
        changed.add("folder")
    if graphs is not state.graphs:
        changed.add("graph")
    if not changed and resources is state.resources:
        return state, frozenset()
    state = replace(state, folders=folders, dimensions=dimensions, graphs=graphs)
    return replace(state, tags=tags, resources=resources, albums=albums), frozenset(changed)


def _with_prompts(state: State, reading: Reading, rows: "Rows") -> State:
    wanted = np.unique(np.concatenate([rows["prompt"], rows["negative"], rows["caption"]]))
    unknown = wanted[(wanted > 0) & (state.prompts.codes(wanted) < 0)]
    if not len(unknown):
        return state
    return replace(state, prompts=state.prompts.appended(*reading.prompts(unknown.tolist())))


def _with_images(state: State, rows: "Rows", names: "tuple[bytes, Array]") -> tuple[State, Change]:
    if not len(rows):
        return state, Change(first_new=state.count)
    state, values = _columns_of(state, rows, names)
    positions = state.places.find(values["id"])
    known = positions >= 0
    if known.any():
        old = {name: column[known] for name, column in values.items()}
        state, changed = _with_changed(state, positions[known], old)
    else:
        changed = Change(first_new=state.count)
    first_new = state.count
    order = _by_id(values["id"], ~known)
    new = {name: column[order] for name, column in values.items()}
    if len(new["id"]):
        new["rating"] = np.zeros(len(new["id"]), np.uint8)
        new.update({name: np.full(len(new["id"]), NO_MOMENT, np.int64) for name in _MOMENTS})
        state = replace(state, columns=state.columns.appended(new), places=state.places.appended(new["id"]))
    return state, replace(changed, first_new=first_new)


def _by_id(ids: "Array", wanted: "Array") -> "Array | slice":
    """New images by id, so that looking one up stays simple."""
    if wanted.all() and bool((ids[1:] > ids[:-1]).all()):
        return slice(None)
    places = np.flatnonzero(wanted)
    return places[np.argsort(ids[places])]


def _with_changed(state: State, positions: Ints, values: "dict[str, Array]") -> tuple[State, Change]:
    """Images known before; their curation stays."""
    if not len(positions):
        return state, Change(first_new=state.count)
    values["flags"] |= state.columns["flags"][positions] & np.uint8(CURATED)
    columns, touched = state.columns.changed(positions, values)
    return replace(state, columns=columns), Change(first_new=state.count, positions=positions, columns=touched)


def _with_curation(state: State, rows: "Rows") -> tuple[State, Change]:
    positions = state.places.find(rows["id"])
    rows, positions = rows[positions >= 0], positions[positions >= 0]
    if not len(rows):
        return state, Change(first_new=state.count)
    flags = state.columns["flags"][positions] & _NOT_CURATED
    for name, flag in (("favorite", Flag.FAVORITE), ("nsfw", Flag.NSFW), ("for_deletion", Flag.FOR_DELETION)):
        flags |= rows[name] * np.uint8(flag)
    values = {"rating": rows["rating"].astype(np.uint8), "flags": flags} | {name: rows[name] for name in _MOMENTS}
    columns, touched = state.columns.changed(positions, values)
    return replace(state, columns=columns), Change(first_new=state.count, positions=positions, columns=touched)


def _with_lists(state: State, reading: Reading, images: Images) -> tuple[State, Change]:
    """After the images, so that each of them has its place."""
    resource_lists = with_resources(state.resource_lists, state, images, state.positions(images.rows["id"]))
    tag_lists, tagged = with_tags(state.tag_lists, state, reading.image_tags())
    change = Change(first_new=state.count, positions=tagged, columns=frozenset(("tags",) if len(tagged) else ()))
    return replace(state, resource_lists=resource_lists, tag_lists=tag_lists), change


def _without(state: State, ids: "Array") -> tuple[State, Change]:
    positions = state.places.find(ids)
    positions = positions[positions >= 0]
    if not len(positions):
        return state, Change(first_new=state.count)
    flags = state.columns["flags"][positions] | np.uint8(Flag.DEAD)
    columns, touched = state.columns.changed(positions, {"flags": flags})
    return replace(state, columns=columns), Change(first_new=state.count, positions=positions, columns=touched)


def _columns_of(state: State, rows: "Rows", names: "tuple[bytes, Array]") -> "tuple[State, dict[str, Array]]":
    """Rows of the store as columns; ids of other tables become their codes."""
    values: dict[str, Array] = {name: rows[name].astype(COLUMNS[name]) for name in _AS_THEY_ARE}
    values["seed"] = np.ascontiguousarray(rows["seed"]).view(np.uint64).copy()
    values["problems"] = np.minimum(rows["problems"], _MOST_PROBLEMS).astype(np.uint8)
    values["flags"] = (
        rows["missing"] * np.uint8(Flag.MISSING)
        | rows["workflow"] * np.uint8(Flag.WORKFLOW)
        | rows["has_seed"] * np.uint8(Flag.SEED)
        | (rows["phase"] > 0) * np.uint8(Flag.DEEP)
    ).astype(np.uint8)
    values["folder"] = state.folders.codes(rows["folder"])
    for table in GENERATION_TABLES:
        values[table] = state.dimensions[table].codes(rows[table]).astype(COLUMNS[table])
    values["graph"] = state.graphs.codes(rows["graph"])
    values["prompt"] = state.prompts.codes(rows["prompt"])
    values["negative"] = state.prompts.codes(rows["negative"])
    values["caption"] = state.prompts.codes(rows["caption"])
    formats, values["format"] = _formats(state.formats, rows["format"])
    exts, values["ext"] = _extensions(state.exts, *names)
    all_names, values["name"] = _names(state, values["id"], *names)
    return replace(state, formats=formats, exts=exts, names=all_names), values


def _names(state: State, ids: "Array", text: bytes, offsets: "Array") -> "tuple[Names, Array]":
    """All names, and which one each row has: its old one while it reads the same."""
    positions = state.places.find(ids)
    numbers = np.where(positions >= 0, state.columns["name"][positions], -1) if state.count else positions
    bounds = offsets.tolist()
    for row in np.flatnonzero(numbers >= 0).tolist():
        if state.names.bytes_at(int(numbers[row])) != text[bounds[row] : bounds[row + 1]]:
            numbers[row] = -1
    new = np.flatnonzero(numbers < 0)
    if len(new) < len(ids):
        text = b"".join(text[bounds[row] : bounds[row + 1]] for row in new.tolist())
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.diff(offsets)[new])])
    numbers[new] = np.arange(state.names.count, state.names.count + len(new))
    return state.names.appended(text, offsets), numbers.astype(np.int32)


def _formats(known: Words, packed: "Array") -> tuple[Words, "Array"]:
    distinct, which = np.unique(np.ascontiguousarray(packed).view(np.uint64), return_inverse=True)
    names = [int(value).to_bytes(8, "little").decode("ascii", "replace").strip(" \0") for value in distinct]
    larger, _ = known.including([name for name in names if name])
    table = np.array([larger.names.index(name) if name else -1 for name in names], np.int8)
    return larger, table[which]


def _extensions(known: Words, text: bytes, offsets: "Array") -> tuple[Words, "Array"]:
    names, which = extensions(text, offsets)
    larger, codes = known.including(names)
    table = np.append(codes, -1).astype(np.int32)
    return larger, table[which]

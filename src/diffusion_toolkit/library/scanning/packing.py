"""Records as bytes, to cross from a reading process to ours.

With `marshal`, not pickle: it is four times as fast here, and what it reads becomes plain values and never code, so a
parser that a hostile file took over reaches no further than its own process.
"""

import marshal
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar, Union

from diffusion_toolkit.library.scanning.file_state import FileState
from diffusion_toolkit.record import NO_ORIGINS, FileRecord, GraphNode, Lora, Origin, Recipe, Seen, WorkflowGraph

FileReading = tuple[FileRecord, FileState]
"""What a file holds, and its state just before it was read."""

Packed = Union[tuple[Any, ...], None]

Made = TypeVar("Made")


class _Shape(Generic[Made]):
    """A frozen dataclass as the tuple of its fields' values, and back.

    Back goes through the slots' own setters: the class's `__init__` sets each field by name, which takes eight times
    as long, and for a record and its recipe is as much as reading a small file costs. That of a compiled class is
    quick, and cannot be gone around.
    """

    def __init__(self, kind: type[Made], without: tuple[str, ...] = ()) -> None:
        self._kind = kind
        self.names = [each.name for each in fields(kind) if each.name not in without]  # pyright: ignore[reportArgumentType] only dataclasses are given
        self.values: Callable[[Made], tuple[Any, ...]] = attrgetter(*self.names)
        self._all_names = (*self.names, *without)
        self._setters = [getattr(kind, name).__set__ for name in self._all_names]
        self._is_compiled = kind.__new__ is not object.__new__

    def made(self, values: tuple[Any, ...], *others: Any) -> Made:
        """The object again; others: values of the fields left out, in the order they were named."""
        if self._is_compiled:
            return self._kind(**dict(zip(self._all_names, values + others, strict=True)))
        found = object.__new__(self._kind)
        for setter, value in zip(self._setters, values + others, strict=True):
            setter(found, value)
        return found


_RECORD = _Shape(FileRecord, ("recipe", "seen", "nodes"))
_RECIPE = _Shape(Recipe, ("hires", "refiner", "extra", "controlnets", "loras", "graph", "origins"))
_STATE = _Shape(FileState)
_GRAPH = _Shape(WorkflowGraph)
_LORA = _Shape(Lora)
_ORIGIN = _Shape(Origin)
_SEEN = _Shape(Seen)
_NODE = _Shape(GraphNode)


def pack(value: Any) -> bytes:
    """Plain values as bytes. Raises ValueError for what is not plain, or nested too deep."""
    return marshal.dumps(value)


def unpack(data: bytes) -> Any:
    """The values again. Raises ValueError, EOFError or TypeError for bytes that are none of `pack`."""
    return marshal.loads(data)  # noqa: S302 it gives plain values only, from a process of ours


def packed_reading(reading: FileReading | None) -> bytes:
    """A reading as bytes. Raises ValueError for one that holds what is not plain."""
    if reading is None:
        return pack(None)
    record, state = reading
    seen = tuple(_SEEN.values(each) for each in record.seen)
    nodes = tuple(_NODE.values(each) for each in record.nodes)
    return pack((_RECORD.values(record), _packed_recipe(record), seen, nodes, _STATE.values(state)))


def unpacked_reading(data: bytes) -> FileReading | None:
    """The reading again."""
    packed: Packed = unpack(data)
    if packed is None:
        return None
    record, recipe, seen, nodes, state = packed
    found = _RECORD.made(
        record,
        _unpacked_recipe(recipe),
        tuple(_SEEN.made(each) for each in seen),
        tuple(_NODE.made(each) for each in nodes),
    )
    return found, _STATE.made(state)


def _packed_recipe(record: FileRecord) -> Packed:
    """The recipe; its origins only travel with a reading that explains itself."""
    recipe = record.recipe
    if recipe is None:
        return None
    origins = recipe.origins if record.seen else NO_ORIGINS
    return (
        _RECIPE.values(recipe),
        dict(recipe.hires),
        dict(recipe.refiner),
        dict(recipe.extra),
        tuple(dict(unit) for unit in recipe.controlnets),
        tuple(_LORA.values(lora) for lora in recipe.loras),
        recipe.graph and _GRAPH.values(recipe.graph),
        {name: tuple(_ORIGIN.values(place) for place in places) for name, places in origins.items()},
    )


def _unpacked_recipe(packed: Packed) -> Recipe | None:
    if packed is None:
        return None
    values, hires, refiner, extra, controlnets, loras, graph, origins = packed
    return _RECIPE.made(
        values,
        hires,
        refiner,
        extra,
        controlnets,
        tuple(_LORA.made(lora) for lora in loras),
        _GRAPH.made(graph) if graph else None,
        {name: tuple(_ORIGIN.made(place) for place in places) for name, places in origins.items()},
    )

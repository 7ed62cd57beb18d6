"""ComfyUI graphs and the values in them: kept once each, written per image, and asked for by value.

A graph and a value are found by a hash. An image has an array of value ids in the order of its graph's slots, so that
a question about one property looks at one place of the arrays of the graphs that have it. What stands there is few
distinct values or many; which of them pass is asked apart from it.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Final, LiteralString

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.record import WorkflowGraph
from diffusion_toolkit.store.clean import clean_text, number_text
from diffusion_toolkit.store.database import Collection, driver
from diffusion_toolkit.store.journal import array_text

MOST_SLOTS = 200_000
"""Properties of one graph that are kept; a workflow of 20 MB has about as many."""

_MOST_CACHED = 10_000
_LARGEST_BITS = 1_000
"""Whole numbers beyond 10^300 do not fit a double; they are kept as text alone."""

Scalar = str | int | float | bool | None
ValueText = tuple[str, str | None]
"""A value's text, and the same again when it is a number."""


def value_text(value: Scalar) -> ValueText | None:
    """A value as it is kept; None for JSON's null."""
    if isinstance(value, str):
        return clean_text(value), None
    if value is None:
        return None
    if isinstance(value, bool):
        return ("true" if value else "false"), None
    if isinstance(value, int):
        text = number_text(value)
        return text, (text if value.bit_length() <= _LARGEST_BITS else None)
    text = repr(value)
    return text, (text if math.isfinite(value) else None)


def is_kept(graph: WorkflowGraph | None) -> bool:
    """Whether there is a graph, and not a monstrous one."""
    return graph is not None and len(graph.slots) <= MOST_SLOTS and len(graph.node_classes) <= MOST_SLOTS


@dataclass(slots=True)
class Graphs:
    """Gives the ids of graphs of one collection, adding those that are new."""

    collection: Collection
    _known: dict[bytes, int] = field(default_factory=dict[bytes, int])

    def ids(self, wanted: Mapping[bytes, WorkflowGraph]) -> dict[bytes, int]:
        """Ids by fingerprint. Adds in a transaction of its own, in sorted order, so that scans never deadlock."""
        missing = sorted(key for key in wanted if key not in self._known)
        if missing:
            if len(self._known) > _MOST_CACHED:
                self._known.clear()
                missing = sorted(wanted)
            self._known |= self._added([wanted[key] for key in missing])
        return {key: self._known[key] for key in wanted}

    def _added(self, graphs: Sequence[WorkflowGraph]) -> dict[bytes, int]:
        with self.collection.begin() as connection:
            cursor = driver(connection).cursor(binary=True)
            cursor.executemany(
                "INSERT INTO workflow_graph (identity, node_classes, slot_nodes, slot_names)"
                " VALUES (%s, %s::text[], %s::int[], %s::text[]) ON CONFLICT (identity) DO NOTHING",
                [
                    (
                        graph.fingerprint,
                        list(map(clean_text, graph.node_classes)),
                        [node for node, _ in graph.slots],
                        [clean_text(name) for _, name in graph.slots],
                    )
                    for graph in graphs
                ],
            )
            keys = [graph.fingerprint for graph in graphs]
            rows = cursor.execute("SELECT identity, id FROM workflow_graph WHERE identity = ANY(%s)", [keys])
            return {bytes(row[0]): row[1] for row in rows}


# --- one image -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGraph:
    """The graph of one image, as `record.WorkflowGraph` has it, its values as texts; None for JSON's null."""

    node_classes: list[str]
    slots: list[tuple[int, str]]
    values: list[str | None]


def graph_of(connection: sa.Connection, image_id: int) -> StoredGraph | None:
    """The graph of an image; None when it has none."""
    row = driver(connection).execute(
        "SELECT node_classes, slot_nodes, slot_names, ARRAY("
        " SELECT text FROM unnest(value_ids) WITH ORDINALITY AS given (id, place)"
        " LEFT JOIN workflow_value ON workflow_value.id = given.id ORDER BY place)"
        " FROM image_workflow JOIN workflow_graph ON workflow_graph.id = graph_id WHERE image_id = %s",
        [image_id],
    )
    found = row.fetchone()
    if found is None:
        return None
    classes, nodes, names, values = found
    return StoredGraph(node_classes=classes, slots=list(zip(nodes, names, strict=True)), values=values)


# --- asking ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slots:
    """Places to look at: of which graphs, and which entry (from 0) of their images' values."""

    graph_ids: NDArray[np.int32]
    places: NDArray[np.int32]

    def parts(self, images: NDArray[np.integer], most: int) -> Iterator["Slots"]:
        """The same in parts of about so many values. images: of each place, how many images have it."""
        part = (np.cumsum(images) - images) // most
        for first, last in pairwise((0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), len(part))):
            if first < last:
                yield Slots(self.graph_ids[first:last], self.places[first:last])


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTest:
    """Numbers between two bounds (None: no bound), or, `outside`, all others. Whole numbers are compared exactly."""

    low: Decimal | None = None
    high: Decimal | None = None
    open_low: bool = False
    open_high: bool = False
    outside: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether one number passes, and no other."""
        return self.low is not None and self.low == self.high and not self.outside


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTest:
    """Values whose text passes. part: lower-case ASCII that every ASCII text that passes holds, in any case."""

    passes: Callable[[str], bool]
    part: str = ""


_FEW: Final = 20_000
"""So many values are looked up one by one; of more, the whole table is read."""

# One number for both parts of a pair, and one text of bytes for all: rows of their own take three times as long. By
# graph first: joined to each place, the planner goes through the index of graphs instead of reading the table once.
_PAIRS: LiteralString = """
SELECT string_agg(int8send(CAST(w.image_id AS bigint) << 32 | coalesce(w.value_ids[place + 1], 0)), '')
FROM (
    SELECT graph_id, array_agg(place) AS places
    FROM unnest(%(graphs)s::int[], %(places)s::int[]) AS s (graph_id, place) GROUP BY graph_id
) AS s
JOIN image_workflow AS w ON w.graph_id = s.graph_id
CROSS JOIN LATERAL unnest(s.places) AS place
"""
# Two doubles that are equal may stand for whole numbers that are not; the text is exact.
_NUMBERS: LiteralString = """
SELECT id FROM workflow_value WHERE CASE
    WHEN number IS NULL THEN false
    ELSE %(outside)s::bool <> (CASE
        WHEN %(low)s::float8 IS NULL OR number > %(low)s::float8 THEN true
        WHEN number < %(low)s::float8 THEN false
        WHEN %(open_low)s::bool THEN text::numeric > %(low)s::numeric
        ELSE text::numeric >= %(low)s::numeric
    END AND CASE
        WHEN %(high)s::float8 IS NULL OR number < %(high)s::float8 THEN true
        WHEN number > %(high)s::float8 THEN false
        WHEN %(open_high)s::bool THEN text::numeric < %(high)s::numeric
        ELSE text::numeric <= %(high)s::numeric
    END)
END
"""
_TEXTS: LiteralString = """
SELECT id, text FROM workflow_value
WHERE (strpos(lower(text COLLATE "C"), %(part)s) > 0 OR octet_length(text) <> char_length(text))
"""
_OF_THESE: LiteralString = " AND id = ANY (%(ids)s::int[])"


@dataclass(frozen=True, slots=True)
class SlotValues:
    """What stands in some places: pairs of an image and a value, (pairs,) each; value 0 is JSON's null."""

    image_ids: NDArray[np.int32]
    value_ids: NDArray[np.int32]


def is_anywhere(collection: Collection, test: NumberTest) -> bool:
    """Whether any value of any property passes: of a number that stands nowhere, no image has to be looked at."""
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        return cursor.execute(_NUMBERS + " LIMIT 1", asdict(test)).fetchone() is not None


def slot_values(collection: Collection, slots: Slots) -> SlotValues:
    """What stands in these places, of all images; in no order."""
    asked = {"graphs": slots.graph_ids.tolist(), "places": slots.places.tolist()}
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        row = cursor.execute(_PAIRS, asked, prepare=False).fetchone()  # planned for how many places there are
    pairs = np.frombuffer((row and row[0]) or b"", ">i4").astype(np.int32).reshape(-1, 2)
    return SlotValues(pairs[:, 0], pairs[:, 1])


def passing_values(collection: Collection, values: NDArray[np.bool_], test: NumberTest | TextTest) -> NDArray[np.bool_]:
    """Which of these values pass. values: by id, as long as the highest id asks for; the answer has the same length."""
    ids = np.flatnonzero(values[1:]) + 1
    asked, which = ({"ids": array_text(ids)}, _OF_THESE) if len(ids) <= _FEW else ({}, "")
    found = np.zeros(len(values), np.bool_)
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        if isinstance(test, NumberTest):
            cursor.execute(_NUMBERS + which, asked | asdict(test), prepare=False)
            passing = np.fromiter((row[0] for row in cursor), np.int64)
            found[passing[passing < len(found)]] = True
            return found & values
        # Texts are folded and cut into words by one rule, which is Python's; SQL leaves out what cannot pass.
        cursor.execute(_TEXTS + which, asked | {"part": clean_text(test.part)}, prepare=False)
        for number, text in cursor:
            if number < len(found) and values[number] and test.passes(text):
                found[number] = True
        return found

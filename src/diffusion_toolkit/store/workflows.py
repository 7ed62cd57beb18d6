"""ComfyUI graphs and the values in them: kept once each, written per image, and asked for by value.

A graph and a value are found by a hash. An image has an array of value ids in the order of its graph's slots, so that
a question about one property looks at one place of the arrays of the graphs that have it.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import LiteralString

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.record import WorkflowGraph
from diffusion_toolkit.store.clean import clean_text, number_text
from diffusion_toolkit.store.database import Collection, driver

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


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTest:
    """Numbers between two bounds (None: no bound), or, `outside`, all others. Whole numbers are compared exactly."""

    low: Decimal | None = None
    high: Decimal | None = None
    open_low: bool = False
    open_high: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTest:
    """Values whose text passes. part: lower-case ASCII that every ASCII text that passes holds, in any case."""

    passes: Callable[[str], bool]
    part: str = ""


# Two doubles that are equal may stand for whole numbers that are not; the text is exact.
_WITH_NUMBER: LiteralString = """
SELECT w.image_id
FROM unnest(%(graphs)s::int[], %(places)s::int[]) AS s (graph_id, place)
JOIN image_workflow AS w ON w.graph_id = s.graph_id
JOIN workflow_value AS v ON v.id = w.value_ids[s.place + 1]
WHERE CASE
    WHEN v.number IS NULL THEN false
    ELSE %(outside)s::bool <> (CASE
        WHEN %(low)s::float8 IS NULL OR v.number > %(low)s::float8 THEN true
        WHEN v.number < %(low)s::float8 THEN false
        WHEN %(open_low)s::bool THEN v.text::numeric > %(low)s::numeric
        ELSE v.text::numeric >= %(low)s::numeric
    END AND CASE
        WHEN %(high)s::float8 IS NULL OR v.number < %(high)s::float8 THEN true
        WHEN v.number > %(high)s::float8 THEN false
        WHEN %(open_high)s::bool THEN v.text::numeric < %(high)s::numeric
        ELSE v.text::numeric <= %(high)s::numeric
    END)
END
"""
# The planner cannot know how few values a property has; so it first gets the list, and then looks up just these.
_TEXTS: LiteralString = """
WITH used AS MATERIALIZED (
    SELECT DISTINCT w.value_ids[s.place + 1] AS id
    FROM unnest(%(graphs)s::int[], %(places)s::int[]) AS s (graph_id, place)
    JOIN image_workflow AS w ON w.graph_id = s.graph_id
)
SELECT id, text FROM used JOIN workflow_value USING (id)
WHERE strpos(lower(text COLLATE "C"), %(part)s) > 0 OR octet_length(text) <> char_length(text)
"""
_WITH_VALUES: LiteralString = """
SELECT w.image_id
FROM unnest(%(graphs)s::int[], %(places)s::int[]) AS s (graph_id, place)
JOIN image_workflow AS w ON w.graph_id = s.graph_id
WHERE w.value_ids[s.place + 1] = ANY(%(values)s::int[])
"""


def images_with_value(collection: Collection, slots: Slots, test: NumberTest | TextTest) -> NDArray[np.int32]:
    """Ids of images that have a value that passes in one of these places; in no order, some perhaps twice."""
    if not len(slots.graph_ids):
        return np.empty(0, np.int32)
    asked: dict[str, object] = {"graphs": slots.graph_ids.tolist(), "places": slots.places.tolist()}
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        if isinstance(test, NumberTest):
            cursor.execute(_WITH_NUMBER, asked | asdict(test))
            return _ids(cursor.fetchall())
        # Texts are folded and cut into words by one rule, which is Python's; SQL leaves out what cannot pass.
        cursor.execute(_TEXTS, asked | {"part": clean_text(test.part)})
        passing = [number for number, text in cursor if test.passes(text)]
        if not passing:
            return np.empty(0, np.int32)
        cursor.execute(_WITH_VALUES, asked | {"values": passing})
        return _ids(cursor.fetchall())


def _ids(rows: Iterable[tuple[int]]) -> NDArray[np.int32]:
    return np.fromiter((row[0] for row in rows), np.int32)

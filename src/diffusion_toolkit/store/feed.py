"""What the catalog reads: everything once, later only the rows that became visible since a snapshot.

Rows come packed: the server joins the binary form of thousands of them to one value, which numpy reads without a
Python step per row (a million in 2.8 s; 6.3 s by COPY, which hands over row by row). Every value that can be NULL has a
stand-in. All reads of one `Reading` see the same state of the database.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString

import numpy as np
import sqlalchemy as sa
from psycopg import sql

from diffusion_toolkit.errors import StoreError
from diffusion_toolkit.store.database import Collection, driver, translated_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.void]

NO_NUMBER = -(2**31)
"""Stands for NULL in `steps`."""

_EPOCH_2000_US = 946_684_800_000_000
_ROWS_AT_ONCE = 65_536
"""Rows per statement: a packed value must stay far below the 1 GB that PostgreSQL allows."""

_IMAGE: Sequence[tuple[str, str, LiteralString]] = (
    ("id", ">i4", "id"),
    ("folder", ">i4", "folder_id"),
    ("size_bytes", ">i8", "size_bytes"),
    ("mtime_ns", ">i8", "mtime_ns"),
    ("date", ">i8", "file_date"),
    ("added", ">i8", "added_at"),
    ("missing", "u1", "missing_since IS NOT NULL"),
    ("phase", ">i2", "phase"),
    ("problems", ">i2", "problems"),
    ("format", "S8", "rpad(left(coalesce(format, ''), 8), 8)"),
    ("width", ">i4", "coalesce(width, 0)"),
    ("height", ">i4", "coalesce(height, 0)"),
    ("duration_s", ">f4", "coalesce(duration_s, 'NaN')"),
    ("generator", ">i4", "coalesce(generator_id, 0)"),
    ("prompt", ">i4", "coalesce(prompt_id, 0)"),
    ("negative", ">i4", "coalesce(negative_prompt_id, 0)"),
    ("model", ">i4", "coalesce(model_id, 0)"),
    ("sampler", ">i4", "coalesce(sampler_id, 0)"),
    ("scheduler", ">i4", "coalesce(scheduler_id, 0)"),
    ("graph", ">i4", "coalesce(graph_id, 0)"),
    ("steps", ">i4", "coalesce(steps, -2147483648)"),
    ("cfg", ">f4", "coalesce(cfg_scale, 'NaN')"),
    ("has_seed", "u1", "coalesce(seed BETWEEN 0 AND 18446744073709551615, false)"),
    (
        "seed",
        ">i8",
        "CASE WHEN seed BETWEEN 0 AND 9223372036854775807 THEN seed::int8"
        " WHEN seed BETWEEN 9223372036854775808 AND 18446744073709551615"
        " THEN (seed - 18446744073709551616)::int8 ELSE 0 END",
    ),
    ("workflow", "u1", "workflow"),
    ("name_bytes", ">i4", "octet_length(name)"),
)
_CURATION: Sequence[tuple[str, str, LiteralString]] = (
    ("id", ">i4", "image_id"),
    ("rating", ">i2", "coalesce(rating, 0::int2)"),
    ("favorite", "u1", "favorite"),
    ("nsfw", "u1", "nsfw"),
    ("for_deletion", "u1", "for_deletion"),
)
_TOMBSTONE: Sequence[tuple[str, str, LiteralString]] = (("id", ">i4", "image_id"),)
_PROMPT: Sequence[tuple[str, str, LiteralString]] = (("id", ">i4", "id"), ("characters", ">i4", "length(text)"))

NAMED = ("model", "sampler", "scheduler", "generator")
"""Tables of distinct names."""

_NAMES: Mapping[str, LiteralString] = {
    "model": "SELECT id, name FROM model",
    "sampler": "SELECT id, name FROM sampler",
    "scheduler": "SELECT id, name FROM scheduler",
    "generator": "SELECT id, name FROM generator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Which transactions a reader sees: all below `low`, none from `high` on, and between them all but `running`."""

    low: int
    high: int
    running: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        """The form of PostgreSQL's pg_snapshot: `low:high:running,running`."""
        low, high, running = text.split(":")
        return cls(low=int(low), high=int(high), running=tuple(int(xid) for xid in running.split(",") if xid))

    def __str__(self) -> str:
        return f"{self.low}:{self.high}:{','.join(map(str, self.running))}"

    def sees(self, transaction: int) -> bool:
        """Whether what this transaction wrote is visible (or it failed, and there is nothing to see)."""
        return transaction < self.low or (transaction < self.high and transaction not in self.running)

    def finished_since(self, earlier: "Snapshot") -> list[tuple[int, int]]:
        """Transactions seen here and not in `earlier`, as spans [first, end).

        The same rows as `changed_in >= low AND NOT pg_visible_in_snapshot(changed_in, earlier)`, but the index never
        walks over the rows of a bulk load that is still open.
        """
        spans = [(xid, xid + 1) for xid in sorted(earlier.running) if self.sees(xid)]
        first = earlier.high
        for xid in sorted(xid for xid in self.running if xid >= earlier.high):
            if first < xid:
                spans.append((first, xid))
            first = xid + 1
        if first < self.high:
            spans.append((first, self.high))
        return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which tables these are: the cluster's id, how often it was restored, the version and the number of the schema.

    schema_number differs when a collection was dropped and made again under its old name.
    """

    cluster: str
    restore_epoch: int
    schema: str
    schema_version: str
    schema_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRow:
    """A root as the catalog needs it; path in stored form."""

    id: int
    path: str
    available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """A folder; path in stored form, relative to its root."""

    id: int
    root_id: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRow:
    """A workflow graph: classes of its nodes; for each slot the position of its node and the name of the property."""

    id: int
    node_classes: Sequence[str]
    slot_nodes: Sequence[int]
    slot_names: Sequence[str]


@contextmanager
def reading(collection: Collection, since: Snapshot | None = None) -> Generator["Reading"]:
    """Everything (`since` None) or what changed since, in one unchanging view of the database."""
    with collection.begin(repeatable=True) as connection:
        yield Reading(connection, collection.schema, since)


def announcements(collection: Collection, stop: Callable[[], bool], *, wait_s: float) -> Iterator[bool]:
    """True each time somebody announced a change of this collection, False after `wait_s` without any.

    The first comes at once, when listening has begun: what happened before must be read then. Raises
    ServerUnreachable when the connection is lost.
    """
    with translated_errors(), collection.database.listen() as connection:
        connection.execute("LISTEN dtk_changed")
        yield True
        while not stop():
            schemas = [notice.payload for notice in connection.notifies(timeout=wait_s, stop_after=1)]
            # One refresh answers all that arrived meanwhile.
            schemas += [notice.payload for notice in connection.notifies(timeout=0)]
            yield collection.schema in schemas


class Reading:
    """One view of the database; valid inside `reading`."""

    def __init__(self, connection: sa.Connection, schema: str, since: Snapshot | None) -> None:
        self._connection = connection
        row = connection.execute(
            sa.text(
                "SELECT pg_current_snapshot()::text, cluster.id::text, cluster.restore_epoch, version.version_num,"
                " (SELECT oid::int8 FROM pg_namespace WHERE nspname = :schema)"
                " FROM dtk.cluster, schema_version AS version"
            ),
            {"schema": schema},
        ).one()
        self.snapshot = Snapshot.parse(row[0])
        self.origin = Origin(
            cluster=row[1], restore_epoch=row[2], schema=schema, schema_version=row[3], schema_number=row[4]
        )
        self._spans = None if since is None else self.snapshot.finished_since(since)
        if self._spans is not None:
            # A range of transactions is a few rows of a large table; the planner cannot know that.
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))

    @property
    def is_unchanged(self) -> bool:
        """No transaction that could have written anything ended since."""
        return self._spans == []

    def images(self) -> tuple["Rows", bytes]:
        """Rows of `image`, and their file names (stored form, UTF-8) one after the other, `name_bytes` each.

        Ids of other tables are as they are, 0 for none; dates in microseconds since 1970.
        """
        rows, names = self._packed("image", _IMAGE, "name")
        rows["date"] += _EPOCH_2000_US
        rows["added"] += _EPOCH_2000_US
        return rows, names.encode()

    def curation(self) -> "Rows":
        """Rows of `curation`; id is the image's, rating 0 for none."""
        return self._packed("curation", _CURATION)[0]

    def tombstones(self) -> "Rows":
        """Ids of deleted images."""
        return self._packed("tombstone", _TOMBSTONE)[0]

    def roots(self) -> list[RootRow]:
        """Changed roots."""
        rows = self._rows("SELECT id, path, state FROM root")
        return [RootRow(id=row.id, path=row.path, available=row.state == "available") for row in rows]

    def folders(self) -> list[FolderRow]:
        """Changed folders."""
        rows = self._rows("SELECT id, root_id, path FROM folder")
        return [FolderRow(id=row.id, root_id=row.root_id, path=row.path) for row in rows]

    def names(self, table: str) -> list[tuple[int, str]]:
        """Changed rows of a table of `NAMED`: id and name."""
        return [(row.id, row.name) for row in self._rows(_NAMES[table])]

    def graphs(self) -> list[GraphRow]:
        """Changed workflow graphs."""
        rows = self._rows("SELECT id, node_classes, slot_nodes, slot_names FROM workflow_graph")
        return [
            GraphRow(id=row.id, node_classes=row.node_classes, slot_nodes=row.slot_nodes, slot_names=row.slot_names)
            for row in rows
        ]

    def prompts(self, ids: Sequence[int] | None = None) -> tuple[list[int], list[str]]:
        """Prompts by id: all, or these. A prompt never changes, so its users' changes are enough to follow."""
        if ids is not None:
            statement = sa.text("SELECT id, text FROM prompt WHERE id = ANY(:ids) ORDER BY id")
            found = self._connection.execute(statement, {"ids": list(ids)}).all()
            return [row.id for row in found], [row.text for row in found]
        rows, joined = self._packed("prompt", _PROMPT, "text", whole=True)
        ends = np.cumsum(rows["characters"])
        begins = ends - rows["characters"]
        order = np.argsort(rows["id"])
        spans = zip(begins[order].tolist(), ends[order].tolist(), strict=True)
        return rows["id"][order].tolist(), [joined[begin:end] for begin, end in spans]

    def _rows(self, query: LiteralString) -> Sequence[sa.Row[Any]]:
        condition: LiteralString = ""
        if self._spans is not None:
            condition = (
                " WHERE EXISTS (SELECT FROM unnest(CAST(:lows AS xid8[]), CAST(:highs AS xid8[])) AS span (low, high)"
                " WHERE changed_in >= low AND changed_in < high)"
            )
        return self._connection.execute(sa.text(query + condition + " ORDER BY id"), self._span_lists()).all()

    def _span_lists(self) -> dict[str, list[str]]:
        spans = self._spans or []
        return {"lows": [str(low) for low, _ in spans], "highs": [str(high) for _, high in spans]}

    def _packed(
        self,
        table: LiteralString,
        columns: Sequence[tuple[str, str, LiteralString]],
        text: LiteralString | None = None,
        *,
        whole: bool = False,
    ) -> tuple["Rows", str]:
        """Rows of a table, all or the changed ones, in the order they were read, and a column of text joined."""
        if self._spans == [] and not whole:
            return _parse(b"", columns), ""
        lists = [] if whole or self._spans is None else [*self._span_lists().values()]
        key = sql.SQL(columns[0][2])
        source = sql.SQL(_CHANGED if lists else "FROM {table}").format(table=sql.SQL(table))
        count = sql.SQL("SELECT count(*), min({key}), max({key}) {source}").format(key=key, source=source)
        packed = sql.SQL("SELECT string_agg(record_send(ROW({columns})), ''), {text} {source}").format(
            columns=sql.SQL(", ").join(sql.SQL(column[2]) for column in columns),
            text=sql.SQL("NULL::text") if text is None else sql.SQL("string_agg({}, '')").format(sql.SQL(text)),
            source=source,
        )
        part = sql.SQL("{packed} WHERE {key} >= %s AND {key} < %s").format(packed=packed, key=key)
        answers: list[tuple[bytes | None, str | None]] = []
        with driver(self._connection).cursor(binary=True) as cursor:
            number, low, high = cursor.execute(count, lists).fetchone() or (0, 0, 0)
            if 0 < number <= _ROWS_AT_ONCE:
                answers += cursor.execute(packed, lists).fetchall()
            elif number:
                for first in range(low, high + 1, _ROWS_AT_ONCE):
                    answers += cursor.execute(part, [*lists, first, first + _ROWS_AT_ONCE]).fetchall()
        records = b"".join(block for block, _ in answers if block)
        return _parse(records, columns), "".join(joined for _, joined in answers if joined)


# OFFSET 0 keeps the planner from any other index than that of changed_in.
_CHANGED: LiteralString = (
    "FROM unnest(%s::text[]::xid8[], %s::text[]::xid8[]) AS span (low, high), LATERAL"
    " (SELECT * FROM {table} WHERE changed_in >= span.low AND changed_in < span.high OFFSET 0) AS changed"
)


def _parse(data: bytes, columns: Sequence[tuple[str, str, LiteralString]]) -> "Rows":
    fields = [("fields", ">i4")]
    for name, kind, _ in columns:
        fields += [(f"{name} type", ">i4"), (f"{name} size", ">i4"), (name, kind)]
    record = np.dtype(fields)
    count, rest = divmod(len(data), record.itemsize)
    raw = np.frombuffer(data, record, count=count)
    if rest or not all((raw[f"{name} size"] == np.dtype(kind).itemsize).all() for name, kind, _ in columns):
        raise StoreError("The database sent rows of an unexpected form; is it of another version?")
    rows = np.empty(count, np.dtype([(name, np.dtype(kind).newbyteorder("=")) for name, kind, _ in columns]))
    for name, _, _ in columns:
        rows[name] = raw[name]
    return rows

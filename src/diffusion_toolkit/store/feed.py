"""What the catalog reads: everything once, later only the rows that became visible since a snapshot.

Rows come packed: the server joins the binary form of thousands of them to one value, which numpy reads without a
Python step per row (a million in 2.8 s; 6.3 s by COPY, which hands over row by row). Every value that can be NULL has a
stand-in. All reads of one `Reading` see the same state of the database.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString

import numpy as np
import sqlalchemy as sa
from psycopg import sql

from diffusion_toolkit.store.database import Collection, driver, translated_errors
from diffusion_toolkit.store.feed_rows import (
    AlbumRow,
    FolderRow,
    GraphRow,
    Images,
    Origin,
    RootRow,
    Snapshot,
    TagRow,
    TagRows,
)
from diffusion_toolkit.store.packed import array_values, parse_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.void]

__all__ = [
    "AlbumRow",
    "FolderRow",
    "GraphRow",
    "Images",
    "Origin",
    "RootRow",
    "Snapshot",
    "TagRow",
    "TagRows",
    "announcements",
    "reading",
]

NO_NUMBER = -(2**31)
"""Stands for NULL in `steps` and `clip_skip`."""

NO_MOMENT = -(2**63)
"""Stands for NULL in moments of curation."""

_EPOCH_2000_US = 946_684_800_000_000
_ROWS_AT_ONCE = 65_536
"""Rows per statement: a packed value must stay far below the 1 GB that PostgreSQL allows."""

_WHOLE_FROM = 4 * _ROWS_AT_ONCE
"""From so many changed rows on, all rows are read by id: each part would look through all the changed ones again."""

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
    ("clip_skip", ">i4", "coalesce(clip_skip, -2147483648)"),
    ("denoise", ">f4", "coalesce(denoise, 'NaN')"),
    ("aesthetic", ">f4", "coalesce(aesthetic, 'NaN')"),
    ("caption", ">i4", "coalesce(caption_id, 0)"),
    ("resources", ">i4", "coalesce(cardinality(resource_ids), 0)"),
    ("resource_weights", ">i4", "coalesce(cardinality(resource_weights), 0)"),
    ("name_bytes", ">i4", "octet_length(name)"),
)
_CURATION: Sequence[tuple[str, str, LiteralString]] = (
    ("id", ">i4", "image_id"),
    ("rating", ">i2", "coalesce(rating, 0::int2)"),
    ("favorite", "u1", "favorite"),
    ("nsfw", "u1", "nsfw"),
    ("for_deletion", "u1", "for_deletion"),
    ("rated", ">i8", "coalesce(rated_at, '-infinity')"),
    ("viewed", ">i8", "coalesce(viewed_at, '-infinity')"),
    ("touched", ">i8", "coalesce(touched_at, '-infinity')"),
)
_TAGS: Sequence[tuple[str, str, LiteralString]] = (
    ("id", ">i4", "image_id"),
    ("by_user", "u1", "source = 'user'"),
    ("tags", ">i4", "cardinality(tag_ids)"),
    ("confidences", ">i4", "coalesce(cardinality(confidences), 0)"),
)
_TOMBSTONE: Sequence[tuple[str, str, LiteralString]] = (("id", ">i4", "image_id"),)
_PROMPT: Sequence[tuple[str, str, LiteralString]] = (("id", ">i4", "id"), ("bytes", ">i4", "octet_length(text)"))

NAMED = ("model", "sampler", "scheduler", "generator")
"""Tables of distinct names."""

_NAMES: Mapping[str, LiteralString] = {
    "model": "SELECT id, name FROM model",
    "sampler": "SELECT id, name FROM sampler",
    "scheduler": "SELECT id, name FROM scheduler",
    "generator": "SELECT id, name FROM generator",
}


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

    def images(self) -> "Images":
        """Rows of `image`. Ids of other tables are as they are, 0 for none; dates in microseconds since 1970."""
        rows, (names, ids, weights) = self._packed("image", _IMAGE, ("convert_to(name, 'UTF8')", *_RESOURCE_ARRAYS))
        rows["date"] += _EPOCH_2000_US
        rows["added"] += _EPOCH_2000_US
        return Images(
            rows=rows,
            names=names,
            resource_ids=array_values(ids, rows["resources"], ">i4"),
            resource_weights=array_values(weights, rows["resource_weights"], ">f4"),
        )

    def curation(self) -> "Rows":
        """Rows of `curation`; id is the image's, rating 0 for none; moments in microseconds since 1970."""
        rows = self._packed("curation", _CURATION)[0]
        for name in ("rated", "viewed", "touched"):
            rows[name][rows[name] != NO_MOMENT] += _EPOCH_2000_US
        return rows

    def image_tags(self) -> "Iterator[TagRows]":
        """Tags of all images, in parts; or all tags of images for which a source's tags changed.

        Parts come by the numbers of the images, and no image is in two of them.
        """
        parts = self._parts(_SAID, _TAGS, _TAG_ARRAYS, wanted=None if self._spans is None else _CHANGED_TAGS)
        for rows, (ids, confidences) in parts:
            yield TagRows(
                rows=rows,
                tag_ids=array_values(ids, rows["tags"], ">i4"),
                confidences=array_values(confidences, rows["confidences"], ">f4"),
            )

    def tags(self) -> "list[TagRow]":
        """Changed tags."""
        rows = self._rows("SELECT id, name, deleted_at IS NOT NULL AS deleted FROM tag")
        return [TagRow(id=row.id, name=row.name, deleted=row.deleted) for row in rows]

    def resources(self) -> list[tuple[int, str, str]]:
        """New resources: id, kind and name."""
        return [(row.id, row.kind, row.name) for row in self._rows("SELECT id, kind, name FROM resource")]

    def albums(self) -> "list[AlbumRow]":
        """Changed albums."""
        rows = self._rows(
            "SELECT id, name, query, sort, array_send(image_ids) AS images, cardinality(image_ids) AS number, position,"
            " deleted_at IS NOT NULL AS deleted FROM album"
        )
        return [
            AlbumRow(
                id=row.id,
                name=row.name,
                query=row.query,
                sort=row.sort,
                image_ids=array_values(bytes(row.images), np.array([row.number]), ">i4"),
                position=row.position,
                deleted=row.deleted,
            )
            for row in rows
        ]

    def tombstones(self) -> "Rows":
        """Ids of deleted images."""
        return self._packed("tombstone", _TOMBSTONE)[0]

    def roots(self) -> list[RootRow]:
        """Changed roots."""
        rows = self._rows("SELECT id, path, state, recursive FROM root")
        return [
            RootRow(id=row.id, path=row.path, available=row.state == "available", recursive=row.recursive)
            for row in rows
        ]

    def folders(self) -> list[FolderRow]:
        """Changed folders."""
        rows = self._rows("SELECT id, root_id, path, excluded FROM folder")
        return [FolderRow(id=row.id, root_id=row.root_id, path=row.path, excluded=row.excluded) for row in rows]

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
        rows, (joined,) = self._packed("prompt", _PROMPT, ("convert_to(text, 'UTF8')",), whole=True)
        ends = np.cumsum(rows["bytes"], dtype=np.int64)
        begins = ends - rows["bytes"]
        order = np.argsort(rows["id"])
        spans = zip(begins[order].tolist(), ends[order].tolist(), strict=True)
        return rows["id"][order].tolist(), [joined[begin:end].decode() for begin, end in spans]

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
        joined: Sequence[LiteralString] = (),
        *,
        whole: bool = False,
    ) -> tuple["Rows", list[bytes]]:
        """Rows of a table, all or the changed ones, and further values of them joined, in the order they were read."""
        wanted = _CHANGED if self._spans is not None and not whole else None
        parts = list(self._parts(table, columns, joined, wanted=wanted))
        if not parts:
            return parse_rows(b"", columns), [b"" for _ in joined]
        rows = np.concatenate([rows for rows, _ in parts]) if len(parts) > 1 else parts[0][0]
        return rows, [b"".join(part[1][number] for part in parts) for number in range(len(joined))]

    def _parts(
        self,
        table: LiteralString,
        columns: Sequence[tuple[str, str, LiteralString]],
        joined: Sequence[LiteralString],
        *,
        wanted: LiteralString | None,
    ) -> "Iterator[tuple[Rows, list[bytes]]]":
        """The same in parts of so many ids. wanted: how the rows are found that changed; None: all."""
        if wanted is not None and self._spans == []:
            return
        lists = [] if wanted is None else [*self._span_lists().values()]
        key = sql.SQL(columns[0][2])
        source = sql.SQL("FROM {table}" if wanted is None else wanted).format(table=sql.SQL(table))
        count = sql.SQL("SELECT count(*), min({key}), max({key}) {source}").format(key=key, source=source)
        everything = sql.SQL("FROM {}").format(sql.SQL(table))
        values = [sql.SQL("record_send(ROW({}))").format(sql.SQL(", ").join(sql.SQL(column[2]) for column in columns))]
        values += [sql.SQL(value) for value in joined]
        packed = sql.SQL(", ").join(sql.SQL("string_agg({}, '')").format(value) for value in values)
        with driver(self._connection).cursor(binary=True) as cursor:
            number, low, high = cursor.execute(count, lists).fetchone() or (0, 0, 0)
            if number > _WHOLE_FROM:
                source, lists = everything, []
            part = sql.SQL("SELECT {packed} {source} WHERE {key} >= %s AND {key} < %s").format(
                packed=packed, source=source, key=key
            )
            spans = [] if not number else [(low, high + 1)] if number <= _ROWS_AT_ONCE else _id_spans(low, high)
            for first, end in spans:
                for records, *others in cursor.execute(part, [*lists, first, end]):
                    if records:
                        yield parse_rows(records, columns), [other or b"" for other in others]


def _id_spans(low: int, high: int) -> list[tuple[int, int]]:
    return [(first, first + _ROWS_AT_ONCE) for first in range(low, high + 1, _ROWS_AT_ONCE)]


_RESOURCE_ARRAYS: Sequence[LiteralString] = (
    "coalesce(array_send(resource_ids), '')",
    "coalesce(array_send(array_replace(resource_weights, NULL, 'NaN')), '')",
)
# NULLs are very rare here, and replacing them takes the server as long as sending the arrays.
_SAID: LiteralString = "(SELECT * FROM image_tags WHERE source <> 'refused') AS said"
_TAG_ARRAYS: Sequence[LiteralString] = ("array_send(tag_ids)", "coalesce(array_send(confidences), '')")
# OFFSET 0 keeps the planner from any other index than that of changed_in.
_CHANGED: LiteralString = (
    "FROM unnest(%s::text[]::xid8[], %s::text[]::xid8[]) AS span (low, high), LATERAL"
    " (SELECT * FROM {table} WHERE changed_in >= span.low AND changed_in < span.high OFFSET 0) AS changed"
)


# All sources of the images of which one changed: what an image is tagged with is what all of them say.
_CHANGED_TAGS: LiteralString = (
    "FROM (SELECT * FROM {table} WHERE image_id IN (SELECT image_id FROM"
    " unnest(%s::text[]::xid8[], %s::text[]::xid8[]) AS span (low, high), LATERAL (SELECT image_id FROM {table}"
    " WHERE changed_in >= span.low AND changed_in < span.high OFFSET 0) AS changed) OFFSET 0) AS wanted"
)

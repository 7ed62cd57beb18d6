"""Values that many images share, stored once: prompts, models, samplers, schedulers, generators, resources, values
of nodes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import LiteralString

import sqlalchemy as sa

from diffusion_toolkit.store.database import Collection, driver

MOST_CACHED = 200_000
"""Known ids kept per process: 32 + 8 bytes each and Python's overhead, some 30 MB."""

_INSERT: dict[str, LiteralString] = {
    "generator": "INSERT INTO generator (identity, name) SELECT * FROM unnest(%s::bytea[], %s::text[])"
    " ON CONFLICT (identity) DO NOTHING",
    "model": "INSERT INTO model (identity, name, hash) SELECT * FROM unnest(%s::bytea[], %s::text[], %s::text[])"
    " ON CONFLICT (identity) DO NOTHING",
    "sampler": "INSERT INTO sampler (identity, name) SELECT * FROM unnest(%s::bytea[], %s::text[])"
    " ON CONFLICT (identity) DO NOTHING",
    "scheduler": "INSERT INTO scheduler (identity, name) SELECT * FROM unnest(%s::bytea[], %s::text[])"
    " ON CONFLICT (identity) DO NOTHING",
    "prompt": "INSERT INTO prompt (identity, text) SELECT * FROM unnest(%s::bytea[], %s::text[])"
    " ON CONFLICT (identity) DO NOTHING",
    "resource": "INSERT INTO resource (identity, kind, name) SELECT * FROM unnest(%s::bytea[], %s::text[], %s::text[])"
    " ON CONFLICT (identity) DO NOTHING",
    "workflow_value": "INSERT INTO workflow_value (identity, text, number)"
    " SELECT * FROM unnest(%s::bytea[], %s::text[], %s::text[]::float8[]) ON CONFLICT (identity) DO NOTHING",
}
_SELECT: dict[str, LiteralString] = {
    "generator": "SELECT identity, id FROM generator WHERE identity = ANY(%s)",
    "model": "SELECT identity, id FROM model WHERE identity = ANY(%s)",
    "sampler": "SELECT identity, id FROM sampler WHERE identity = ANY(%s)",
    "scheduler": "SELECT identity, id FROM scheduler WHERE identity = ANY(%s)",
    "prompt": "SELECT identity, id FROM prompt WHERE identity = ANY(%s)",
    "resource": "SELECT identity, id FROM resource WHERE identity = ANY(%s)",
    "workflow_value": "SELECT identity, id FROM workflow_value WHERE identity = ANY(%s)",
}
TABLES = tuple(_INSERT)

Value = tuple[str | None, ...]
"""The columns of a distinct value: (text,), (name, hash) of a model, (kind, name) of a resource, or (text, number) of
a node's value."""


def value_identity(value: Value) -> bytes:
    """SHA-256 of the value. Parts are told apart by U+0000, which no stored text holds."""
    return hashlib.sha256("\0".join("" if part is None else part for part in value).encode()).digest()


@dataclass(slots=True)
class DistinctValues:
    """Gives the ids of values of one collection, adding those that are new."""

    collection: Collection
    _known: dict[str, dict[bytes, int]] = field(default_factory=lambda: {table: {} for table in TABLES})

    def ids(self, wanted: dict[str, set[Value]]) -> dict[str, dict[Value, int]]:
        """Ids by table and value. Adds in a transaction of its own, in sorted order, so that scans never deadlock."""
        identities = {table: {value: value_identity(value) for value in wanted.get(table, ())} for table in TABLES}
        found = {table: self._cached(table, by_value.values()) for table, by_value in identities.items()}
        missing = {
            table: sorted((key, value) for value, key in by_value.items() if key not in found[table])
            for table, by_value in identities.items()
        }
        if any(missing.values()):
            with self.collection.begin() as connection:
                for table, values in missing.items():
                    if values:
                        found[table] |= _added(connection, table, values)
            for table in TABLES:
                self._remember(table, found[table])
        return {table: {v: found[table][key] for v, key in by_value.items()} for table, by_value in identities.items()}

    def _cached(self, table: str, keys: Iterable[bytes]) -> dict[bytes, int]:
        known = self._known[table]
        return {key: known[key] for key in keys if key in known}

    def _remember(self, table: str, ids: dict[bytes, int]) -> None:
        if len(self._known[table]) + len(ids) > MOST_CACHED:
            self._known[table].clear()
        self._known[table] |= ids


def _added(connection: sa.Connection, table: str, values: list[tuple[bytes, Value]]) -> dict[bytes, int]:
    """Insert what is new of `values` (sorted by identity) and return the ids of all of them."""
    keys = [key for key, _ in values]
    columns = [list(column) for column in zip(*(value for _, value in values), strict=True)]
    driver(connection).execute(_INSERT[table], [keys, *columns])
    rows = driver(connection).cursor(binary=True).execute(_SELECT[table], [keys])
    return {bytes(key): number for key, number in rows}

"""Saved queries: a name for a query, its order and the view it is looked at in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import orjson

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.smart_albums import checked_query
from diffusion_toolkit.library.titles import title
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import journal, named
from diffusion_toolkit.store import saved_queries as store
from diffusion_toolkit.store.clean import clean_json
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.options import merge_option, option

LARGEST_VIEW: Final = 50_000
"""Bytes of a view as JSON."""

_DEFAULT: Final = "default_query"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """One saved query. view: what the page shows beside it; is_default: it is run at the start."""

    id: int
    name: str
    query: str
    sort: str | None
    view: dict[str, JsonValue]
    made_at: datetime
    touched_at: datetime
    is_default: bool


def list_queries(collection: Collection) -> list[SavedQuery]:
    """All saved queries in the person's own order."""
    with collection.begin() as connection:
        rows, default = store.saved_queries(connection), option(connection, _DEFAULT)
    chosen = default.get("saved_query") if isinstance(default, dict) else None
    return [
        SavedQuery(
            id=row.id,
            name=row.name,
            query=row.query,
            sort=row.sort,
            view=row.view,
            made_at=row.made_at,
            touched_at=row.touched_at,
            is_default=row.id == chosen,
        )
        for row in rows
    ]


def save_query(
    search: Search,
    name: str,
    query: str,
    sort: str | None = None,
    view: Mapping[str, JsonValue] | None = None,
    *,
    overwrite: bool = False,
) -> Written:
    """Save a query. Raises QueryError for a wrong one, UsageError when the name is taken and not to be overwritten."""
    cleaned = title(name)
    values = {**checked_query(search, query, sort), "view": _view(view or {})}
    with search.catalog.collection.begin() as connection:
        journal.lock(connection)
        known = named.by_identity(connection, "saved_query", [cleaned.identity]).get(cleaned.identity)
        if known is not None and not overwrite:
            raise UsageError(f'There is a saved query "{cleaned.name}" already. Overwrite it, or choose another name.')
        action = "queries.create" if known is None else "queries.overwrite"
        journal_id = journal.begin(connection, action, {"name": cleaned.name})
        row = {"name": cleaned.name, "identity": cleaned.identity, **values}
        if known is None:
            place = named.last_position(connection, "saved_query")
            known = named.create(connection, journal_id, "saved_query", {**row, "position": place})
        else:
            named.change(connection, journal_id, "saved_query", [known], row)
        return _written(connection, journal_id, known)


def rename_query(collection: Collection, query_id: int, name: str) -> Written:
    """Call a saved query something else."""
    cleaned = title(name)
    with collection.begin() as connection:
        journal.lock(connection)
        old = named.existing(connection, "saved_query", query_id)["name"]
        journal_id = journal.begin(connection, "queries.rename", {"old": old, "name": cleaned.name})
        values = {"name": cleaned.name, "identity": cleaned.identity}
        named.change(connection, journal_id, "saved_query", [query_id], values)
        return _written(connection, journal_id, query_id)


def delete_query(collection: Collection, query_id: int) -> Written:
    """Delete a saved query."""
    with collection.begin() as connection:
        journal.lock(connection)
        name = named.existing(connection, "saved_query", query_id)["name"]
        journal_id = journal.begin(connection, "queries.delete", {"name": name})
        named.change(connection, journal_id, "saved_query", [query_id], {"deleted_at": named.NOW})
        return _written(connection, journal_id, query_id)


def place_query(collection: Collection, query_id: int, before: int | None) -> Written:
    """Put a saved query in front of another one; None: behind all."""
    with collection.begin() as connection:
        journal.lock(connection)
        name = named.existing(connection, "saved_query", query_id)["name"]
        journal_id = journal.begin(connection, "queries.place", {"name": name})
        named.place_before(connection, journal_id, "saved_query", query_id, before)
        return _written(connection, journal_id, query_id)


def choose_default(collection: Collection, query_id: int | None) -> None:
    """Run this saved query at every start; None: everything is shown, as at first."""
    with collection.begin() as connection:
        if query_id is not None:
            named.existing(connection, "saved_query", query_id)
        merge_option(connection, _DEFAULT, {"saved_query": query_id})


def _view(view: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    cleaned = cast("dict[str, JsonValue]", clean_json(view))
    if len(orjson.dumps(cleaned)) > LARGEST_VIEW:
        raise UsageError(f"The view of a saved query has at most {LARGEST_VIEW:,} bytes.")
    return cleaned


def _written(connection: journal.Connection, journal_id: int, query_id: int) -> Written:
    return Written(token=journal.token(connection), journal_id=journal_id, changed=1, subject_id=query_id)

"""Smart albums: a query that is an album. Its images are always those that the query finds now."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from diffusion_toolkit.catalog.known import known_names
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.albums import change_album, create_in
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.titles import title
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.query import parse
from diffusion_toolkit.query.sort import parse_sort
from diffusion_toolkit.query.tree import And, Name, Node, Not, Or, Where
from diffusion_toolkit.store import albums as store
from diffusion_toolkit.store import journal, named
from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.vocabulary import name_key


def create_smart_album(search: Search, name: str, query: str, sort: str | None = None) -> Written:
    """Make an album of a query. Raises QueryError for a wrong one, UsageError when the name is taken."""
    values = checked_query(search, query, sort)
    with search.catalog.collection.begin() as connection:
        journal.lock(connection)
        _refuse_circle(search, connection, title(name).name, query)
        journal_id = journal.begin(connection, "albums.create_smart", {"name": title(name).name})
        number = create_in(connection, journal_id, name, values)
        return Written(token=journal.token(connection), journal_id=journal_id, changed=1, subject_id=number)


def change_query(search: Search, album_id: int, query: str, sort: str | None = None) -> Written:
    """Give a smart album another query."""
    values = checked_query(search, query, sort)
    with search.catalog.collection.begin() as connection:
        row = named.existing(connection, "album", album_id)
        if row["query"] is None:
            raise UsageError("This album has images of its own and no query. Make a smart album of the query instead.")
        _refuse_circle(search, connection, str(row["name"]), query)
    return change_album(search.catalog.collection, album_id, "albums.change", values)


def convert_album(search: Search, album_id: int, *, now: datetime) -> Written:
    """Make a plain album of a smart one: it keeps the images that its query finds now, in their order."""
    with search.catalog.collection.begin() as connection:
        row = named.existing(connection, "album", album_id)
    if row["query"] is None:
        raise UsageError("This is a plain album already.")
    found = search.run(str(row["query"]), row["sort"] or "date", now=now)
    images = search.ids(found.handle)
    with search.catalog.collection.begin() as connection:
        journal.lock(connection)
        details = {"name": row["name"], "changed": len(images)}
        journal_id = journal.begin(connection, "albums.convert", details)
        if not named.change(connection, journal_id, "album", [album_id], {"query": None, "sort": None}):
            named.existing(connection, "album", album_id)
        store.set_images(connection, journal_id, album_id, np.empty(0, np.int32), images)
        token = journal.token(connection)
    return Written(token=token, journal_id=journal_id, changed=len(images), subject_id=album_id)


def checked_query(search: Search, query: str, sort: str | None) -> dict[str, str | None]:
    """A query and an order as they can be kept. Raises QueryError or UsageError for what no search takes."""
    text = clean_text(query)
    parse(text, known_names(search.catalog.state))
    return {"query": text, "sort": None if sort is None else str(parse_sort(sort))}


def _refuse_circle(search: Search, connection: journal.Connection, name: str, query: str) -> None:
    """A smart album whose query asks for itself, directly or through others, has no meaning."""
    queries = {name_key(row.name): row.query for row in store.albums(connection) if row.query is not None}
    known = known_names(search.catalog.state)
    waiting, seen = [query], set[str]()
    while waiting:
        asked = set(_albums_in(parse(waiting.pop(), known))) - seen
        if name_key(name) in asked:
            raise UsageError(f'The query of the album "{name}" would ask for the album itself.')
        seen |= asked
        waiting += [found for key in asked if (found := queries.get(key))]


def _albums_in(node: Node) -> Iterator[str]:
    """Names of the albums that a query asks for, as they are compared."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _albums_in(part)
        case Not(part):
            yield from _albums_in(part)
        case Where("album", values):
            yield from (name_key(value.text) for value in values if isinstance(value, Name))
        case _:
            pass

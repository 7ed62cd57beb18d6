"""The albums as one sees them: in the order one likes, with exact counts of what they hold now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import numpy as np

from diffusion_toolkit.catalog.counts import album_counts, hidden_albums
from diffusion_toolkit.catalog.evaluate import Question
from diffusion_toolkit.catalog.evaluate.albums import album_mask
from diffusion_toolkit.catalog.known import known_names
from diffusion_toolkit.catalog.text_order import natural_key
from diffusion_toolkit.errors import NotFound, QueryError
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.query import parse
from diffusion_toolkit.store import albums as store
from diffusion_toolkit.store.albums import AlbumRow

AlbumOrder = Literal["custom", "name", "date"]
ORDERS: Final[Sequence[AlbumOrder]] = ("custom", "name", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """One album. smart: its images are those that `query` finds; count: how many it has now; cover_id: the chosen image
    or the first one that may be shown; problem: why the query of a smart album cannot be run any more.
    """

    id: int
    name: str
    smart: bool
    query: str | None
    sort: str | None
    count: int
    cover_id: int | None
    made_at: datetime
    touched_at: datetime
    problem: str | None = None


def list_albums(
    search: Search, order: AlbumOrder = "custom", *, now: datetime, after: int | None = None
) -> list[Album]:
    """All albums. order: as the person arranged them, by name, or the newest first.

    after: the token of a write that the counts must show. While NSFW is hidden, albums of nothing but hidden pictures
    are left out.
    """
    if after is not None:
        search.catalog.seen(after)
    with search.catalog.collection.begin() as connection:
        rows = store.albums(connection)
    question = Question(search.catalog.state, now, search.catalog.collection)
    counts = album_counts(question)
    untold = hidden_albums(question, counts)
    told = [row for row in rows if row.id not in untold]
    return _ordered([_album(question, row, counts.get(row.id, 0)) for row in told], order)


def get_album(search: Search, album_id: int, *, now: datetime, after: int | None = None) -> Album:
    """One album. Raises NotFound."""
    for album in list_albums(search, now=now, after=after):
        if album.id == album_id:
            return album
    raise NotFound("There is no such album any more.")


def _album(question: Question, row: AlbumRow, count: int) -> Album:
    return Album(
        id=row.id,
        name=row.name,
        smart=row.query is not None,
        query=row.query,
        sort=row.sort,
        count=count,
        cover_id=_cover(question, row),
        made_at=row.made_at,
        touched_at=row.touched_at,
        problem=None if row.query is None else _problem(question, row.query),
    )


def _cover(question: Question, row: AlbumRow) -> int | None:
    """The chosen image, else the first one, of a smart album the newest; none that may not be shown."""
    state = question.state
    chosen = next((number for number in (row.cover_id, row.first) if number and not state.is_hidden(number)), None)
    known = state.albums.by_id.get(row.id)
    if chosen is not None or known is None:
        return chosen
    if known.query is None:
        found = state.album_positions(known)
    else:
        found = np.flatnonzero(album_mask(question, known)).astype(np.int32)[::-1]
    found = found[state.is_listed(found)]
    return int(question.column("id")[found[0]]) if len(found) else None


def _problem(question: Question, query: str) -> str | None:
    try:
        parse(query, known_names(question.state))
    except QueryError as error:
        return str(error)
    return None


def _ordered(albums: list[Album], order: AlbumOrder) -> list[Album]:
    if order == "name":
        return sorted(albums, key=lambda album: natural_key(album.name.casefold()))
    if order == "date":
        return sorted(albums, key=lambda album: (album.made_at, album.id), reverse=True)
    return albums

"""Asking the library: a query becomes a selection, and a selection gives pages, facets, headings and shapes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog import Catalog, FacetValue, Group, State
from diffusion_toolkit.catalog.evaluate import Question, matching
from diffusion_toolkit.catalog.evaluate.hiding import without_hidden
from diffusion_toolkit.catalog.facets import facets
from diffusion_toolkit.catalog.groups import MOST_CHARACTERS, groups
from diffusion_toolkit.catalog.known import known_names
from diffusion_toolkit.catalog.layout import layout
from diffusion_toolkit.catalog.selection import Chosen, Found
from diffusion_toolkit.catalog.sort import ordered
from diffusion_toolkit.errors import Expired, UsageError
from diffusion_toolkit.library.hints import Hint, hints
from diffusion_toolkit.library.items import Item, item_rows
from diffusion_toolkit.library.prompts.listing import prompt_ids
from diffusion_toolkit.library.search_options import SearchOptions
from diffusion_toolkit.query import parse
from diffusion_toolkit.query.scope import widened
from diffusion_toolkit.query.sort import parse_sort
from diffusion_toolkit.store.prompt_texts import prompt_texts

MOST_ITEMS = 10_000
"""The longest page."""

__all__ = ["FacetValue", "Group", "Item", "Search", "Selection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a query found: its name, how many images, and as of which revision of the catalog.

    sort: written out ("date desc"); milliseconds: how long finding and ordering took; hidden: how many images the
    options left out, by the field of each (nsfw, deleted, unavailable).
    """

    handle: str
    total: int
    revision: int
    query: str
    sort: str
    milliseconds: float
    hidden: Mapping[str, int] = field(default_factory=dict[str, int])


class Search:
    """Runs queries against a catalog. May be used from many threads at once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def run(
        self,
        query: str,
        sort: str = "date",
        *,
        now: datetime,
        after: int | None = None,
        options: SearchOptions | None = None,
    ) -> Selection:
        """Find and order images. now: aware, in the user's time zone; after: the token of a write that must be seen.

        Raises QueryError with the place of a mistake, UsageError for an unknown order.
        """
        if after is not None:
            self.catalog.seen(after)
        with self.catalog.answers.making():
            return self._run(query, sort, now, options or SearchOptions())

    def _run(self, query: str, sort: str, now: datetime, options: SearchOptions) -> Selection:
        begun = time.perf_counter()
        state = self.catalog.state
        node = parse(query, known_names(state), options.parse)
        order = parse_sort(sort)
        question = Question(state, now, self.catalog.collection)
        mask, hidden = without_hidden(question, node, matching(question, widened(node, options.scope)), options.hide)
        positions = ordered(state, mask, order, node)
        found = Found(
            handle=self.catalog.selections.new_handle(),
            library=state.library,
            revision=state.revision,
            positions=positions,
            chosen=Chosen.by(mask, positions),
            query=query,
            node=node,
            sort=order,
            now=now,
            hidden=hidden,
            milliseconds=(time.perf_counter() - begun) * 1_000,
        )
        self.catalog.selections.keep(found)
        return _selection(found)

    def selection(self, handle: str) -> Selection:
        """A selection made before. Raises Expired."""
        return _selection(self._found(handle)[1])

    def hints(self, handle: str) -> list[Hint]:
        """What was perhaps meant where a selection is empty."""
        state, found = self._found(handle)
        if len(found.positions):
            return []
        return hints(Question(state, found.now, self.catalog.collection), found.node)

    def page(self, handle: str, offset: int, limit: int) -> list[Item]:
        """Items from `offset` on. Which and in what order was decided by the query; what they show is of now."""
        return [Item(**row) for row in self.rows(handle, offset, limit)]

    def rows(self, handle: str, offset: int, limit: int) -> list[dict[str, Any]]:
        """The same as dictionaries, for answers: that takes a fifth of the time."""
        if offset < 0 or not 0 <= limit <= MOST_ITEMS:
            raise UsageError(f"A page begins at 0 or later and has at most {MOST_ITEMS} items.")
        state, found = self._found(handle)
        with self.catalog.answers.making():
            return item_rows(state, found.positions[offset : offset + limit])

    def facets(self, handle: str, keys: Sequence[str], limit: int = 50) -> dict[str, list[FacetValue]]:
        """For each key the commonest values in the selection, each with the query that selects its images."""
        state, found = self._found(handle)
        question = Question(state, found.now, self.catalog.collection)
        with self.catalog.answers.making():
            return facets(question, found.chosen, keys, limit)

    def size_bytes(self, handle: str) -> int:
        """How many bytes the files of a selection have together."""
        state, found = self._found(handle)
        return int(state.columns["size_bytes"][found.positions].sum())

    def layout(self, handle: str) -> bytes:
        """One byte per item: its shape (see `catalog.layout`)."""
        state, found = self._found(handle)
        return layout(state, found.positions).tobytes()

    def groups(self, handle: str) -> list[Group]:
        """The headings of the selection in order; none where its sort has none."""
        state, found = self._found(handle)
        made = groups(state, found.positions, found.sort.key, found.now.tzinfo)
        return self._with_texts(state, made) if found.sort.key == "prompt" else made

    def _with_texts(self, state: State, made: list[Group]) -> list[Group]:
        """Headings of prompts as their authors wrote them; the catalog has them casefolded only."""
        codes = [int(group.key) for group in made if group.key != "none"]
        numbers = dict(zip(codes, prompt_ids(state, np.array(codes, np.int64)), strict=True))
        with self.catalog.collection.begin() as connection:
            texts = prompt_texts(connection, list(numbers.values()), MOST_CHARACTERS)
        return [
            replace(group, key=str(number), label=texts[number].text)
            if group.key != "none" and (number := numbers[int(group.key)]) in texts
            else group
            for group in made
        ]

    def places(self, handle: str, image_ids: Sequence[int]) -> list[int | None]:
        """Where each of these images stands in the selection, None for those that are not in it."""
        state, found = self._found(handle)
        positions = state.positions(np.array(image_ids, np.int32))
        places = np.flatnonzero(np.isin(found.positions, positions))
        by_position = dict(zip(found.positions[places].tolist(), places.tolist(), strict=True))
        return [by_position.get(position) for position in positions.tolist()]

    def ids(self, handle: str) -> NDArray[np.int32]:
        """The ids of all images of the selection, in order."""
        state, found = self._found(handle)
        return state.columns["id"][found.positions]

    def index_of(self, handle: str, image_id: int) -> int | None:
        """The offset of an image in the selection, None when it is not in it."""
        state, found = self._found(handle)
        if not 0 < image_id < 2**31:
            return None
        position = int(state.positions(np.array([image_id], np.int32))[0])
        places = np.flatnonzero(found.positions == position)
        return int(places[0]) if position >= 0 and len(places) else None

    def _found(self, handle: str) -> tuple[State, Found]:
        """What a selection found, and the newest state. Positions mean the same in all states of one library."""
        found, state = self.catalog.selections.get(handle), self.catalog.state
        if found.library != state.library:
            raise Expired("The library was replaced. Run the query again.")
        return state, found


def _selection(found: Found) -> Selection:
    return Selection(
        handle=found.handle,
        total=len(found.positions),
        revision=found.revision,
        query=found.query,
        sort=str(found.sort),
        milliseconds=found.milliseconds,
        hidden=found.hidden,
    )

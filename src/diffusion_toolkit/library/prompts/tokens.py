"""Statistics of words and tags over any choice of images: how often, how heavy, and how well liked."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog.columns import Longs, Mask
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.prompts.lift import Lift
from diffusion_toolkit.library.prompts.listing import PromptKind
from diffusion_toolkit.library.prompts.token_index import TokenIndex
from diffusion_toolkit.library.prompts.token_statistics import Statistics, token_statistics
from diffusion_toolkit.library.prompts.visible import Hidden, visible_images
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.progress import IsCancelled, never
from diffusion_toolkit.query import format_query
from diffusion_toolkit.query.prompt_tokens import TokenKind
from diffusion_toolkit.query.tree import Name, Node, Prompt, Term, Where
from diffusion_toolkit.query.words import words

TokenSort: TypeAlias = Literal["images", "prompts", "best", "worst", "favorites", "refused", "weight", "text"]

TAG_KINDS: Final[tuple[TokenKind, ...]] = ("tag", "lora", "embedding", "hypernet")
MOST_ITEMS: Final = 1_000
_KEPT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenQuery:
    """Which tokens to list, and over which images.

    kinds: all words, or tags and networks, not both · text: part of the token · selection: the handle of a result
    instead of a query · images: tokens of fewer images are left out · rated: of fewer rated images too.
    """

    kind: PromptKind = "prompt"
    kinds: tuple[TokenKind, ...] = ("tag",)
    text: str = ""
    query: str = ""
    selection: str | None = None
    hide: frozenset[Hidden] = frozenset()
    images: int = 1
    rated: int = 0
    sort: TokenSort = "images"

    def __post_init__(self) -> None:
        if not self.kinds or ("word" in self.kinds and len(self.kinds) > 1):
            raise UsageError("Ask for words, or for some of tag, lora, embedding and hypernet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Liking:
    """A token against your own judgement. with_it, without: means of the pictures with and without it; lift: their
    difference, drawn towards zero by how uncertain it is; low, high: its 95 % interval; sure: whether 0 is outside.
    """

    with_it: float
    without: float
    lift: float
    low: float
    high: float
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenItem:
    """A token. images, prompts: that have it; weight: mean over its images; rating: of rated images (None: none to
    compare), favorite: shares of favourites; query: finds its images.
    """

    kind: TokenKind
    text: str
    images: int
    prompts: int
    weight: float
    rated: int
    rated_prompts: int
    favorites: int
    rating: Liking | None
    favorite: Liking | None
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPage:
    """A page of tokens. total: tokens in all; images, prompts: counted; covered: their share of what was asked for,
    below 1 while the words of the library are still being cut; rated, mean_rating: of the counted images.
    """

    total: int
    images: int
    prompts: int
    covered: float
    rated: int
    mean_rating: float | None
    items: list[TokenItem]


class TokenBook:
    """Answers questions about the tokens of one library; the last answers are kept for their next pages."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._index = TokenIndex(search.catalog.collection)
        self._library = -1
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Statistics] = OrderedDict()

    def page(
        self,
        asked: TokenQuery,
        *,
        now: datetime,
        offset: int = 0,
        limit: int = 50,
        budget_s: float | None = None,
        is_cancelled: IsCancelled = never,
    ) -> TokenPage:
        """Tokens in order. budget_s: how long prompts may be cut now that were not before (None: until all are).

        Raises QueryError, Expired for a selection that is not kept, UsageError.
        """
        if offset < 0 or not 0 <= limit <= MOST_ITEMS:
            raise UsageError(f"A page begins at 0 or later and has at most {MOST_ITEMS} tokens.")
        state = self._search.catalog.state
        index = self._index_of(state)
        found = self._statistics(state, index, asked, now, budget_s, is_cancelled)
        numbers = _ordered(found, index, asked)
        return TokenPage(
            total=len(numbers),
            images=found.images,
            prompts=found.prompts,
            covered=found.covered,
            rated=int(found.sample.total),
            mean_rating=found.sample.mean if found.sample.total else None,
            items=[_item(found, index, asked, number) for number in numbers[offset : offset + limit].tolist()],
        )

    def _index_of(self, state: State) -> TokenIndex:
        """A library that was replaced has other prompts under the same numbers."""
        with self._lock:
            if self._library not in (-1, state.library):
                self._index = TokenIndex(self._search.catalog.collection)
                self._kept.clear()
            self._library = state.library
            return self._index

    def _statistics(
        self,
        state: State,
        index: TokenIndex,
        asked: TokenQuery,
        now: datetime,
        budget_s: float | None,
        is_cancelled: IsCancelled,
    ) -> Statistics:
        of_words = asked.kinds == ("word",)
        key = (state.revision, asked.kind, asked.query, asked.selection, asked.hide, of_words)
        with self._lock:
            known = self._kept.get(key)
        if known is not None and known.covered == 1.0:
            return known
        visible = self._visible(state, asked, now)
        found = token_statistics(state, index, asked.kind, visible, of_words, budget_s, is_cancelled)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _visible(self, state: State, asked: TokenQuery, now: datetime) -> Mask:
        if asked.selection is None:
            return visible_images(self._search.catalog, state, asked.query, asked.hide, now)
        mask = np.zeros(state.count, np.bool_)
        mask[state.positions(self._search.ids(asked.selection))] = True
        return mask


def _ordered(found: Statistics, index: TokenIndex, asked: TokenQuery) -> Longs:
    numbers = index.matching(asked.kinds, asked.text)
    numbers = numbers[numbers < len(found.of_images)]
    enough = (found.of_images[numbers] >= max(asked.images, 1)) & (found.rated[numbers] >= asked.rated)
    numbers = numbers[enough]
    by_use = -found.of_images[numbers]
    match asked.sort:
        case "best":
            keys = [-_least(found.rating.low[numbers]), -_least(found.rating.lift[numbers]), by_use]
        case "worst":
            keys = [_most(found.rating.high[numbers]), _most(found.rating.lift[numbers]), by_use]
        case "favorites":
            keys = [-_least(found.favorite.low[numbers]), -_least(found.favorite.lift[numbers]), by_use]
        case "refused":
            keys = [_most(found.favorite.high[numbers]), _most(found.favorite.lift[numbers]), by_use]
        case "prompts":
            keys = [-found.of_prompts[numbers], by_use]
        case "weight":
            keys = [-found.weights[numbers], by_use]
        case "text":
            ranked = sorted(range(len(numbers)), key=lambda place: index.token(int(numbers[place])))
            return numbers[ranked]
        case _:
            keys = [by_use]
    return numbers[np.lexsort([numbers, *reversed(keys)])]


def _least(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.nan_to_num(values, nan=-np.inf)


def _most(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.nan_to_num(values, nan=np.inf)


def _item(found: Statistics, index: TokenIndex, asked: TokenQuery, number: int) -> TokenItem:
    kind, text = index.token(number)
    return TokenItem(
        kind=kind,
        text=text,
        images=int(found.of_images[number]),
        prompts=int(found.of_prompts[number]),
        weight=round(float(found.weights[number]), 3),
        rated=int(found.rated[number]),
        rated_prompts=int(found.rated_prompts[number]),
        favorites=int(found.favorites[number]),
        rating=_liking(found.rating, number),
        favorite=_liking(found.favorite, number),
        query=format_query(_node(kind, text, asked.kind)),
    )


def _liking(found: Lift, number: int) -> Liking | None:
    if not np.isfinite(found.lift[number]):
        return None
    low, high = float(found.low[number]), float(found.high[number])
    return Liking(
        with_it=float(found.with_it[number]),
        without=float(found.without[number]),
        lift=float(found.lift[number]),
        low=low,
        high=high,
        sure=low > 0 or high < 0,
    )


def _node(kind: TokenKind, text: str, of: PromptKind) -> Node:
    if kind in ("tag", "word"):
        term = Term(tuple(words(text)))
        return Prompt(term) if of == "prompt" else Where("negative", (term,))
    return Where(kind, (Name(text, quoted=True),))

"""Distinct prompts and negative prompts with how often they were used, searched by words, whole text or likeness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.catalog.columns import Flag, Ints, Longs, Mask
from diffusion_toolkit.catalog.counts import negative_counts, prompt_counts
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.prompts.similar import Likeness, likeness, same_text
from diffusion_toolkit.library.prompts.visible import Hidden, visible_images
from diffusion_toolkit.query import parse
from diffusion_toolkit.query.tree import And, Everything, Node, Not, Or, Prompt
from diffusion_toolkit.store.clean import LONGEST_TEXT
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.prompt_texts import prompt_texts

PromptKind: TypeAlias = Literal["prompt", "negative"]
Mode: TypeAlias = Literal["words", "whole", "similar"]
PromptSort: TypeAlias = Literal["uses", "likeness", "text", "newest", "rating"]

MOST_ITEMS: Final = 500
MOST_CHARACTERS: Final = 20_000
"""Of one prompt in a list."""

FIELD: Final = {"prompt": "prompt_id", "negative": "negative_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptQuery:
    """Which prompts to list. mode: how `text` is looked for: by the words of the query language, as the whole text, or
    by likeness, of at least `minimum` percent; images, hide: which images count.
    """

    kind: PromptKind = "prompt"
    text: str = ""
    mode: Mode = "words"
    minimum: float = 60.0
    images: str = ""
    hide: frozenset[Hidden] = frozenset()
    sort: PromptSort | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= 100:
            raise UsageError("A likeness goes from 0 to 100 percent.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptItem:
    """A distinct prompt. images, favorites, rated: how many of the visible images; rating: their mean; likeness: in
    percent, where it was asked for; query: finds its images; characters: of the whole text, which may be longer.
    """

    id: int
    text: str
    characters: int
    images: int
    favorites: int
    rated: int
    rating: float | None
    likeness: float | None
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPage:
    """A page of a list. total: prompts in all; images: that they were used for together."""

    total: int
    images: int
    revision: int
    items: list[PromptItem]


def list_prompts(
    catalog: Catalog, asked: PromptQuery, *, now: datetime, offset: int = 0, limit: int = 50, after: int | None = None
) -> PromptPage:
    """Distinct prompts, the most used first unless another order is asked for. after: token of a write to be seen.

    Raises QueryError for a mistake in a query, UsageError for what cannot be asked of prompts.
    """
    if offset < 0 or not 0 <= limit <= MOST_ITEMS:
        raise UsageError(f"A page begins at 0 or later and has at most {MOST_ITEMS} prompts.")
    if after is not None:
        catalog.seen(after)
    state = catalog.state
    uses = _uses(catalog, state, asked, now)
    alike = _alike(state, asked)
    codes = np.flatnonzero(_fitting(state, asked, alike) & (uses.images > 0))
    order = _first(codes, _keys(state, asked, uses, alike, codes), offset + limit)[offset:]
    return PromptPage(
        total=len(codes),
        images=int(uses.images[codes].sum()),
        revision=state.revision,
        items=_items(catalog, state, asked.kind, uses, alike, order),
    )


def whole_prompt(collection: Collection, prompt_id: int) -> str:
    """The whole text of a prompt. Raises NotFound."""
    with collection.begin() as connection:
        found = prompt_texts(connection, [prompt_id], LONGEST_TEXT).get(prompt_id)
    if found is None:
        raise NotFound("There is no such prompt.")
    return found.text


def is_prompt_used(state: State, prompt_id: int) -> bool:
    """Whether an image that a query can find has this text as its prompt or negative prompt."""
    code = int(state.prompts.places.find(np.array([prompt_id], np.int32))[0])
    return code >= 0 and bool(prompt_counts(state)[code] or negative_counts(state)[code])


@dataclass(frozen=True, slots=True)
class Uses:
    """Of each prompt, by code: visible images, favourites, rated images, the sums of their ratings and squares."""

    images: Longs
    favorites: Longs
    rated: Longs
    stars: Longs
    squares: Longs


def _uses(catalog: Catalog, state: State, asked: PromptQuery, now: datetime) -> Uses:
    key = ("prompt uses", asked.kind, asked.images, asked.hide, now.date())
    visible = visible_images(catalog, state, asked.images, asked.hide, now)
    return state.kept.get(key, lambda: count_uses(state, asked.kind, visible))


def count_uses(state: State, kind: PromptKind, visible: Mask) -> Uses:
    """Count the images of each prompt."""
    count = state.prompts.count
    codes = np.where(visible, state.columns[kind], np.int32(-1))
    rating = state.columns["rating"]
    curated = np.flatnonzero((rating > 0) | state.columns.has(Flag.FAVORITE))
    # Few images are curated, so that only the first count goes through all of them.
    of_curated, stars = codes[curated], rating[curated]
    favorite = state.columns.has(Flag.FAVORITE)[curated]

    def counted(chosen: Ints, weights: NDArray[np.float64] | None = None) -> Longs:
        return np.bincount(chosen + 1, weights=weights, minlength=count + 1)[1 : count + 1].astype(np.int64)

    return Uses(
        images=counted(codes),
        favorites=counted(of_curated[favorite]),
        rated=counted(of_curated[stars > 0]),
        stars=counted(of_curated, stars.astype(np.float64)),
        squares=counted(of_curated, stars.astype(np.float64) ** 2),
    )


def _alike(state: State, asked: PromptQuery) -> Likeness | None:
    if asked.mode != "similar" or not asked.text.strip():
        return None
    return likeness(state.prompts, asked.text, asked.minimum / 100)


def _fitting(state: State, asked: PromptQuery, alike: Likeness | None) -> Mask:
    if not asked.text.strip():
        return np.ones(state.prompts.count, np.bool_)
    if alike is not None:
        return alike > 0
    if asked.mode == "whole":
        return same_text(state.prompts, asked.text)
    return _with_words(state, parse(asked.text))


def _with_words(state: State, node: Node) -> Mask:
    """The prompts that a query without fields finds."""
    match node:
        case Everything():
            return np.ones(state.prompts.count, np.bool_)
        case Prompt(text):
            return state.prompts.matching(text)[:-1]
        case Not(part):
            return np.logical_not(_with_words(state, part))
        case And(parts):
            return np.logical_and.reduce([_with_words(state, part) for part in parts])
        case Or(parts):
            return np.logical_or.reduce([_with_words(state, part) for part in parts])
        case _:
            raise UsageError("Prompts are searched by their words; fields like rating: choose the images that count.")


Keys: TypeAlias = list[NDArray[np.number]]


def _keys(state: State, asked: PromptQuery, uses: Uses, alike: Likeness | None, codes: Longs) -> Keys:
    """What to order by, the most important first; the smallest comes first."""
    sort = asked.sort or ("likeness" if alike is not None else "uses")
    by_use = -uses.images[codes]
    if sort == "likeness" and alike is not None:
        return [-alike[codes], by_use]
    if sort == "text":
        return [state.prompts.ranks()[codes]]
    if sort == "newest":
        return [-codes]
    if sort == "rating":
        rated = uses.rated[codes]
        return [-np.where(rated > 0, uses.stars[codes] / np.maximum(rated, 1), 0), by_use]
    return [by_use]


def _first(codes: Longs, keys: Keys, count: int) -> Longs:
    """The first codes in order. Of many, only those near the beginning are sorted."""
    first = keys[0]
    if count == 0:
        return codes[:0]
    if len(codes) > 4 * count:
        last = np.partition(first, count - 1)[count - 1]
        near = np.flatnonzero(first <= last)
        codes, keys = codes[near], [key[near] for key in keys]
    return codes[np.lexsort([codes, *reversed(keys)])][:count]


def _items(
    catalog: Catalog, state: State, kind: PromptKind, uses: Uses, alike: Likeness | None, codes: Longs
) -> list[PromptItem]:
    ids = prompt_ids(state, codes)
    with catalog.collection.begin() as connection:
        texts = prompt_texts(connection, ids, MOST_CHARACTERS)
    return [
        PromptItem(
            id=number,
            text=texts[number].text,
            characters=texts[number].characters,
            images=int(uses.images[code]),
            favorites=int(uses.favorites[code]),
            rated=int(uses.rated[code]),
            rating=float(uses.stars[code] / uses.rated[code]) if uses.rated[code] else None,
            likeness=None if alike is None else round(float(alike[code]) * 100, 1),
            query=f"{FIELD[kind]}:{number}",
        )
        for number, code in zip(ids, codes.tolist(), strict=True)
        if number in texts
    ]


def prompt_ids(state: State, codes: Longs) -> Sequence[int]:
    """The numbers of prompts in the store."""
    places = state.prompts.places
    if places.places is None:
        return places.ids[codes].tolist()
    by_place = state.kept.get("prompt ids", lambda: _by_place(places.ids, places.places))
    return by_place[codes].tolist()


def _by_place(ids: Ints, places: Ints | None) -> Ints:
    assert places is not None
    found = np.empty_like(ids)
    found[places] = ids
    return found

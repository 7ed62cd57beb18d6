"""Counts per token: of images, prompts, weights, ratings and favourites, in a few passes over the units of prompts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog.columns import Longs, Mask
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.library.prompts.lift import Lift, Sample, lift
from diffusion_toolkit.library.prompts.listing import PromptKind, count_uses, prompt_ids
from diffusion_toolkit.library.prompts.token_index import TokenIndex, summed
from diffusion_toolkit.progress import IsCancelled

_HIGH: Final = 2.0**26
"""Two counts in one number: sums of a hundred million rows with half the work."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Per token: images, prompts, mean weight, rated images and prompts, favourites, likings."""

    of_images: Longs
    of_prompts: Longs
    weights: NDArray[np.float64]
    rated: Longs
    rated_prompts: Longs
    favorites: Longs
    rating: Lift
    favorite: Lift
    sample: Sample
    images: int
    prompts: int
    covered: float


def token_statistics(
    state: State,
    index: TokenIndex,
    kind: PromptKind,
    visible: Mask,
    of_words: bool,
    budget_s: float | None,
    is_cancelled: IsCancelled,
) -> Statistics:
    uses = count_uses(state, kind, visible)
    codes = np.flatnonzero(uses.images)
    codes = codes[np.argsort(-uses.images[codes], kind="stable")]
    ids = prompt_ids(state, codes)
    asked_for = int(uses.images[codes].sum())
    index.include(ids, budget_s=budget_s, is_cancelled=is_cancelled)
    rows = index.rows(ids)
    codes, rows = codes[rows >= 0], rows[rows >= 0]
    images, favorites = uses.images[codes].astype(np.float64), uses.favorites[codes].astype(np.float64)
    rated, stars = uses.rated[codes].astype(np.float64), uses.stars[codes].astype(np.float64)
    unit_tokens, unit_weights = index.units()
    source = index.words if of_words else index.tags
    size = len(unit_tokens)
    sums = source.sums(
        rows, [images + favorites * _HIGH, rated + stars * _HIGH, 1 + (rated > 0).astype(np.float64) * _HIGH], size
    )
    weighted = summed(unit_tokens, np.mod(sums[0][:size], _HIGH) * unit_weights)
    (with_images, with_favorites), (with_rated, with_stars), (with_prompts, with_rated_prompts) = (
        _apart(summed(unit_tokens, packed[:size])) for packed in sums
    )
    sample = Sample(rated, stars, float(uses.squares[codes].sum()))
    liked = Sample(images, favorites, float(favorites.sum()))
    return Statistics(
        of_images=with_images.astype(np.int64),
        of_prompts=with_prompts.astype(np.int64),
        weights=np.divide(weighted, with_images, out=np.ones(len(weighted)), where=with_images > 0),
        rated=with_rated.astype(np.int64),
        rated_prompts=with_rated_prompts.astype(np.int64),
        favorites=with_favorites.astype(np.int64),
        rating=lift(sample, with_rated, with_stars, with_rated_prompts),
        favorite=lift(liked, with_images, with_favorites, with_prompts),
        sample=sample,
        images=int(images.sum()),
        prompts=len(codes),
        covered=float(images.sum()) / asked_for if asked_for else 1.0,
    )


def _apart(packed: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    high = np.floor(packed / _HIGH)
    return packed - high * _HIGH, high

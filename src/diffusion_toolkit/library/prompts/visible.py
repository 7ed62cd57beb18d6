"""Which images count: those of a query, without the kinds that the user hides."""

from collections.abc import Collection as Container
from datetime import datetime
from typing import Literal, TypeAlias

import numpy as np

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.catalog.columns import Flag, Mask
from diffusion_toolkit.catalog.evaluate.registry import Question
from diffusion_toolkit.catalog.evaluate.selecting import matching, mentions
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.library.search import known_names
from diffusion_toolkit.query import parse

Hidden: TypeAlias = Literal["nsfw", "deleted", "unavailable"]
HIDDEN: tuple[Hidden, ...] = ("nsfw", "deleted", "unavailable")


def visible_images(catalog: Catalog, state: State, query: str, hide: Container[Hidden], now: datetime) -> Mask:
    """A mask of the images that a query finds. What it speaks of itself (`nsfw:true`) is not hidden.

    Raises QueryError with the place of a mistake.
    """
    key = ("visible images", query, frozenset(hide), now.date())
    return state.kept.get(key, lambda: _found(catalog, state, query, hide, now))


def _found(catalog: Catalog, state: State, query: str, hide: Container[Hidden], now: datetime) -> Mask:
    node = parse(query, known_names(state))
    found = matching(Question(state, now, catalog.collection), node)
    for flag, field, kind in ((Flag.NSFW, "nsfw", "nsfw"), (Flag.FOR_DELETION, "deleted", "deleted")):
        if kind in hide and not mentions(node, field):
            found &= np.logical_not(state.columns.has(flag))
    if "unavailable" in hide and not mentions(node, "unavailable"):
        found &= state.folders.available[state.columns["folder"]]
    return found

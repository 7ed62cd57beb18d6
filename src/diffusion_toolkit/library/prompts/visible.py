"""Which images count: those of a query, without the kinds that the user hides."""

from collections.abc import Collection as Container
from datetime import datetime
from typing import Literal, TypeAlias

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.hiding import Hide, without_hidden
from diffusion_toolkit.catalog.evaluate.registry import Question
from diffusion_toolkit.catalog.evaluate.selecting import matching
from diffusion_toolkit.catalog.known import known_names
from diffusion_toolkit.catalog.state import State
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
    question = Question(state, now, catalog.collection)
    hidden = Hide(nsfw="nsfw" in hide, deleted="deleted" in hide, unavailable="unavailable" in hide)
    return without_hidden(question, node, matching(question, node), hidden)[0]

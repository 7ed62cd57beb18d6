"""How many images of the library have each value: for lists of tags, models and prompts.

Only images that a query can find count: not deleted, not missing, not in an excluded folder. Each is counted once per
state and kept with it; all answers are arrays by code.
"""

import numpy as np

from diffusion_toolkit.catalog.columns import Longs, Mask
from diffusion_toolkit.catalog.evaluate.albums import album_mask
from diffusion_toolkit.catalog.evaluate.registry import Question
from diffusion_toolkit.catalog.list_counts import all_counts
from diffusion_toolkit.catalog.lists import Lists
from diffusion_toolkit.catalog.selection import Chosen
from diffusion_toolkit.catalog.state import State


def tag_counts(state: State) -> Longs:
    """Images of each tag; deleted tags have none."""
    counts = state.kept.get("tag counts", lambda: _of_lists(state, state.tag_lists, len(state.tags.names)))
    return np.where(state.tags.live, counts, 0)


def resource_counts(state: State) -> Longs:
    """Images of each resource."""
    names = len(state.resources.names)
    return state.kept.get("resource counts", lambda: _of_lists(state, state.resource_lists, names))


def prompt_counts(state: State) -> Longs:
    """Images of each prompt."""
    return _of_column(state, "prompt", state.prompts.count)


def negative_counts(state: State) -> Longs:
    """Images of each text as a negative prompt."""
    return _of_column(state, "negative", state.prompts.count)


def caption_counts(state: State) -> Longs:
    """Images of each text as a caption."""
    return _of_column(state, "caption", state.prompts.count)


def model_counts(state: State) -> Longs:
    """Images of each model."""
    return dimension_counts(state, "model")


def dimension_counts(state: State, table: str) -> Longs:
    """Images of each model, sampler, scheduler or generator."""
    return _of_column(state, table, len(state.dimensions[table].names))


def album_counts(question: Question) -> dict[int, int]:
    """Images of each album by its id, smart ones too."""
    state, there = question.state, listed(question.state)
    return {
        row.id: int(np.count_nonzero(there[state.album_positions(row)]))
        if row.query is None
        else int(np.count_nonzero(album_mask(question, row) & there))
        for row in state.albums.rows
    }


def listed(state: State) -> Mask:
    """Images that a query for everything finds."""
    return state.kept.get("listed", lambda: state.present & state.shown)


def _of_column(state: State, column: str, size: int) -> Longs:
    def make() -> Longs:
        codes = state.columns[column][listed(state)]
        return np.bincount(codes + 1, minlength=size + 1)[1:]

    return state.kept.get(("counts", column), make)


def _of_lists(state: State, lists: Lists, size: int) -> Longs:
    mask = listed(state)
    chosen = Chosen.by(mask, np.flatnonzero(mask).astype(np.int32))
    return all_counts(lists, chosen.opened(), state.count, size)

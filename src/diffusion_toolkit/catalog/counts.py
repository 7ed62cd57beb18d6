"""How many images of the library have each value: for lists of tags, models and prompts.

Only images that a query can find count: not deleted, not missing, not in an excluded folder. Each is counted once per
state and kept with it; all answers are arrays by code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from diffusion_toolkit.catalog.columns import Flag, Longs, Mask
from diffusion_toolkit.catalog.evaluate.albums import album_mask
from diffusion_toolkit.catalog.evaluate.registry import Question
from diffusion_toolkit.catalog.list_counts import all_counts
from diffusion_toolkit.catalog.lists import Lists
from diffusion_toolkit.catalog.selection import Chosen
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.catalog.tag_sources import own_counts
from diffusion_toolkit.catalog.tallies import Tallies, count_codes


@dataclass(frozen=True, slots=True)
class TagCounts:
    """By code of the tag, deleted ones with none. own: images of which somebody else than a model says it ·
    by_people, by_models: whether any image has it from either, hidden and missing ones too.
    """

    all: Longs
    own: Longs
    by_people: Mask
    by_models: Mask


def tag_counts(state: State) -> Longs:
    """Images of each tag; deleted tags have none."""
    return np.where(state.tags.live, _raw_tag_counts(state), 0)


def sourced_tag_counts(state: State) -> TagCounts:
    """Images of each tag, and who says it."""
    return state.kept.get("sourced tag counts", lambda: _sourced(state))


def _sourced(state: State) -> TagCounts:
    lists, everything = state.tag_lists, np.ones(state.count, np.bool_)
    ever = _counted(state, lists, len(state.tags.names), everything)
    own_ever = own_counts(lists, everything, ever)
    own = np.where(state.tags.live, own_counts(lists, listed(state), _raw_tag_counts(state)), 0)
    return TagCounts(tag_counts(state), own, own_ever > 0, ever > own_ever)


def _raw_tag_counts(state: State) -> Longs:
    return state.kept.get("tag counts", lambda: _of_lists(state, state.tag_lists, len(state.tags.names)))


def hidden_tags(state: State) -> Mask:
    """By code: tags that only pictures hidden as NSFW have, so that even their names tell of these."""
    if not state.nsfw_hidden:
        return np.zeros(len(state.tags.names), np.bool_)
    return state.kept.get("hidden tags", lambda: _only_of_hidden(state))


def _only_of_hidden(state: State) -> Mask:
    marked = state.columns.has(Flag.NSFW)
    hidden, others = (
        _counted(state, state.tag_lists, len(state.tags.names), state.alive & mask) for mask in (marked, ~marked)
    )
    return (hidden > 0) & (others == 0)


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


def hidden_albums(question: Question, counts: Mapping[int, int]) -> set[int]:
    """By id: albums in which nothing is but pictures hidden as NSFW. counts: what `album_counts` gave."""
    state = question.state
    if not state.nsfw_hidden:
        return set()
    shown = state.kept.get("the same with NSFW shown", lambda: replace(state, nsfw_hidden=False, tallies=Tallies()))
    marked, asked = state.columns.has(Flag.NSFW), replace(question, state=shown)
    empty = ((row.id, album_mask(asked, row) & state.alive) for row in state.albums.rows if not counts.get(row.id))
    return {number for number, mask in empty if (mask & marked).any() and not (mask & ~marked).any()}


def listed(state: State) -> Mask:
    """Images that a query for everything finds."""
    return state.kept.get("listed", lambda: state.present & state.shown)


def _of_column(state: State, column: str, size: int) -> Longs:
    def make() -> Longs:
        return count_codes(np.compress(listed(state), state.columns[column]), size)

    return state.kept.get(("counts", column), make)


def _of_lists(state: State, lists: Lists, size: int) -> Longs:
    return _counted(state, lists, size, listed(state))


def _counted(state: State, lists: Lists, size: int, mask: Mask) -> Longs:
    chosen = Chosen.by(mask, np.flatnonzero(mask).astype(np.int32))
    return all_counts(lists, chosen.opened(), state.count, size)

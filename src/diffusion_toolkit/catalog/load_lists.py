"""Brings what images have many of into the catalog: tags of all sources together, and resources of recipes."""

from collections.abc import Iterable

import numpy as np

from diffusion_toolkit.catalog.columns import Ints
from diffusion_toolkit.catalog.lists import Lists, ValueRows
from diffusion_toolkit.catalog.postings import Block, code_kind
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.catalog.weights import tag_weights
from diffusion_toolkit.store.feed import Images, TagRows

_WEIGHT_BITS = 16
_CODE_BITS = 24


def with_tags(lists: Lists, state: State, parts: Iterable[TagRows]) -> tuple[Lists, Ints]:
    """The tags of images after what the store delivered, and which images changed."""
    rows = [_tags(state, part) for part in parts]
    rows = [some for some in rows if len(some.positions)]
    if lists.is_empty and sum(len(some.positions) for some in rows) > _WORTH_BUILDING:
        lists = Lists.of(_blocks(rows), len(state.tags.names), lists.weight_kind)
    else:
        for some in rows:
            lists = lists.updated(some)
    return lists, np.concatenate([np.empty(0, np.int32), *(some.positions for some in rows)])


def with_resources(lists: Lists, state: State, images: Images, positions: Ints) -> Lists:
    """The resources of images after rows of them were read; `positions`: where each row stands."""
    rows = _resources(state, images, positions)
    if lists.is_empty and len(rows.positions) > _WORTH_BUILDING:
        return Lists.of(_blocks([rows]), len(state.resources.names), lists.weight_kind)
    return lists.updated(_only_changed(lists, rows))


_WORTH_BUILDING = 10_000


def _tags(state: State, part: TagRows) -> ValueRows:
    """The tags of images of one part: of a tag that several sources name, the surest."""
    rows = part.rows
    positions = state.positions(rows["id"])
    lengths = rows["tags"].astype(np.int64)
    codes = state.tags.codes(part.tag_ids)
    owners = np.repeat(positions, lengths)
    known = (owners >= 0) & (codes >= 0)
    weights = tag_weights(rows, lengths, part.confidences)
    # Image, tag and weight in one number: sorted by it, the last of the same image and tag is the surest.
    key = owners[known].astype(np.uint64) << np.uint64(_CODE_BITS + _WEIGHT_BITS)
    key |= codes[known].astype(np.uint64) << np.uint64(_WEIGHT_BITS)
    key |= weights[known].astype(np.uint64)
    key.sort()
    pairs = key >> np.uint64(_WEIGHT_BITS)
    last = np.append(pairs[1:] != pairs[:-1], True)[: len(pairs)]
    key = key[last]
    there = np.unique(positions[positions >= 0]).astype(np.int32)
    image = (key >> np.uint64(_CODE_BITS + _WEIGHT_BITS)).astype(np.int32)
    return ValueRows(
        there,
        np.bincount(np.searchsorted(there, image), minlength=len(there)),
        ((key >> np.uint64(_WEIGHT_BITS)) & np.uint64(2**_CODE_BITS - 1)).astype(code_kind(len(state.tags.names))),
        (key & np.uint64(2**_WEIGHT_BITS - 1)).astype(np.uint16),
    )


def _resources(state: State, images: Images, positions: Ints) -> ValueRows:
    """A resource without a weight was used as it is, with 1."""
    rows = images.rows
    lengths = rows["resources"].astype(np.int64)
    weights = np.ones(int(lengths.sum()), np.float32)
    weighed = np.repeat(rows["resource_weights"] == rows["resources"], lengths)
    counted = np.repeat(rows["resource_weights"] == rows["resources"], rows["resource_weights"])
    weights[weighed] = images.resource_weights[counted]
    weights[np.isnan(weights)] = 1
    codes = state.resources.codes(images.resource_ids)
    owners = np.repeat(positions, lengths)
    known = codes >= 0
    owners, codes, weights = owners[known], codes[known], weights[known]
    order = np.lexsort((codes, owners))
    sorted_positions = np.sort(positions).astype(np.int32)
    return ValueRows(
        sorted_positions,
        np.bincount(np.searchsorted(sorted_positions, owners), minlength=len(positions)),
        codes[order].astype(code_kind(len(state.resources.names))),
        weights[order],
    )


def _only_changed(lists: Lists, rows: ValueRows) -> ValueRows:
    """Without images that had no resources and have none: most changes of images are of other kinds."""
    had = lists.rows(rows.positions).lengths
    kept = (had > 0) | (rows.lengths > 0)
    if kept.all():
        return rows
    entries = np.repeat(kept, rows.lengths)
    return ValueRows(rows.positions[kept], rows.lengths[kept], rows.codes[entries], rows.weights[entries])


def _blocks(rows: list[ValueRows]) -> Iterable[Block]:
    """With images that have none between those that have some."""
    first = 0
    for some in sorted(rows, key=lambda each: int(each.positions[0])):
        lengths = np.zeros(int(some.positions[-1]) + 1 - first, np.int64)
        lengths[some.positions - first] = some.lengths
        yield Block(lengths, some.codes, some.weights)
        first += len(lengths)

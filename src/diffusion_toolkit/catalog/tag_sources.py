"""Who says a tag: somebody else than a model, or only models; how many images of each tag, without asking the store.

The weight of a tag tells it (`catalog.weights`). Of each tag the images of its rarer side are worked out once for the
postings: most tags are all one's own or all of models, so that these are few.
"""

from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Ints, Longs, Mask
from diffusion_toolkit.catalog.lists import Lists
from diffusion_toolkit.catalog.postings import Postings, image_spans
from diffusion_toolkit.catalog.weights import SAID


@dataclass(frozen=True, slots=True)
class RarerSides:
    """is_own: by code, whether the images are those where somebody else than a model says it, or the others ·
    starts: where each code begins in `images`, and the end.
    """

    is_own: Mask
    starts: Longs
    images: Ints


def own_counts(lists: Lists, listed: Mask, counts: Longs) -> Longs:
    """Of how many listed images somebody else than a model says each tag. counts: of all sources together."""
    marks = np.zeros(max(len(listed), lists.postings.count), np.bool_)
    marks[: len(listed)] = listed
    overlay, size = lists.overlay, len(counts)
    here = marks[overlay.owners]
    laid = np.bincount(overlay.codes[here], minlength=size)
    laid_own = np.bincount(overlay.codes[here & (overlay.weights >= SAID)], minlength=size)
    marks[overlay.positions] = False
    sides = lists.postings.kept.get("rarer sides", lambda: _rarer_sides(lists.postings))
    known = len(sides.is_own)
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(marks[sides.images])])
    rarer = np.diff(ends[sides.starts])
    own = laid_own.astype(np.int64)
    own[:known] += np.where(sides.is_own, rarer, (counts - laid)[:known] - rarer)
    return own


def _rarer_sides(postings: Postings) -> RarerSides:
    is_own = np.ones(postings.code_count, np.bool_)
    lengths = np.zeros(postings.code_count, np.int64)
    images: list[Ints] = [np.empty(0, np.int32)]
    for first, last in image_spans(postings.code_starts):
        starts = postings.code_starts[first : last + 1] - postings.code_starts[first]
        own = postings.weights[postings.code_starts[first] : postings.code_starts[last]] >= SAID
        owned = np.diff(np.concatenate([np.zeros(1, np.int64), np.cumsum(own)])[starts])
        is_own[first:last] = 2 * owned <= np.diff(starts)
        entries = np.flatnonzero(own == np.repeat(is_own[first:last], np.diff(starts)))
        codes = np.searchsorted(starts, entries, side="right") - 1
        lengths[first:last] = np.bincount(codes, minlength=last - first)
        images.append(_images(postings, codes + first, entries - starts[codes]))
    return RarerSides(is_own, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]), np.concatenate(images))


def _images(postings: Postings, codes: Longs, places: Array) -> Ints:
    """The images at these places of the codes, which ascend."""
    found = np.empty(len(codes), np.int32)
    rare = postings.bits_of[codes] < 0
    found[rare] = postings.places[postings.place_starts[codes[rare]] + places[rare]]
    for code in np.unique(codes[~rare]).tolist():
        span = slice(*np.searchsorted(codes, [code, code + 1]).tolist())
        found[span] = postings.images(code)[places[span]]
    return found

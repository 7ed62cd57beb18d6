"""Several taggers on the same pictures."""

from collections.abc import Sequence

import numpy as np

from diffusion_toolkit.enrich.taggers.pixels import Pixels
from diffusion_toolkit.enrich.taggers.tagger import Tagger
from diffusion_toolkit.enrich.taggers.tags import ImageTags
from diffusion_toolkit.enrich.taggers.thresholds import Thresholds


def tag_pictures(
    pictures: Sequence[Pixels], taggers: Sequence[tuple[Tagger, Thresholds]], batch_size: int = 8
) -> list[tuple[ImageTags, ...]]:
    """What each tagger says about each picture, in the order of the taggers; `tags.combined` makes one list of it.

    batch_size: pictures at once; another one gives the same. Raises OutOfMemory and NetworkFailed.
    """
    columns = [_of_one(pictures, tagger, thresholds, batch_size) for tagger, thresholds in taggers]
    return [tuple(column[place] for column in columns) for place in range(len(pictures))]


def _of_one(pictures: Sequence[Pixels], tagger: Tagger, thresholds: Thresholds, batch_size: int) -> list[ImageTags]:
    found: list[ImageTags] = []
    for start in range(0, len(pictures), batch_size):
        batch = np.stack([tagger.prepare(pixels) for pixels in pictures[start : start + batch_size]])
        found += [tagger.tags(row, thresholds) for row in tagger.probabilities(batch)]
    return found

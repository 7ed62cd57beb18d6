"""Names that would tell of pictures hidden as NSFW: of tags and albums that only these have."""

from datetime import datetime

import numpy as np

from diffusion_toolkit.catalog.counts import album_counts, hidden_albums, hidden_tags
from diffusion_toolkit.catalog.evaluate import Question
from diffusion_toolkit.library.search import Search


def untold_names(search: Search, *, now: datetime) -> frozenset[str]:
    """None while NSFW is not hidden. Names of what was deleted or renamed since are not known any more."""
    state = search.catalog.state
    if not state.nsfw_hidden:
        return frozenset()
    question = Question(state, now, search.catalog.collection)
    tags = {state.tags.names[code] for code in np.flatnonzero(hidden_tags(state)).tolist()}
    albums = hidden_albums(question, album_counts(question))
    return frozenset(tags | {row.name for row in state.albums.rows if row.id in albums})

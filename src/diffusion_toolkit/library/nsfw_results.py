"""Marks results NSFW whose prompt has certain words, when a person asks for it (see `library.nsfw_words`)."""

from datetime import datetime

import numpy as np

from diffusion_toolkit.catalog.evaluate import Question, matching
from diffusion_toolkit.library.curate import ImageIds, possible, written
from diffusion_toolkit.library.nsfw_words import nsfw_words
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.query.tree import Or, Prompt, Term
from diffusion_toolkit.query.words import typed_words
from diffusion_toolkit.store import curation


def mark_by_words(search: Search, image_ids: ImageIds, *, now: datetime) -> Written:
    """Mark those of these images NSFW whose prompt has one of the words; as one action, which undo takes back."""
    collection, state = search.catalog.collection, search.catalog.state
    terms = [Prompt(Term(tuple(typed_words(word)))) for word in nsfw_words(collection)]
    asked = Or(tuple(terms)) if len(terms) > 1 else (terms or [None])[0]
    mask = matching(Question(state, now, collection), asked) if asked else np.zeros(state.count, np.bool_)
    found = np.intersect1d(possible(image_ids), state.columns["id"][mask])
    with collection.begin() as connection:
        rows = curation.write(connection, found, {"nsfw": True}, "nsfw.words", {}, by_person=False)
    return written(rows)

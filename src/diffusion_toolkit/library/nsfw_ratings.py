"""Marks pictures NSFW that taggers rate so, when a person asks for it. What a person decided is never touched."""

from collections.abc import Sequence

import numpy as np

from diffusion_toolkit.library.curate import written
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import curation, model_tags
from diffusion_toolkit.store.database import Collection

ACTION = "nsfw.ratings"


def mark_by_ratings(collection: Collection, run_id: int, sources: Sequence[str], above: float) -> Written:
    """Mark those pictures of a run NSFW of which one of these taggers gives the ratings questionable and explicit more
    than this share (0 to 1) of all; as one action, which undo takes back.
    """
    with collection.begin() as connection:
        found = np.array(model_tags.rated_nsfw(connection, run_id, sources, above), np.int32)
        rows = curation.write(connection, found, {"nsfw": True}, ACTION, {}, by_person=False)
    return written(rows)

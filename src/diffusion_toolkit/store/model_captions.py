"""SQL of captions that models wrote: they are added to the history, and the newest of an image is its model's caption.

What a person wrote counts before it. Only a run that was asked to replace that takes it away, as an action that can be
undone; the text stays in the history in any case.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.store import captions, curation
from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection, array_text

# In the order of images, so that two that add to the same ones never wait for each other.
_ADD = """
INSERT INTO caption (image_id, text, source, model, instruction, mode, tokens, seconds)
SELECT given.* FROM unnest(%(ids)s::int[], %(texts)s::text[], %(sources)s::text[], %(models)s::text[],
    %(instructions)s::text[], %(modes)s::text[], %(tokens)s::int[], %(seconds)s::real[])
    AS given (image_id, text, source, model, instruction, mode, tokens, seconds)
JOIN image ON image.id = given.image_id
LEFT JOIN curation ON curation.image_id = given.image_id
WHERE %(over)s OR curation.caption IS NULL
ORDER BY given.image_id
RETURNING image_id
"""

_BY_PEOPLE = "SELECT image_id FROM curation WHERE image_id = ANY (%s::int[]) AND caption IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCaption:
    """What a model wrote about an image, as it is to be kept. source: who asked it, never "person"; text: "" takes the
    model's caption back; tokens, seconds: of the answer, None = not told.
    """

    image_id: int
    text: str
    source: str
    model: str
    instruction: str
    mode: str
    tokens: int | None
    seconds: float | None


def add(connection: Connection, rows: Sequence[ModelCaption], *, over_people: bool = False) -> list[int]:
    """Keep what models wrote, at most once for an image; returns the images that got it.

    Images that people captioned are passed over; over_people: their captions are taken away first, which can be undone.
    """
    if not rows:
        return []
    given = {
        "ids": array_text([row.image_id for row in rows]),
        "texts": [clean_text(row.text) for row in rows],
        "sources": [row.source for row in rows],
        "models": [clean_text(row.model) for row in rows],
        "instructions": [clean_text(row.instruction) for row in rows],
        "modes": [row.mode for row in rows],
        "tokens": [row.tokens for row in rows],
        "seconds": [row.seconds for row in rows],
        "over": over_people,
    }
    added = [row[0] for row in driver(connection).execute(_ADD, given)]
    if over_people and (theirs := by_people(connection, added)):
        curation.write(connection, np.array(theirs), {"caption": None}, "captions.replace", {})
    captions.follow(connection, added)
    return added


def by_people(connection: Connection, image_ids: captions.Ids) -> list[int]:
    """Those of these images that people captioned, or whose caption they took away."""
    return [row[0] for row in driver(connection).execute(_BY_PEOPLE, [array_text(image_ids)])]

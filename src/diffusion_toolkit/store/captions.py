"""SQL of captions: what a person wrote lies in `curation`, what a model wrote in `caption`, what the file says in the
recipe.

The first of the three that there is counts, and searches follow it: `image.caption_id` names its text, among those of
prompts, whose words are indexed. It is set here whenever one of them may have changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import array_text

Ids = NDArray[np.integer] | Sequence[int]

_COUNTS = """
SELECT image.id AS image_id,
       nullif(coalesce(curation.caption, nullif(model.text, ''), recipe.record ->> 'caption'), '') AS text
FROM image LEFT JOIN curation ON curation.image_id = image.id LEFT JOIN recipe ON recipe.image_id = image.id
LEFT JOIN LATERAL (
    SELECT text FROM caption WHERE image_id = image.id AND source <> 'person' ORDER BY id DESC LIMIT 1
) AS model ON true
WHERE image.id = ANY (%(ids)s::int[]) AND (NOT %(given)s OR curation.caption IS NOT NULL OR model.text IS NOT NULL)
"""

# In the order of the hash, so that two that add the same texts never wait for each other.
_ADD = f"""
INSERT INTO prompt (identity, text)
SELECT DISTINCT sha256(convert_to(text, 'UTF8')) AS identity, text FROM ({_COUNTS}) AS counts
WHERE text IS NOT NULL ORDER BY identity
ON CONFLICT (identity) DO NOTHING
"""  # noqa: S608  parts of this file

_SET = f"""
UPDATE image SET caption_id = prompt.id
FROM ({_COUNTS}) AS counts LEFT JOIN prompt ON prompt.identity = sha256(convert_to(counts.text, 'UTF8'))
WHERE image.id = counts.image_id AND image.caption_id IS DISTINCT FROM prompt.id
"""  # noqa: S608  parts of this file


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCaption:
    """A caption of the history. source: "person", else what asked a model; the rest is of a model's: what it was asked,
    what became of the caption that was there, and what it took.
    """

    text: str
    made_at: datetime
    source: str
    model: str | None
    instruction: str | None
    mode: str | None
    tokens: int | None
    seconds: float | None


def follow(connection: sa.Connection, image_ids: Ids, *, given_only: bool = False) -> None:
    """Let searches find these images by the captions they have now. given_only: only those captioned by a person or a
    model; the others' captions are those of their files.
    """
    given = {"ids": array_text(image_ids), "given": given_only}
    driver(connection).execute(_ADD, given)
    driver(connection).execute(_SET, given)


def written(connection: sa.Connection, image_id: int) -> list[WrittenCaption]:
    """What people and models wrote about an image, the newest first."""
    rows = driver(connection).execute(
        "SELECT text, made_at, source, model, instruction, mode, tokens, seconds FROM caption"
        " WHERE image_id = %s AND text <> '' ORDER BY id DESC LIMIT 200",
        [image_id],
    )
    return [
        WrittenCaption(
            text=row[0],
            made_at=row[1],
            source=row[2],
            model=row[3],
            instruction=row[4],
            mode=row[5],
            tokens=row[6],
            seconds=row[7],
        )
        for row in rows
    ]

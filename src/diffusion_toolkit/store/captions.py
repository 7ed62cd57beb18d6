"""SQL of captions: what a person wrote lies in `curation`, what the file says in the recipe.

Searches follow one of the two: `image.caption_id` names the text that counts, among those of prompts, whose words are
indexed. It is set here whenever one of them may have changed.
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
SELECT image.id AS image_id, nullif(coalesce(curation.caption, recipe.record ->> 'caption'), '') AS text
FROM image LEFT JOIN curation ON curation.image_id = image.id LEFT JOIN recipe ON recipe.image_id = image.id
WHERE image.id = ANY (%(ids)s::int[]) AND (NOT %(by_person)s OR curation.caption IS NOT NULL)
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
    """A caption that a person wrote."""

    text: str
    made_at: datetime


def follow(connection: sa.Connection, image_ids: Ids, *, by_person: bool = False) -> None:
    """Let searches find these images by the captions they have now. by_person: only those that a person captioned."""
    given = {"ids": array_text(image_ids), "by_person": by_person}
    driver(connection).execute(_ADD, given)
    driver(connection).execute(_SET, given)


def written(connection: sa.Connection, image_id: int) -> list[WrittenCaption]:
    """What a person wrote about an image, the newest first."""
    rows = driver(connection).execute(
        "SELECT text, made_at FROM caption WHERE image_id = %s ORDER BY id DESC LIMIT 200", [image_id]
    )
    return [WrittenCaption(text=row[0], made_at=row[1]) for row in rows]

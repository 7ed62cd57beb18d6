"""SQL of what is known about images in words: the tags of every source, and the caption that counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection, array_text

# A person's own tags come first, then those of the surest source.
_TAGS: Final = """
SELECT image_id, tag.name, source, confidences[place]
FROM image_tags, unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place)
JOIN tag ON tag.id = given.tag_id AND tag.deleted_at IS NULL
WHERE image_id = ANY (%s::int[]) AND source <> 'refused'
ORDER BY image_id, source <> 'user', confidences[place] DESC NULLS FIRST, source, place
"""
_CAPTIONS: Final = """
SELECT image.id, prompt.text FROM image JOIN prompt ON prompt.id = caption_id WHERE image.id = ANY (%s::int[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTag:
    """A tag that a source gives an image. source: "user", "file" or a model's name; confidence: 0 to 1, None: sure."""

    name: str
    source: str
    confidence: float | None


def tags(connection: Connection, image_ids: Sequence[int]) -> dict[int, list[SaidTag]]:
    """The tags of images, a person's first, then the surest; images without any are left out."""
    found: dict[int, list[SaidTag]] = {}
    for image_id, name, source, confidence in driver(connection).execute(_TAGS, [array_text(image_ids)]):
        found.setdefault(image_id, []).append(SaidTag(name=name, source=source, confidence=confidence))
    return found


def captions(connection: Connection, image_ids: Sequence[int]) -> dict[int, str]:
    """The captions of images that have one."""
    return dict(driver(connection).execute(_CAPTIONS, [array_text(image_ids)]).fetchall())

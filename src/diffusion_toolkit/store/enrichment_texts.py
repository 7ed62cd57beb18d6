"""SQL of the texts about pictures that stages ask for."""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection

TextNeed: TypeAlias = Literal["prompt", "negative_prompt", "caption", "tags"]
"""tags: those that a person gave, in the order of giving, with commas between."""

_TEXTS: Final = """
SELECT image.id, prompt.text, negative.text, caption.text,
       (SELECT string_agg(tag.name, ', ' ORDER BY place)
        FROM image_tags, unnest(tag_ids) WITH ORDINALITY AS held (tag_id, place) JOIN tag ON tag.id = held.tag_id
        WHERE image_tags.image_id = image.id AND source = 'user' AND tag.deleted_at IS NULL)
FROM image
LEFT JOIN prompt ON prompt.id = image.prompt_id
LEFT JOIN prompt AS negative ON negative.id = image.negative_prompt_id
LEFT JOIN prompt AS caption ON caption.id = image.caption_id
WHERE image.id = ANY (%s)
"""
_ORDER: Final[tuple[TextNeed, ...]] = ("prompt", "negative_prompt", "caption", "tags")


def texts_of(
    connection: Connection, image_ids: Sequence[int], needs: Sequence[TextNeed]
) -> dict[int, dict[TextNeed, str]]:
    """Those of the wanted texts that these images have."""
    return {
        row[0]: {need: text for need, text in zip(_ORDER, row[1:], strict=True) if text and need in needs}
        for row in driver(connection).execute(_TEXTS, [list(image_ids)])
    }

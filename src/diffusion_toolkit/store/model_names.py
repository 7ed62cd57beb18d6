"""Which models carry a hash, and what a hash is called: through files on disk and every list of names we know.

Programs write the same model's hash in several forms: the first 10 digits of its SHA-256 (AutoV2), all 64, A1111's old
8 digits, or 12 of its weights alone (AutoV3). Two hashes are one when one begins with the other and both have at least
8 digits, or when a file on disk has both.
"""

from collections.abc import Sequence
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.store.database import Collection, driver

_WITH_HASH: LiteralString = """
WITH own AS MATERIALIZED (
    SELECT id, regexp_replace(lower(hash), '^0x', '') AS hash FROM model WHERE hash IS NOT NULL
),
asked AS (SELECT unnest(%(hashes)s::text[]) AS hash),
forms AS (
    SELECT file.id, form.hash
    FROM model_file AS file, unnest(ARRAY[encode(sha256, 'hex'), lower(short_hash), lower(autov3)]) AS form (hash)
    WHERE form.hash IS NOT NULL
),
wanted AS (
    SELECT hash FROM asked
    UNION
    SELECT other.hash
    FROM asked
    JOIN forms ON starts_with(forms.hash, asked.hash)
        OR (length(forms.hash) >= 8 AND starts_with(asked.hash, forms.hash))
    JOIN forms AS other ON other.id = forms.id
)
SELECT DISTINCT own.id
FROM own
JOIN wanted ON starts_with(own.hash, wanted.hash)
    OR (length(own.hash) >= 8 AND starts_with(wanted.hash, own.hash))
"""
_NAMED: LiteralString = """
WITH own AS MATERIALIZED (
    SELECT id, regexp_replace(lower(hash), '^0x', '') AS hash FROM model WHERE hash IS NOT NULL
)
SELECT own.id, model_name.name
FROM own
JOIN model_name ON left(model_name.hash, 8) = left(own.hash, 8)
WHERE model_name.name <> '' AND length(own.hash) >= 8 AND length(model_name.hash) >= 8
AND (starts_with(model_name.hash, own.hash) OR starts_with(own.hash, model_name.hash))
"""


def models_with_hash(collection: Collection, hashes: Sequence[str]) -> NDArray[np.int32]:
    """Ids of the models whose hash is one of these (lower-case digits), in any form."""
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        cursor.execute(_WITH_HASH, {"hashes": list(hashes)})
        return np.fromiter((row[0] for row in cursor), np.int32)


def names_by_hash(collection: Collection) -> list[tuple[int, str]]:
    """Models by id and the names that their hashes are known by."""
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        cursor.execute(_NAMED)
        return [(row[0], row[1]) for row in cursor]

"""SQL of what taggers say: tags with confidences, and ratings. A person's own tags are never touched."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.refused_tags import REFUSED, refused
from diffusion_toolkit.store.tags import USER
from diffusion_toolkit.store.vocabulary import spelled
from diffusion_toolkit.vocabulary import tag_key

Spell: TypeAlias = Callable[[Connection, Iterable[str]], dict[str, str]]

RATINGS: Final = ("general", "sensitive", "questionable", "explicit")
"""The ratings in the order in which `image_rating.probabilities` has them."""

# In the order of the identity, so that two that add the same names never wait for each other.
_ADD_TAGS: Final = """
INSERT INTO tag (identity, name)
SELECT identity, name FROM unnest(%s::bytea[], %s::text[]) AS given (identity, name) ORDER BY identity
ON CONFLICT (identity) WHERE deleted_at IS NULL DO NOTHING
"""
_TAG_IDS: Final = "SELECT identity, id FROM tag WHERE identity = ANY (%s) AND deleted_at IS NULL"
_NAMES: Final = "SELECT id, name FROM tag WHERE id = ANY (%s)"

_WRITE: Final = """
INSERT INTO image_tags (image_id, source, tag_ids, confidences)
SELECT image_id, %s, tag_ids::int[], confidences::real[]
FROM unnest(%s::int[], %s::text[], %s::text[]) AS given (image_id, tag_ids, confidences)
WHERE EXISTS (SELECT FROM image WHERE image.id = given.image_id)
ORDER BY image_id
ON CONFLICT (image_id, source) DO UPDATE SET tag_ids = excluded.tag_ids, confidences = excluded.confidences
"""
_RATE: Final = """
INSERT INTO image_rating (image_id, source, probabilities)
SELECT image_id, %s, probabilities::real[]
FROM unnest(%s::int[], %s::text[]) AS given (image_id, probabilities)
WHERE EXISTS (SELECT FROM image WHERE image.id = given.image_id)
ORDER BY image_id
ON CONFLICT (image_id, source) DO UPDATE SET probabilities = excluded.probabilities
"""

# Among all sources the one that is surest of NSFW counts, as a share of its four ratings.
_RATED: Final = """
SELECT DISTINCT image_id
FROM image_rating JOIN enrich_item USING (image_id)
WHERE enrich_item.run_id = %s AND enrich_item.state = 'done' AND image_rating.source = ANY (%s)
  AND (coalesce(probabilities[3], 0) + coalesce(probabilities[4], 0))
      > %s * (SELECT sum(p) FROM unnest(probabilities) AS p)
ORDER BY image_id
"""


def write(
    connection: Connection,
    source: str,
    rows: Sequence[tuple[int, Sequence[tuple[str, float]]]],
    spell: Spell = spelled,
) -> None:
    """Let these be the tags, with confidences of 0 to 1, that a model gives to images; what it said before goes.

    Names that are new become tags. Images that are gone are passed over, and tags that a person took from an image.
    spell: gives the canonical names; that of a `Spelling` for whoever writes often.
    """
    if source in (USER, REFUSED):
        raise ValueError("What a person said of tags is not a model's to write.")
    ids = tag_ids(connection, {name for _, tags in rows for name, _ in tags}, spell)
    kept_away = barred(connection, [image_id for image_id, _ in rows])
    numbers: list[int] = []
    tag_arrays: list[str] = []
    confidences: list[str] = []
    for image_id, tags in sorted(rows, key=lambda row: row[0]):
        surest: dict[int, float] = {}
        for name, confidence in tags:
            if (tag := ids.get(name)) is not None and tag not in kept_away.get(image_id, ()):
                surest[tag] = max(confidence, surest.get(tag, 0.0))
        numbers.append(image_id)
        tag_arrays.append("{" + ",".join(map(str, surest)) + "}")
        confidences.append("{" + ",".join(f"{value:.6g}" for value in surest.values()) + "}")
    driver(connection).execute(_WRITE, [source, numbers, tag_arrays, confidences])


def write_ratings(connection: Connection, source: str, rows: Sequence[tuple[int, Mapping[str, float]]]) -> None:
    """Keep how a model rates images: the probability of each rating that it knows."""
    ordered = sorted(rows, key=lambda row: row[0])
    arrays = [
        "{" + ",".join(f"{rated[name]:.6g}" if name in rated else "NULL" for name in RATINGS) + "}"
        for _, rated in ordered
    ]
    driver(connection).execute(_RATE, [source, [image_id for image_id, _ in ordered], arrays])


def rated_nsfw(connection: Connection, run_id: int, sources: Sequence[str], above: float) -> list[int]:
    """Images of a run that one of these models rates NSFW: questionable and explicit have more than this share."""
    return [row[0] for row in driver(connection).execute(_RATED, [run_id, list(sources), above])]


def tag_ids(connection: Connection, names: set[str], spell: Spell = spelled) -> dict[str, int]:
    """The tag of each name, by its canonical name; those that no tag has become tags."""
    canonical = spell(connection, sorted(names))
    identities = {name: _identity(canonical[name]) for name in canonical}
    first = {identity: canonical[name] for name, identity in reversed(identities.items())}
    known = _known(connection, first)
    new = {identity: name for identity, name in first.items() if identity not in known}
    if new:
        driver(connection).execute(_ADD_TAGS, [list(new), list(new.values())])
        known |= _known(connection, new)
    return {name: known[identity] for name, identity in identities.items() if identity in known}


def known_tag_ids(connection: Connection, names: set[str]) -> dict[str, int]:
    """The tag of each name, by its canonical name; those that no tag has are left out."""
    identities = {name: _identity(canonical) for name, canonical in spelled(connection, sorted(names)).items()}
    known = _known(connection, {identity: name for name, identity in identities.items()})
    return {name: known[identity] for name, identity in identities.items() if identity in known}


def barred(connection: Connection, image_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """The tags that models must not give to these images; those without any are left out.

    A person took them away, and what a tag was called then still means it: by an alias that came later, or as a new tag
    of the name of a deleted one.
    """
    taken = refused(connection, image_ids)
    if not taken:
        return {}
    asked = {tag for tags in taken.values() for tag in tags}
    names: dict[int, str] = dict(driver(connection).execute(_NAMES, [sorted(asked)]).fetchall())
    ids = known_tag_ids(connection, set(names.values()))
    return {
        image_id: tags | {ids[names[tag]] for tag in tags if names.get(tag) in ids} for image_id, tags in taken.items()
    }


def _identity(name: str) -> bytes:
    return hashlib.sha256(tag_key(name).encode()).digest()


def _known(connection: Connection, identities: Mapping[bytes, str]) -> dict[bytes, int]:
    return {bytes(row[0]): row[1] for row in driver(connection).execute(_TAG_IDS, [list(identities)])}

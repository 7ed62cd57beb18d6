"""Asking for characters anywhere in the metadata of pictures. It reads all of it: seconds at a million pictures."""

import json
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.store.clean import clean_text
from diffusion_toolkit.store.database import Collection, driver

# Quotes are left out on both sides, so that `Steps: 20` finds the key and the value that JSON writes "Steps": "20".
_HOLDING: LiteralString = """
SELECT image_id FROM recipe WHERE lower(replace(record::text, '"', '')) LIKE lower(%(pattern)s)
"""
_PROMPTS: LiteralString = "SELECT id FROM prompt WHERE lower(text) LIKE lower(%(pattern)s)"
_ALL: LiteralString = "SELECT image_id FROM recipe"


def images_with_raw(collection: Collection, text: str, *, wildcards: bool) -> NDArray[np.int32]:
    """Ids of images whose record holds the text, ignoring case; `*` and `?` in it may be wildcards.

    Prompts and names stand elsewhere.
    """
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        cursor.execute(_HOLDING, {"pattern": f"%{like_pattern(_as_json(text), wildcards=wildcards)}%"})
        return np.fromiter((row[0] for row in cursor), np.int32)


def prompts_like(collection: Collection, text: str) -> NDArray[np.int32]:
    """Ids of prompts that hold the text, in which `*` and `?` are wildcards, ignoring case."""
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        cursor.execute(_PROMPTS, {"pattern": f"%{like_pattern(clean_text(text), wildcards=True)}%"})
        return np.fromiter((row[0] for row in cursor), np.int32)


def images_with_recipe(collection: Collection) -> NDArray[np.int32]:
    """Ids of images with any metadata."""
    with collection.begin() as connection, driver(connection).cursor(binary=True) as cursor:
        cursor.execute(_ALL)
        return np.fromiter((row[0] for row in cursor), np.int32)


def like_pattern(text: str, *, wildcards: bool) -> str:
    """What LIKE reads as this text; with wildcards, `*` is any run and `?` one character."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_") if wildcards else escaped


def _as_json(text: str) -> str:
    """The characters as they stand in the record: JSON's escapes for line ends and backslashes, and no quotes."""
    return json.dumps(clean_text(text), ensure_ascii=False)[1:-1].replace('"', "")

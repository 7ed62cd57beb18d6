"""The texts of distinct prompts, by number."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from diffusion_toolkit.store.database import driver


@dataclass(frozen=True, slots=True)
class PromptText:
    """text: at most as much as was asked for; characters: of the whole."""

    text: str
    characters: int


def prompt_texts(connection: sa.Connection, ids: Sequence[int], most_characters: int) -> dict[int, PromptText]:
    """The beginnings of these prompts; numbers that there are not are absent."""
    rows = driver(connection).execute(
        "SELECT id, left(text, %s), length(text) FROM prompt WHERE id = ANY(%s)", [most_characters, list(ids)]
    )
    return {number: PromptText(text, characters) for number, text, characters in rows.fetchall()}

"""Sentences for people, as answers carry them beside the English text."""

from diffusion_toolkit.library.told import Told, failure
from diffusion_toolkit.web.models import ToldAnswer


def told_answer(told: Told) -> ToldAnswer:
    """One sentence by its code."""
    return ToldAnswer(code=told.code, values=dict(told.values))


def told_failure(message: str | None) -> ToldAnswer | None:
    """Why something was not done; None where that has no code."""
    told = failure(message) if message else None
    return None if told is None else told_answer(told)

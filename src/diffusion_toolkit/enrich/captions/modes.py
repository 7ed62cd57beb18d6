"""What becomes of the caption that is there when a new one comes: the same for one picture and for many."""

from typing import Final, Literal, TypeAlias, get_args

from diffusion_toolkit.enrich.captions.instructions import refining
from diffusion_toolkit.errors import UsageError

CaptionMode: TypeAlias = Literal["overwrite", "append", "refine"]
"""The new one alone; the old one, an empty line, the new one; or the old one made better by the model."""

MODES: Final[tuple[CaptionMode, ...]] = get_args(CaptionMode)


def asked_in(mode: CaptionMode, instruction: str, existing: str) -> str:
    """What the model is asked: to refine, it is shown the caption that is there."""
    return refining(instruction, existing) if mode == "refine" else instruction


def merged(mode: CaptionMode, existing: str, new: str) -> str:
    """The caption in the end. A model that wrote nothing takes nothing away, and nothing is appended twice."""
    old, fresh = existing.strip(), new.strip()
    if not fresh:
        return old
    if mode == "append" and old:
        return old if fresh in old.split("\n\n") else f"{old}\n\n{fresh}"
    return fresh


def checked_mode(name: str) -> CaptionMode:
    """The mode of this name. Raises UsageError."""
    for mode in MODES:
        if mode == name:
            return mode
    raise UsageError(f"What becomes of captions that are there is one of {', '.join(MODES)}.")

"""How a query is to be read, where people have different habits."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Preset: TypeAlias = Literal["standard", "classic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseOptions:
    """preset: in the classic one, `negative prompt:` takes the rest of its line, as in Diffusion Toolkit ·
    month_first: 3/4/2026 is the fourth of March; else the third of April."""

    preset: Preset = "standard"
    month_first: bool = False

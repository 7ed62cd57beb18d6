"""From which probability on a label becomes a tag."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from diffusion_toolkit.enrich.taggers.family import Numbers

DEFAULT: Final = 0.35
"""For categories that nobody suggested anything for; app.py of the Space SmilingWolf/wd-tagger."""

LEAST_BY_CUT: Final[Mapping[str, float]] = MappingProxyType({"character": 0.15})
"""What the cut never falls below: most pictures show no known character, and the largest gap then lies among noise.
Source: app.py of the Space SmilingWolf/wd-tagger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """by_category: a label becomes a tag above this, never at it; by_cut: find the place for each picture instead,
    by the largest gap between neighbouring probabilities ("MCut").
    """

    by_category: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    by_cut: bool = False

    def of(self, category: str, probabilities: Numbers) -> float:
        """The threshold of a category for the picture with these probabilities: (labels of the category,)."""
        if self.by_cut and probabilities.size > 1:
            return max(largest_gap(probabilities), LEAST_BY_CUT.get(category, 0.0))
        return self.by_category.get(category, self.by_category.get("general", DEFAULT))

    def replaced(self, values: Mapping[str, float]) -> "Thresholds":
        """The same with other values for some categories."""
        return Thresholds(by_category=MappingProxyType({**self.by_category, **values}), by_cut=self.by_cut)


def largest_gap(probabilities: Numbers) -> float:
    """The middle of the largest gap between neighbours in order: maximum cut thresholding.

    Source: Largeron, Moulin, Géry, "MCut: a thresholding strategy for multi-label classification", IDA 2012.
    """
    ordered = np.sort(probabilities)[::-1]
    place = int(np.argmax(ordered[:-1] - ordered[1:]))
    return float((ordered[place] + ordered[place + 1]) / 2)

"""What taggers say about a picture, alone and together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.enrich.taggers.labels import Category
from diffusion_toolkit.vocabulary import tag_key

RATINGS: Final = ("general", "sensitive", "questionable", "explicit")
"""Danbooru's ratings, from harmless to explicit, in the order of the WD taggers' first four outputs."""

NSFW_RATINGS: Final = ("questionable", "explicit")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with the probability that the network gives it, 0 to 1."""

    name: str
    category: Category
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """How a network rates a picture. probabilities: of each rating by itself; they do not add up to 1.

    The networks learned from drawings: of photos this is a hint.
    """

    probabilities: Mapping[str, float]

    @property
    def most_likely(self) -> str:
        """The rating with the highest probability."""
        return max(self.probabilities, key=lambda name: self.probabilities[name])

    @property
    def nsfw(self) -> float:
        """The share of the ratings questionable and explicit in all four: 0 to 1."""
        whole = sum(self.probabilities.values())
        return sum(self.probabilities.get(name, 0.0) for name in NSFW_RATINGS) / whole if whole > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTags:
    """What one tagger says about one picture.

    source: name of the model; version: of model and preprocessing, another one may say something else;
    tags: the surest first; rating: None when the model has none.
    """

    source: str
    version: str
    tags: tuple[Tag, ...]
    rating: Rating | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedTag:
    """A tag that one or several taggers gave. confidence: the highest; sources: who gave it, the surest first."""

    name: str
    category: Category
    confidence: float
    sources: tuple[str, ...]


def combined(found: Iterable[ImageTags]) -> tuple[CombinedTag, ...]:
    """What several taggers say about one picture, each tag once, the surest first.

    Spellings that are one tag fall together. Its category is that of a tagger which knows categories, where one does.
    """
    given: dict[str, list[tuple[Tag, str]]] = {}
    for each in found:
        for tag in each.tags:
            given.setdefault(tag_key(tag.name), []).append((tag, each.source))
    return tuple(sorted((_joined(tags) for tags in given.values()), key=lambda tag: (-tag.confidence, tag.name)))


def _joined(tags: list[tuple[Tag, str]]) -> CombinedTag:
    ordered = sorted(tags, key=lambda pair: -pair[0].confidence)
    best = ordered[0][0]
    kinds: list[Category] = [tag.category for tag, _ in ordered if tag.category != "general"]
    category = kinds[0] if kinds else best.category
    sources = tuple(dict.fromkeys(source for _, source in ordered))
    return CombinedTag(name=best.name, category=category, confidence=best.confidence, sources=sources)

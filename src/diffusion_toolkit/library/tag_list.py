"""The tags as one sees them: with how many images a search for each finds, and who says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from diffusion_toolkit.catalog.counts import TagCounts, hidden_tags, sourced_tag_counts
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.tags import Tag, list_tags

TagSource: TypeAlias = Literal["own", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTag(Tag):
    """One tag, and how many images have it. own_count: those of which a person, an import or a file says it;
    model_count: those of which only models do.
    """

    own_count: int
    model_count: int


def counted_tags(search: Search, source: TagSource | None = None, *, after: int | None = None) -> list[CountedTag]:
    """All tags by name. source: only those that somebody else than a model ever gave, or that no image ever had (own);
    or only those that a model gave (model). after: the token of a write that the counts must show.

    While NSFW is hidden, tags that only hidden pictures have are left out.
    """
    if after is not None:
        search.catalog.seen(after)
    state = search.catalog.state
    counts = sourced_tag_counts(state)
    codes = {number: code for code, number in enumerate(state.tags.ids)}
    untold = {state.tags.ids[code] for code in hidden_tags(state).nonzero()[0].tolist()}
    known = list_tags(search.catalog.collection, dict(zip(state.tags.ids, counts.all.tolist(), strict=True)))
    tags = [tag for tag in known if tag.id not in untold]
    return [_counted(tag, counts, codes.get(tag.id)) for tag in _of_source(tags, codes, counts, source)]


def _of_source(
    tags: Sequence[Tag], codes: dict[int, int], counts: TagCounts, source: TagSource | None
) -> Sequence[Tag]:
    """A tag that the catalog does not know yet has no image, so that a person made it."""
    match source:
        case "own":
            is_meant = (counts.by_people | ~counts.by_models).tolist()
        case "model":
            is_meant = counts.by_models.tolist()
        case None:
            return tags
    return [tag for tag in tags if (is_meant[codes[tag.id]] if tag.id in codes else source == "own")]


def _counted(tag: Tag, counts: TagCounts, code: int | None) -> CountedTag:
    own = 0 if code is None else int(counts.own[code])
    return CountedTag(id=tag.id, name=tag.name, count=tag.count, own_count=own, model_count=tag.count - own)

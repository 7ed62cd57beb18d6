"""The tags as one sees them: with how many images a search for each finds."""

from diffusion_toolkit.catalog.counts import tag_counts
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.tags import Tag, list_tags


def counted_tags(search: Search, *, after: int | None = None) -> list[Tag]:
    """All tags by name. after: the token of a write that the counts must show."""
    if after is not None:
        search.catalog.seen(after)
    state = search.catalog.state
    counts = dict(zip(state.tags.ids, tag_counts(state).tolist(), strict=True))
    return list_tags(search.catalog.collection, counts)

"""Lists as plain arrays, for the file that is kept between two starts."""

from collections.abc import Callable, Iterator

from diffusion_toolkit.catalog.columns import Array
from diffusion_toolkit.catalog.lists import Lists, Overlay
from diffusion_toolkit.catalog.postings import Postings

_POSTINGS = ("starts", "codes", "code_starts", "weights", "place_starts", "places", "common", "bits")
_OVERLAY = ("positions", "lengths", "codes", "weights", "stamps")


def list_arrays(lists: Lists) -> Iterator[tuple[str, Array]]:
    """Name and content of each array; all have one dimension."""
    for name in _POSTINGS:
        yield name, getattr(lists.postings, name).ravel()
    for name in _OVERLAY:
        yield f"changed {name}", getattr(lists.overlay, name)


def lists_of(weight_kind: str, array: Callable[[str], Array]) -> Lists:
    """The lists again."""
    parts = {name: array(name) for name in _POSTINGS}
    parts["bits"] = parts["bits"].reshape(len(parts["common"]), -(-(len(parts["starts"]) - 1) // 64))
    overlay = Overlay(**{name: array(f"changed {name}") for name in _OVERLAY})
    return Lists(weight_kind, Postings(**parts), overlay, int(overlay.stamps.max()) if len(overlay) else 0)

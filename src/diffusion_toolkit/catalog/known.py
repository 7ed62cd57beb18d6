"""The names of a library that may stand in a query without quotes."""

from diffusion_toolkit.catalog.dimensions import Resources
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.query.known import KnownNames


def known_names(state: State) -> KnownNames:
    """All of them, in lower case."""
    return KnownNames(
        samplers=state.dimensions["sampler"].folded,
        schedulers=state.dimensions["scheduler"].folded,
        generators=state.dimensions["generator"].folded,
        models=state.dimensions["model"].folded,
        loras=state.resources.folded("lora"),
        resources=_resources(state.resources),
        tags=state.tags.folded,
        albums=state.albums.folded,
    )


def _resources(resources: Resources) -> frozenset[str]:
    """Of all kinds but LoRAs, which have names of their own."""
    return frozenset[str]().union(*(resources.folded(kind) for kind in resources.by_kind if kind != "lora"))

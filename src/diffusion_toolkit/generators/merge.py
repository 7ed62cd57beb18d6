"""Puts two recipes of one picture together: what one program wrote, and what the one it ran wrote beside it."""

import dataclasses
from typing import Any

from diffusion_toolkit.record import Recipe, changed

_OWN = frozenset({"generator", "source", "extra", "workflow", "problems", "generator_version", "origins"})


def completed(recipe: Recipe, other: Recipe) -> Recipe:
    """The recipe, and of the other one what it does not say. Keys of `extra` are those of both."""
    missing: dict[str, Any] = {
        field.name: getattr(other, field.name)
        for field in dataclasses.fields(recipe)
        if field.name not in _OWN and not getattr(recipe, field.name) and getattr(recipe, field.name) != 0
    }
    return changed(
        recipe,
        **missing,
        extra={**other.extra, **recipe.extra},
        workflow=recipe.workflow or other.workflow,
        problems=recipe.problems + other.problems,
        origins={**{name: places for name, places in other.origins.items() if name in missing}, **recipe.origins},
    )

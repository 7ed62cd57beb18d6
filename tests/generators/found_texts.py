"""The recipe of texts by the places they were found, without any file around them."""

from typing import Any

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators import Generator
from diffusion_toolkit.record import Origin, Recipe


def container_of(**texts: str) -> Container:
    """A container with these texts: png__Comment="…" stands at png:Comment."""
    return Container(
        texts=tuple(
            Text(key=name.rsplit("__", 1)[1], value=value, source=name.replace("__", ":"))
            for name, value in texts.items()
        )
    )


def recipe_at(generator: Generator, **texts: str) -> Recipe | None:
    """What this generator makes of these texts."""
    return generator.read(container_of(**texts))


def read_at(generator: Generator, **texts: str) -> Recipe:
    """The recipe this generator must find in these texts."""
    found = recipe_at(generator, **texts)
    assert found is not None
    assert_explained(found)
    return found


def assert_explained(recipe: Recipe) -> None:
    """Every field that is set says where its value stood."""
    apart = {"generator", "source", "extra", "workflow", "problems", "origins", "graph"}
    values: dict[str, Any] = {name: getattr(recipe, name) for name in Recipe.__dataclass_fields__ if name not in apart}
    named = {name for name, value in values.items() if value or value == 0}
    assert named <= recipe.origins.keys(), f"without origin: {named - recipe.origins.keys()}"
    assert all(isinstance(place, Origin) for places in recipe.origins.values() for place in places)

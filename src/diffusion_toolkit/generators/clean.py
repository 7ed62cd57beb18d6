"""Makes the texts of a recipe fit for the store: no NUL, no half characters.

PostgreSQL holds neither in text nor in jsonb, and JSON in files has both.
"""

import dataclasses
from collections.abc import Mapping

from diffusion_toolkit.record import NO_ORIGINS, JsonValue, Origin, Recipe, WorkflowGraph

_DEEPEST = 64


def clean_text(text: str) -> str:
    """A text without NUL, and with U+FFFD in place of lone surrogates."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


def clean_value(value: JsonValue, depth: int = 0) -> JsonValue:
    """The same for every text inside a JSON value; what lies deeper than 64 levels is left out."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean_value(item, depth + 1) for item in value] if depth < _DEEPEST else None
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            return None
        return {clean_text(key): clean_value(item, depth + 1) for key, item in value.items()}
    return value


def _clean_fields(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {clean_text(key): clean_value(value) for key, value in fields.items()}


def _clean_graph(graph: WorkflowGraph) -> WorkflowGraph:
    return dataclasses.replace(
        graph,
        node_classes=tuple(clean_text(name) for name in graph.node_classes),
        slots=tuple((node, clean_text(name)) for node, name in graph.slots),
        values=tuple(clean_text(value) if isinstance(value, str) else value for value in graph.values),
    )


def _clean_origins(recipe: Recipe) -> dict[str, tuple[Origin, ...]]:
    return {name: _clean_places(places) for name, places in recipe.origins.items()}


def _clean_places(places: tuple[Origin, ...]) -> tuple[Origin, ...]:
    return tuple(
        Origin(
            clean_text(place.source),
            *(None if part is None else clean_text(part) for part in (place.key, place.node, place.node_class)),
        )
        for place in places
    )


def clean_recipe(recipe: Recipe, *, with_origins: bool = True) -> Recipe:
    """The recipe with all its texts clean; without its origins if nobody asks for them."""
    changes: dict[str, object] = {}
    for field in dataclasses.fields(recipe):
        value: object = getattr(recipe, field.name)
        if isinstance(value, str):
            changes[field.name] = clean_text(value)
    return dataclasses.replace(
        recipe,
        **changes,  # pyright: ignore[reportArgumentType] texts replace texts, by name
        loras=tuple(dataclasses.replace(lora, name=clean_text(lora.name)) for lora in recipe.loras),
        hires=_clean_fields(recipe.hires),
        refiner=_clean_fields(recipe.refiner),
        controlnets=tuple(_clean_fields(unit) for unit in recipe.controlnets),
        embeddings=tuple(clean_text(name) for name in recipe.embeddings),
        extra=_clean_fields(recipe.extra),
        graph=_clean_graph(recipe.graph) if recipe.graph else None,
        problems=tuple(clean_text(problem) for problem in recipe.problems),
        origins=_clean_origins(recipe) if with_origins else NO_ORIGINS,
    )

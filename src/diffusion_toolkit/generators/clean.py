"""Makes the texts of a recipe fit for the store: no NUL, no half characters.

PostgreSQL holds neither in text nor in jsonb, and JSON in files has both.
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from diffusion_toolkit.formats import Text
from diffusion_toolkit.record import JsonValue, Origin, Recipe, WorkflowGraph, changed

_DEEPEST = 64
_ESCAPE = re.compile(r"\\(?:u(?:0000|[dD][89a-fA-F])|U0000|x00|0|N\{)")
"""How JSON and Python write a NUL or half a character; the other escapes, which many texts have, are not looked for."""


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


def cleaned(recipe: Recipe, texts: Iterable[Text]) -> Recipe:
    """A recipe made of these texts, clean; the same one when nothing in the texts can spell what must not be there."""
    for text in texts:
        if _may_be_unclean(text.value):
            return clean_recipe(recipe)
    for fields in (recipe.extra, recipe.hires, recipe.refiner, *recipe.controlnets):
        for value in fields.values():
            if _is_too_deep(value, 0):
                return _without_depths(recipe)
    return recipe


def _without_depths(recipe: Recipe) -> Recipe:
    """The recipe without what lies too deep in its fields; its texts are clean."""
    return changed(
        recipe,
        hires=_clean_fields(recipe.hires),
        refiner=_clean_fields(recipe.refiner),
        controlnets=tuple(_clean_fields(unit) for unit in recipe.controlnets),
        extra=_clean_fields(recipe.extra),
    )


def _may_be_unclean(text: str) -> bool:
    """Whether a text holds a NUL, or an escape of JSON or Python that may stand for one or for half a character."""
    return "\0" in text or ("\\" in text and _ESCAPE.search(text) is not None)


def _is_too_deep(value: JsonValue, depth: int) -> bool:
    """Whether something in a value lies deeper than `clean_value` keeps it."""
    if isinstance(value, list):
        items = value
    elif isinstance(value, dict):
        items = list(value.values())
    else:
        return False
    if depth >= _DEEPEST:
        return True
    for item in items:  # noqa: SIM110 `any` with a generator takes three times as long, for every file
        if _is_too_deep(item, depth + 1):
            return True
    return False


def clean_recipe(recipe: Recipe) -> Recipe:
    """The recipe with all its texts clean."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(recipe):
        value: object = getattr(recipe, field.name)
        if isinstance(value, str):
            changes[field.name] = clean_text(value)
    return changed(
        recipe,
        **changes,
        loras=tuple(dataclasses.replace(lora, name=clean_text(lora.name)) for lora in recipe.loras),
        hires=_clean_fields(recipe.hires),
        refiner=_clean_fields(recipe.refiner),
        controlnets=tuple(_clean_fields(unit) for unit in recipe.controlnets),
        embeddings=tuple(clean_text(name) for name in recipe.embeddings),
        extra=_clean_fields(recipe.extra),
        graph=_clean_graph(recipe.graph) if recipe.graph else None,
        problems=tuple(clean_text(problem) for problem in recipe.problems),
        origins=_clean_origins(recipe),
    )

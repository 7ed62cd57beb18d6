"""What a recipe names beside its model, several of a kind: LoRAs, embeddings, control nets and so on.

Each is a kind and a name as the file has it, with a weight where one is written. A refiner, a hires pass or a control
net whose file says no name is there under the empty one.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, cast

from diffusion_toolkit.record import JsonValue, Recipe, WorkflowGraph
from diffusion_toolkit.store.clean import clean_text

RESOURCE_KINDS = ("lora", "embedding", "controlnet", "hypernet", "vae", "refiner", "hires", "wildcard")
MOST_RESOURCES = 200
"""Of one picture; a grid of all LoRAs a person has is not told apart by the others."""

_LONGEST_NAME = 500
_LONGEST_SEARCHED = 100_000
_LARGEST_WEIGHT = 1e6
_NONE = frozenset(("", "none", "null", "undefined"))
_HASH_BEHIND = re.compile(r"\s*\[[0-9a-fA-F]{6,64}\]$")
_WILDCARD = re.compile(r"(?<!\w)__([\w/\\*. -]{1,200}?)__(?!\w)")
_WEIGHTS = ("weight", "strength", "controlnet_strength", "control_weight", "conditioning_scale", "alpha", "multiplier")

Resource: TypeAlias = tuple[str, str]
"""Kind and name."""


def resources_of(recipe: Recipe) -> dict[Resource, float | None]:
    """The resources of a recipe in the order it names them, with their weights; of one named twice, the first."""
    found: dict[Resource, float | None] = {}
    for kind, name, weight in _named(recipe):
        key = (kind, clean_text(name.strip()[:_LONGEST_NAME]))
        if key not in found and len(found) < MOST_RESOURCES:
            found[key] = weight
    return found


def aesthetic_of(recipe: Recipe) -> float | None:
    """The aesthetic score that some programs write."""
    for key, value in recipe.extra.items():
        if _spelled(key) in ("aesthetic score", "score") and (score := _number(value)) is not None:
            return score
    return None


def _named(recipe: Recipe) -> Iterator[tuple[str, str, float | None]]:
    for lora in recipe.loras:
        yield "lora", lora.name, _number(lora.weight)
    for embedding in recipe.embeddings:
        yield "embedding", embedding, None
    for unit in recipe.controlnets:
        yield "controlnet", _HASH_BEHIND.sub("", _text(unit, "model", "module", "preprocessor", "type")), _weight(unit)
    yield from _hypernets(recipe.extra)
    if recipe.vae is not None and _spelled(recipe.vae) not in _NONE:
        yield "vae", recipe.vae, None
    if recipe.refiner:
        yield "refiner", _text(recipe.refiner, "model"), None
    if recipe.hires:
        yield "hires", _text(recipe.hires, "upscaler", "upscale_method", "method", "model"), None
    for name in _wildcards(recipe):
        yield "wildcard", name, None


def _hypernets(extra: Mapping[str, JsonValue]) -> Iterator[tuple[str, str, float | None]]:
    """Of A1111's settings and tags, of ComfyUI's loaders and of Easy Diffusion; without a weight it is 1."""
    spelled = {_spelled(key): value for key, value in extra.items()}
    strength = _number(spelled.get("hypernet strength", spelled.get("hypernetwork strength")))
    for key in ("hypernet", "hypernetwork", "hypernetwork model", "use hypernetwork model", "hypernetworks"):
        value = spelled.get(key)
        if isinstance(value, str) and _spelled(value) not in _NONE:
            yield "hypernet", _HASH_BEHIND.sub("", re.sub(r"\([0-9a-f]{6,64}\)$", "", value)), strength or 1.0
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict) and (name := _text(item, "name")):
                weight = _weight(item)
                yield "hypernet", name, 1.0 if weight is None else weight


def _wildcards(recipe: Recipe) -> Iterator[str]:
    """`__name__` in templates, in the prompts, and in the texts of wildcard nodes; what SwarmUI says it used."""
    texts = [recipe.prompt, recipe.negative_prompt, *_templates(recipe.extra)]
    texts += [] if recipe.graph is None else _node_texts(recipe.graph)
    for text in texts:
        if text and "__" in text:
            for match in _WILDCARD.finditer(text, 0, _LONGEST_SEARCHED):
                yield match[1]
    yield from _used(recipe.extra)


def _templates(extra: Mapping[str, JsonValue]) -> Iterator[str]:
    for key in ("Template", "Negative Template"):
        if isinstance(text := extra.get(key), str):
            yield text


def _used(extra: Mapping[str, JsonValue]) -> Iterator[str]:
    around = extra.get("sui_extra_data")
    listed = extra.get("used_wildcards") or (around.get("used_wildcards") if isinstance(around, dict) else None)
    for name in listed if isinstance(listed, list) else ():
        if isinstance(name, str):
            yield name


def _node_texts(graph: WorkflowGraph) -> Iterable[str]:
    nodes = {number for number, kind in enumerate(graph.node_classes) if "wildcard" in kind.casefold()}
    if not nodes:
        return ()
    pairs = zip(graph.slots, graph.values, strict=True)
    return [value for (node, _), value in pairs if node in nodes and isinstance(value, str)]


def _text(fields: Mapping[str, JsonValue], *keys: str) -> str:
    """The first of these that is a name, "" when none is."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, dict):
            value = cast("dict[str, JsonValue]", value).get("name")
        if isinstance(value, str) and _spelled(value) not in _NONE:
            return value
    return ""


def _weight(fields: Mapping[str, JsonValue]) -> float | None:
    return next((number for key in _WEIGHTS if (number := _number(fields.get(key))) is not None), None)


def _number(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value[:50] if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= _LARGEST_WEIGHT else None


def _spelled(key: str) -> str:
    """A key as keys are compared: ignoring case, `_` and `-` as blanks."""
    return key[:100].casefold().replace("_", " ").replace("-", " ").strip()

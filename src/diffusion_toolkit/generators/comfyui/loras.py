"""The LoRAs that nodes load: one, numbered ones, lists of switches, and tags in texts."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Link, Node
from diffusion_toolkit.generators.comfyui.names import stem
from diffusion_toolkit.generators.comfyui.values import Found, Place, find, name_in, read
from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.generators.grammar.prompt_tags import loras_in
from diffusion_toolkit.record import Lora

_NAME = re.compile(r"(?:base_)?lora(?:_name)?_?(\d{1,3})?(?:_name)?$", re.IGNORECASE)
_WEIGHTS = (
    "strength_model", "lora_model_strength", "model_str", "model_strength", "lora_wt", "lora_weight", "model_weight",
    "lora_strength", "strength", "weight", "lora_model_wt",
)  # fmt: skip
_SIMPLE_WEIGHTS = ("lora_wt", "strength", "lora_strength")
_SWITCHES = ("switch", "enabled", "toggle", "lora_on", "on")
_TEXTS = ("text", "populated_text", "prompt", "positive", "lora_syntax", "loras_text", "lora_string")
_ALL_TEXTS = frozenset(_TEXTS)
NONE = frozenset({"", "none", "null", "undefined", "disabled", "(none)", "(use same)"})
"""What a chooser of files says when no file is chosen."""


class Loaded(NamedTuple):
    """A LoRA and where its name and weight stand."""

    lora: Lora
    places: tuple[Place, ...]


def loras_of(graph: Graph, node: Node) -> list[Loaded]:
    """The LoRAs a node itself loads."""
    loras: list[Loaded] = []
    for key, value in node.inputs.items():
        if isinstance(value, list):
            entries = (_entry(node, key, item) for item in value if isinstance(item, dict))
            loras.extend(entry for entry in entries if entry)
        elif isinstance(value, dict) and "lora" in value:
            entry = _entry(node, key, value)
            loras.extend([entry] if entry else [])
        elif "lora" in stem(key) and (match := _NAME.match(key)) and _is_on(node, match[1]):
            loaded = _named(graph, node, key, match[1])
            loras.extend([loaded] if loaded else [])
    return loras


def tagged_loras(node: Node) -> list[Loaded]:
    """The LoRAs of `<lora:…>` tags in the texts of a node that loads them, as nodes on the way of the model do."""
    if _ALL_TEXTS.isdisjoint(node.inputs):
        return []
    texts = ((name, value) for name in _TEXTS if isinstance(value := node.inputs.get(name), str) and "<" in value)
    return [Loaded(lora, (Place(node.id, node.kind, name),)) for name, value in texts for lora in loras_in(value)]


def _named(graph: Graph, node: Node, key: str, number: str | None) -> Loaded | None:
    if isinstance(node.inputs[key], Link) and "name" not in key.casefold():
        return None
    found = find(graph, node, key)
    if found is None or not isinstance(found.value, str) or found.value.strip().casefold() in NONE:
        return None
    weight = _weight(graph, node, number)
    places = (found.place,) if weight is None else (found.place, weight.place)
    return Loaded(Lora(name=found.value, weight=read(weight, read_decimal)), places)


def _entry(node: Node, key: str, item: Mapping[str, Input]) -> Loaded | None:
    """`{"on": true, "lora": "a.safetensors", "strength": 0.8}` of rgthree's loader and its likes."""
    name = item.get("lora") or item.get("name")
    name = name if isinstance(name, str) else name_in(name)
    off = item.get("on") is False or item.get("active") is False or item.get("enabled") is False
    if off or name is None or name.strip().casefold() in NONE or not ("strength" in item or "lora" in item):
        return None
    strength = item.get("strength")
    weight = None if isinstance(strength, Link) else read_decimal(strength)
    return Loaded(Lora(name=name, weight=weight), (Place(node.id, node.kind, key),))


def _is_on(node: Node, number: str | None) -> bool:
    if str(node.inputs.get("toggle", True)).casefold() in ("false", "off"):
        return False
    if number is None:
        return True
    count = node.inputs.get("lora_count", node.inputs.get("num_loras"))
    if isinstance(count, int) and int(number) > count:
        return False
    keys = (key for name in _SWITCHES for key in (f"{name}_{number}", f"{name}{number}", f"lora_{number}_{name}"))
    return not any(str(node.inputs[key]).casefold() in ("false", "off") for key in keys if key in node.inputs)


def _weight(graph: Graph, node: Node, number: str | None) -> Found | None:
    """The strength that belongs to a LoRA; in stacks its name carries the number, before or behind."""
    is_simple = node.inputs.get("input_mode", node.inputs.get("mode")) == "simple"
    for name in (*_SIMPLE_WEIGHTS, *_WEIGHTS) if is_simple else _WEIGHTS:
        keys: tuple[str, ...]
        if number is None:
            keys = (name,)
        else:
            keys = (f"{name}_{number}", f"lora_{number}_{name}", f"lora{number}_{name}", f"{name}{number}")
        for key in keys:
            found = find(graph, node, key) if key in node.inputs else None
            if found is not None and read_decimal(found.value) is not None:
                return found
    return None

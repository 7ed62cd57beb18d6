"""The model a sampler drew with, its LoRAs, and the VAE that decoded it."""

import re
from collections.abc import Mapping

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Link, Node
from diffusion_toolkit.generators.comfyui.values import name_in, scalar
from diffusion_toolkit.generators.comfyui.walk import MOST_STEPS, bundle_links, model_links, nearest, picture_links
from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.record import Lora

_MODEL_NAMES = ("ckpt_name", "unet_name", "gguf_name", "base_ckpt_name", "checkpoint", "checkpoint_name", "model_name",
                "diffusion_model", "model_path", "model", "ckpt")  # fmt: skip
_LORA_NAME = re.compile(r"(?:lora_name|lora)(?:_(\d+))?(?:_name)?$", re.IGNORECASE)
_LORA_WEIGHTS = (
    "strength_model", "lora_model_strength", "model_str", "model_strength", "lora_wt", "model_weight", "lora_strength",
    "strength", "weight",
)  # fmt: skip
_LORA_LINKS = re.compile(r"(?:.*lora.*)_?\d*$", re.IGNORECASE)
_NONE = frozenset({"", "none", "null", "undefined"})


def find_model(graph: Graph, sampler: Node) -> tuple[list[str], tuple[Lora, ...]]:
    """The names of the models behind a sampler, the main one first, and the LoRAs applied to them in their order."""
    names: list[str] = []
    loras: list[Lora] = []
    seen: set[str] = set()
    waiting = model_links(sampler)[::-1]
    while waiting and len(seen) < MOST_STEPS:
        node = graph.at(waiting.pop())
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        loras.extend(reversed(_loras_of(graph, node)))
        loras.extend(reversed(_stacked(graph, node, seen)))
        name = _model_name(graph, node)
        if name is not None:
            names.append(name)
        else:
            waiting.extend(reversed(model_links(node)))
    unique = {lora.name: lora for lora in reversed(loras)}
    return list(dict.fromkeys(names)), tuple(unique.values())


def _model_name(graph: Graph, node: Node) -> str | None:
    for name in _MODEL_NAMES:
        if name not in node.inputs or (name == "model" and isinstance(node.inputs[name], Link)):
            continue
        value = scalar(graph, node, name)
        if isinstance(value, str) and value.strip().casefold() not in _NONE:
            return value
    return None


def _stacked(graph: Graph, node: Node, seen: set[str]) -> list[Lora]:
    """The LoRAs of stacks that are plugged into a node."""
    loras: list[Lora] = []
    waiting = [link for name, link in node.links() if _LORA_LINKS.match(name)]
    while waiting and len(seen) < MOST_STEPS:
        source = graph.at(waiting.pop(0))
        if source is None or source.id in seen:
            continue
        seen.add(source.id)
        loras[:0] = _loras_of(graph, source)
        waiting.extend(link for name, link in source.links() if _LORA_LINKS.match(name))
    return loras


def _loras_of(graph: Graph, node: Node) -> list[Lora]:
    """The LoRAs a node itself loads: one, numbered ones, or a list of switches."""
    loras: list[Lora] = []
    for key, value in node.inputs.items():
        if isinstance(value, list):
            loras.extend(lora for item in value if isinstance(item, dict) and (lora := _entry(item)))
        elif isinstance(value, dict) and "lora" in value:
            loras.extend(lora for lora in (_entry(value),) if lora)
        elif (match := _LORA_NAME.match(key)) and _is_on(node, match[1]) and (name := _lora_name(graph, node, key)):
            loras.append(Lora(name=name, weight=_weight(graph, node, match[1])))
    return loras


def _lora_name(graph: Graph, node: Node, key: str) -> str | None:
    value = node.inputs[key]
    if isinstance(value, Link) and not key.casefold().startswith("lora_name"):
        return None
    name = scalar(graph, node, key)
    return name if isinstance(name, str) and name.strip().casefold() not in _NONE else None


def _entry(item: Mapping[str, Input]) -> Lora | None:
    """`{"on": true, "lora": "a.safetensors", "strength": 0.8}` of rgthree's loader and its likes."""
    name = item.get("lora") or item.get("name")
    name = name if isinstance(name, str) else name_in(name)
    off = item.get("on") is False or item.get("active") is False or item.get("enabled") is False
    if off or name is None or name.strip().casefold() in _NONE or not ("strength" in item or "lora" in item):
        return None
    strength = item.get("strength")
    return Lora(name=name, weight=None if isinstance(strength, Link) else read_decimal(strength))


def _is_on(node: Node, number: str | None) -> bool:
    if number is None:
        return node.inputs.get("toggle") is not False
    count = node.inputs.get("lora_count", node.inputs.get("num_loras"))
    if isinstance(count, int) and int(number) > count:
        return False
    switches = (node.inputs.get(f"{name}_{number}") for name in ("switch", "enabled", "toggle"))
    return not any(switch is False or str(switch).casefold() == "off" for switch in switches)


def _weight(graph: Graph, node: Node, number: str | None) -> float | None:
    """The strength that belongs to a LoRA; in stacks the name carries its number, before or behind."""
    for name in _LORA_WEIGHTS:
        keys = (name,) if number is None else (f"{name}_{number}", f"lora_{number}_{name}")
        for key in keys:
            if key in node.inputs and (weight := read_decimal(scalar(graph, node, key))) is not None:
                return weight
    return None


def find_vae(graph: Graph, output: Node | None, sampler: Node) -> str | None:
    """The VAE between sampler and output, where it is a file of its own and not the checkpoint's."""
    decoders = (
        nearest(graph, picture_links(output), picture_links, lambda node: node.link("vae") is not None)
        if output
        else []
    )
    for node in [*decoders[:1], sampler]:
        link = node.link("vae")
        found = nearest(graph, [link], _vae_links, lambda node: "vae_name" in node.inputs) if link else []
        for loader in found[:1]:
            name = scalar(graph, loader, "vae_name")
            if isinstance(name, str) and name.casefold() not in {*_NONE, "baked vae", "baked_vae"}:
                return name
    return None


def _vae_links(node: Node) -> list[Link]:
    link = node.link("vae", "optional_vae")
    return [link] if link else bundle_links(node)

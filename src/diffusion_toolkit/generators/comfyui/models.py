"""The model a sampler drew with, its LoRAs, and the VAE that decoded it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.comfyui.loras import NONE, Loaded, loras_of, tagged_loras
from diffusion_toolkit.generators.comfyui.names import is_model, stem
from diffusion_toolkit.generators.comfyui.values import Found, find, read
from diffusion_toolkit.generators.comfyui.walk import MOST_STEPS, bundle_links, model_links, nearest, picture_links
from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.record import JsonValue

_NAMES = (
    "ckpt_name", "unet_name", "gguf_name", "base_ckpt_name", "checkpoint", "checkpoint_name", "model_name",
    "diffusion_model", "model_path", "model", "ckpt", "base_model", "unet", "gguf", "diffusion_name", "transformer",
    "model_type", "model_id", "repo_id", "pretrained_model_name_or_path", "config_and_ckpt_name", "high_noise_model",
    "dit_name", "dit", "sdxl_model",
)  # fmt: skip
_ALL_NAMES = frozenset(_NAMES)
_OF_LOADERS = frozenset({"ckpt_name", "unet_name", "gguf_name", "base_ckpt_name", "checkpoint_name"})
"""Names of main models alone; a node that changes a model may name what it adds as model_name or model_path."""
_LINKED = ("name", "ckpt", "checkpoint", "path", "id")
"""How a name ends whose link brings a file's name; another link brings the model itself."""
_VAE_NAMES = ("vae_name", "vae")
_BAKED = frozenset({*NONE, "baked vae", "baked_vae", "baked-vae", "automatic", "from checkpoint"})


@dataclass(slots=True)
class Models:
    """What stands on the way of the model: files, the main one first, LoRAs in their order, and other changes."""

    names: list[Found] = field(default_factory=list[Found])
    loras: list[Loaded] = field(default_factory=list[Loaded])
    hypernetworks: list[JsonValue] = field(default_factory=list[JsonValue])
    adapters: list[JsonValue] = field(default_factory=list[JsonValue])

    @property
    def name(self) -> str | None:
        """The main model's file."""
        return str(self.names[0].value) if self.names else None


def find_models(graph: Graph, sampler: Node) -> Models:
    """The models behind a sampler with all that was done to them."""
    found = Models()
    loras: list[Loaded] = []
    seen: set[str] = set()
    own = _model_name(graph, sampler)
    found.names.extend([own] if own else [])
    loras.extend(reversed([*_stacked(graph, sampler, seen), *loras_of(graph, sampler)]))
    waiting = [] if own else model_links(graph, sampler)[::-1]
    while waiting and len(seen) < MOST_STEPS:
        node = graph.at(waiting.pop())
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        loras.extend(reversed([*_stacked(graph, node, seen), *loras_of(graph, node), *tagged_loras(node)]))
        _look(graph, node, found)
        name = _model_name(graph, node)
        if name is not None:
            found.names.append(name)
        else:
            waiting.extend(reversed(model_links(graph, node)))
    found.loras = list({loaded.lora.name: loaded for loaded in reversed(loras)}.values())
    names: dict[JsonValue, Found] = {}  # pyright: ignore[reportUnhashable] only texts are put into it
    for name in found.names:
        names.setdefault(name.value, name)
    found.names = list(names.values())
    return found


def main_model(graph: Graph, sampler: Node) -> Found | None:
    """The main model's file alone; most passes over a picture share it."""
    own = _model_name(graph, sampler)
    if own is not None:
        return own
    starts = model_links(graph, sampler)
    key = tuple(starts)
    if key not in graph.models:
        names = nearest(graph, starts, model_links, lambda node: _model_name(graph, node) is not None, most=1)
        graph.models[key] = _model_name(graph, names[0]) if names else None
    return cast("Found | None", graph.models[key])


def _model_name(graph: Graph, node: Node) -> Found | None:
    if _ALL_NAMES.isdisjoint(node.inputs):
        return None
    changes = any(is_model(name) for name, _ in node.links())
    for name in _NAMES:
        if name not in node.inputs or (isinstance(node.inputs[name], Link) and not name.endswith(_LINKED)):
            continue
        if changes and name not in _OF_LOADERS:
            continue
        found = find(graph, node, name)
        if found and isinstance(found.value, str) and found.value.strip().casefold() not in NONE:
            return found
    return None


def _stacked(graph: Graph, node: Node, seen: set[str]) -> list[Loaded]:
    """The LoRAs of stacks that are plugged into a node, those of the furthest first."""
    loras: list[Loaded] = []
    waiting = _lora_links(node)
    while waiting and len(seen) < MOST_STEPS:
        source = graph.at(waiting.pop())
        if source is None or source.id in seen:
            continue
        seen.add(source.id)
        loras[:0] = loras_of(graph, source)
        waiting.extend(_lora_links(source))
    return loras


def _lora_links(node: Node) -> list[Link]:
    return [link for name, link in node.links() if "lora" in stem(name)]


def _look(graph: Graph, node: Node, found: Models) -> None:
    """Take notes of what else changes the model: hypernetworks and image adapters."""
    if "hypernetwork_name" in node.inputs and (name := find(graph, node, "hypernetwork_name")):
        found.hypernetworks.append({"name": name.value, "strength": read(find(graph, node, "strength"), read_decimal)})
    adapter = node.link("ipadapter", "ip_adapter", "pulid", "instantid", "style_model")
    if adapter is not None or "ipadapter_file" in node.inputs:
        found.adapters.append(_adapter(graph, node, adapter))


def _adapter(graph: Graph, node: Node, link: Link | None) -> JsonValue:
    source = graph.at(link)
    entry: dict[str, JsonValue] = {}
    for holder, names in ((source, ("ipadapter_file", "pulid_file", "instantid_file", "preset", "model_name")),
                          (node, ("ipadapter_file", "preset"))):  # fmt: skip
        named = (find(graph, holder, name) for name in names if holder is not None and name in holder.inputs)
        name = next((name for name in named if name is not None), None)
        if name is not None and "model" not in entry:
            entry["model"] = name.value
    for key in ("weight", "weight_type", "start_at", "end_at"):
        if key in node.inputs and (value := find(graph, node, key)):
            entry[key] = value.value
    return entry


def find_vae(graph: Graph, starts: Sequence[Node]) -> Found | None:
    """The VAE of the first of these nodes that has one, where it is a file of its own and not the checkpoint's."""
    for node in starts:
        link = node.link("vae", "optional_vae", "opt_vae")
        found = nearest(graph, [link], _vae_links, _names_vae, most=1) if link else []
        found = found or ([node] if _names_vae(node) else [])
        for loader in found[:1]:
            name = next((name for key in _vae_names(loader) if (name := find(graph, loader, key))), None)
            if name and isinstance(name.value, str) and name.value.strip().casefold() not in _BAKED:
                return name
    return None


def decoder(graph: Graph, output: Node) -> list[Node]:
    """The node that decoded the picture of an output, if one is known."""
    found = nearest(
        graph, picture_links(graph, output), picture_links, lambda node: node.link("vae") is not None, most=1
    )
    return found[:1]


def _vae_names(node: Node) -> tuple[str, ...]:
    return (*_VAE_NAMES, "model_name") if "VAELoader" in node.kind else _VAE_NAMES


def _names_vae(node: Node) -> bool:
    return any(isinstance(node.inputs.get(name), str) for name in _vae_names(node)) or "vae_name" in node.inputs


def _vae_links(graph: Graph, node: Node) -> list[Link]:
    link = node.link("vae", "optional_vae", "opt_vae")
    return [link] if link else bundle_links(graph, node)

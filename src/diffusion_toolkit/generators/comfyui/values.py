"""Single values of a node's inputs, followed through primitive, switch and arithmetic nodes to where they stand."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

from diffusion_toolkit.generators.comfyui.arithmetic import calculated, calculates
from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Link, Node
from diffusion_toolkit.generators.comfyui.names import is_helper, stem
from diffusion_toolkit.generators.comfyui.presets import preset_side, selected_side
from diffusion_toolkit.generators.comfyui.switches import chosen, let_through, sides
from diffusion_toolkit.generators.comfyui.walk import bundle_links
from diffusion_toolkit.record import JsonValue

Value = TypeVar("Value")

_DEEPEST = 60
_MOST_HELPERS = 60
_DEEPEST_SUMS = 4
"""Sums inside sums; each may name a dozen others."""
_HOLDERS = (
    "value", "Value", "int", "float", "number", "Number", "INT", "FLOAT", "integer", "seed", "noise_seed", "string",
    "text", "STRING", "String", "combo", "selection", "item",
)  # fmt: skip
_FILES = frozenset({"image", "video", "file", "file_path", "path"})
"""Inputs of nodes that read a file, whose numbers choose in it."""
FAMILIES = (
    ("seed", "noise_seed", "seed_value", "Seed", "seed_num", "rand_seed", "base_seed", "model.seed",
     "main_seed"),
    ("steps", "steps_total", "total_steps", "num_inference_steps", "num_steps", "sampling_steps", "Steps"),
    ("cfg", "cfg_scale", "guidance_scale", "cfg_value", "CFG", "true_cfg_scale", "true_gs", "cfg_conds",
     "cfg_scale_start"),
    ("sampler_name", "sampler", "sampler_type", "Sampler", "sampler_method"),
    ("scheduler", "scheduler_name", "schedule", "scheduler_type", "noise_schedule"),
    ("denoise", "denoise_strength", "denoising_strength", "denoise_value"),
    ("start_at_step", "start_step", "refiner_step", "start_percent_step"),
    ("width", "empty_latent_width", "W", "target_width", "image_width"),
    ("height", "empty_latent_height", "H", "target_height", "image_height"),
    ("ckpt_name", "checkpoint", "model_name", "ckpt"),
)  # fmt: skip
"""Names for the same thing, the usual first."""

_FAMILY = {name: family for family in FAMILIES for name in family}


class Place(NamedTuple):
    """Where a value stands written: the node's id and class, and the input; no name where the class itself says it."""

    node: str
    kind: str
    name: str | None


_placed = partial(tuple.__new__, Place)  # pyright: ignore[reportUnknownMemberType]
"""A place from its three parts, without the call of a Python function."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it stands written."""

    value: JsonValue
    place: Place


def found_at(value: JsonValue, node: Node, name: str | None) -> Found:
    """A value that an input of this node holds."""
    return Found(value, _placed((node.id, node.kind, name)))


def find(graph: Graph, node: Node, name: str, depth: int = 0) -> Found | None:
    """The value of one input: as it stands, or from the node that gives it. None when it is not known."""
    value, holder = node.inputs.get(name), name
    for _ in range(_DEEPEST):
        if not isinstance(value, Link):
            plain = value if isinstance(value, (str, int, float)) else name_in(value)
            return None if plain is None else found_at(plain, node, holder)
        source = graph.at(value)
        if source is None:
            return None
        node = source
        if (made := _made(graph, node, name, value.slot, depth)) is not None:
            return made
        if _is_drawn(node):
            return None
        key = next((key for key in (*_FAMILY.get(name, (name,)), *_HOLDERS) if key in node.inputs), None)
        if key is not None:
            value, holder = node.inputs[key], key
        elif pair := sides(node):
            holder = let_through(graph, node, pair)[0]
            value = node.inputs[holder]
        elif links := bundle_links(graph, node):
            value = links[0]
        else:
            return _only_number(node)
    return None


def _made(graph: Graph, node: Node, name: str, slot: int, depth: int) -> Found | None:
    """A value that a node works out from its inputs: by arithmetic, or from the name of a preset."""
    side = preset_side(node, name) or selected_side(node, slot)
    if side is not None:
        return found_at(side[0], node, side[1])
    if depth > _DEEPEST_SUMS or not calculates(node):
        return None
    known: dict[str, int | float | None] = {}

    def number(key: str) -> int | float | None:
        if key not in known:
            listed = f"values.{key}"
            known[key] = _number(graph, node, listed if listed in node.inputs else key, depth + 1)
        return known[key]

    result = calculated(node, number)
    return None if result is None else found_at(result[0], node, result[1])


def _is_drawn(node: Node) -> bool:
    """Whether a node draws a number between two others, which then stands nowhere."""
    return node.has("minimum", "min") and node.has("maximum", "max") and "random" in node.kind.casefold()


def _number(graph: Graph, node: Node, name: str, depth: int) -> int | float | None:
    found = find(graph, node, name, depth)
    value = found.value if found else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _only_number(node: Node) -> Found | None:
    """The number of a node nobody knows, when it has just one and nothing else comes into it, be it from a file."""
    if not _FILES.isdisjoint(node.inputs) or any(isinstance(item, Link) for item in node.inputs.values()):
        return None
    numbers = [
        key for key, item in node.inputs.items() if isinstance(item, (int, float)) and not isinstance(item, bool)
    ]
    return find_plain(node, numbers[0]) if len(numbers) == 1 else None


def find_plain(node: Node, name: str) -> Found | None:
    """The value that an input holds itself."""
    value = node.inputs.get(name)
    return found_at(value, node, name) if isinstance(value, (str, int, float)) else None


def name_in(value: Input) -> str | None:
    """The file name of a widget that wraps it: `{"content": "a.safetensors", "image": …}`."""
    if isinstance(value, dict):
        for key in ("content", "name", "value"):
            if isinstance(item := value.get(key), str):
                return item
    return None


def setting(graph: Graph, node: Node, *names: str) -> Found | None:
    """A setting of a sampler: on the node itself, or on the nodes that give it noise, sigmas, guider, pipe …"""
    seen: set[str] = set()
    waiting = [node]
    for current in waiting:
        if current.id in seen:
            continue
        seen.add(current.id)
        for name in names:
            if name in current.inputs and (found := find(graph, current, name)) is not None:
                return found
        if len(waiting) < _MOST_HELPERS:
            helpers = [(name, link) for name, link in current.links() if is_helper(name)]
            waiting.extend(source for link in chosen(graph, current, helpers) if (source := graph.at(link)) is not None)
    return None


def read(found: Found | None, reader: Callable[[JsonValue], Value | None]) -> Value | None:
    """What a reader of numbers or texts makes of a value."""
    return None if found is None else reader(found.value)


def is_named(name: str, family: str) -> bool:
    """Whether an input's name is one for this thing ("steps" for "steps_total")."""
    return name in _FAMILY[family] or stem(name) == family

"""The size asked for, and what enlarges a picture on its way."""

import re
from typing import NamedTuple

from diffusion_toolkit.generators.comfyui.graph import Graph, Node
from diffusion_toolkit.generators.comfyui.presets import preset_size
from diffusion_toolkit.generators.comfyui.values import Found, Place, find, found_at, read
from diffusion_toolkit.generators.comfyui.walk import nearest, path, picture_links
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal
from diffusion_toolkit.record import JsonValue

_SIDES = (
    ("width", "height"),
    ("empty_latent_width", "empty_latent_height"),
    ("W", "H"),
    ("model.width", "model.height"),
)
_LEAST_SIDE = 16
"""Pixels; a smaller number of another node is no side but a ratio or a number of megapixels."""
_FACTORS = ("scale_by", "upscale_by", "upscale_factor", "rescale_factor", "scale_factor")
_METHODS = ("upscale_method", "upscale_model_name", "latent_upscaler", "rescale_method", "method")
_MODEL_FACTOR = re.compile(r"(?:^|[^0-9])([2348])x|x([2348])(?:[^0-9]|$)", re.IGNORECASE)


class Size(NamedTuple):
    """A width and height, and where they stand."""

    sides: tuple[int, int]
    places: tuple[Place, ...]


class Enlarging(NamedTuple):
    """What enlarges a picture between two nodes: the way it is done, by how much or to which size."""

    upscaler: Found | None
    factor: Found | None
    size: Size | None


def node_size(graph: Graph, node: Node) -> Size | None:
    """The width and height a node is set to."""
    preset = preset_size(node)
    if preset is not None:
        return Size(preset[0], (found_at(None, node, preset[1]).place,))
    for wide, high in _SIDES:
        if wide in node.inputs and high in node.inputs:
            width, height = find(graph, node, wide), find(graph, node, high)
            sides = read(width, read_count), read(height, read_count)
            if width and height and sides[0] and sides[1]:
                is_own = width.place.node == height.place.node == node.id
                if min(sides[0], sides[1]) >= (1 if is_own else _LEAST_SIDE):
                    return Size((sides[0], sides[1]), (width.place, height.place))
    return None


def asked_size(graph: Graph, sampler: Node) -> Size | None:
    """The size of the latent a sampler starts from, or its own where it makes that itself."""
    sizes: list[Size] = []
    nearest(graph, picture_links(graph, sampler), picture_links, lambda node: _takes(sizes, graph, node), most=1)
    return sizes[0] if sizes else node_size(graph, sampler)


def _takes(sizes: list[Size], graph: Graph, node: Node) -> bool:
    """Keep the size of a node, and say whether it has one. A function inside of `asked_size` would, compiled, hold
    itself and with it the graph, until garbage is collected."""
    size = node_size(graph, node)
    if size is not None:
        sizes.append(size)
    return size is not None


def enlarging(graph: Graph, way: list[Node]) -> Enlarging | None:
    """What enlarges a picture on its way through these nodes, given from the last to the first."""
    upscaler: Found | None = None
    factor: Found | None = None
    size: Size | None = None
    for node in way:
        model = graph.at(node.link("upscale_model", "upscale_model_opt"))
        upscaler = (model and find(graph, model, "model_name")) or upscaler or _first(graph, node, _METHODS)
        factor = factor or _first(graph, node, _FACTORS)
        size = size or (node_size(graph, node) if _first(graph, node, _METHODS) else None)
    return Enlarging(upscaler, factor, size) if upscaler or factor or size else None


def _first(graph: Graph, node: Node, names: tuple[str, ...]) -> Found | None:
    return next((found for name in names if name in node.inputs and (found := find(graph, node, name))), None)


def output_size(graph: Graph, output: Node) -> tuple[int, int] | None:
    """The size of the pictures an output gives, as far as the nodes on the way name it."""
    way = path(graph, output, picture_links, lambda node: node_size(graph, node) is not None)
    size = node_size(graph, way[-1]) if way else None
    if size is None:
        return None
    factor = 1.0
    for node in way[:-1]:
        factor *= _enlarges_by(graph, node)
    return round(size.sides[0] * factor), round(size.sides[1] * factor)


def _enlarges_by(graph: Graph, node: Node) -> float:
    named = read(_first(graph, node, _FACTORS), read_decimal)
    if named is not None:
        return named
    model = graph.at(node.link("upscale_model"))
    name: JsonValue = found.value if model and (found := find(graph, model, "model_name")) else None
    match = _MODEL_FACTOR.search(name) if isinstance(name, str) else None
    return float(match[1] or match[2]) if match else 1.0

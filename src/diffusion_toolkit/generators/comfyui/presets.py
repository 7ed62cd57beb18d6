"""Sizes that nodes name as text: "3:4 portrait 896x1152", "1024x1024 (1.0)"."""

import math
import re

from diffusion_toolkit.generators.comfyui.graph import Node

_NAMES = ("aspect_ratio", "resolution", "dimensions", "size", "preset", "empty_latent_aspect", "ratio_selected",
          "image_size", "size_preset", "ratio", "model.size_preset")  # fmt: skip
_SWAPS = ("swap_dimensions", "invert")
_SIZE = re.compile(r"(?<!\d)(\d{2,5})\s*[x×*]\s*(\d{2,5})(?!\d)")
_LONGEST_NAME = 120
_SELECTOR = "ResolutionSelector"
_RATIO = re.compile(r"(\d{1,3}):(\d{1,3})\b")
_MEGAPIXEL = 1024 * 1024
_MOST_MEGAPIXELS = 1024


def preset_side(node: Node, name: str) -> tuple[int, str] | None:
    """The width or height that a preset names, with the input that names it; None when there is no preset."""
    if name not in ("width", "height"):
        return None
    found = preset_size(node)
    return None if found is None else (found[0][name == "height"], found[1])


def selected_side(node: Node, slot: int) -> tuple[int, str] | None:
    """The width or height that comes out of ComfyUI's own selector, whatever it is called behind it."""
    found = preset_size(node) if node.kind == _SELECTOR and slot in (0, 1) else None
    return None if found is None else (found[0][slot], found[1])


def preset_size(node: Node) -> tuple[tuple[int, int], str] | None:
    """The size that a preset names, and the input that names it. Numbers of the user's own win over a preset."""
    if node.inputs.keys().isdisjoint(_NAMES):
        return None
    if node.kind == _SELECTOR:
        return _of_ratio(node)
    for name in _NAMES:
        value = node.inputs.get(name)
        if not isinstance(value, str) or len(value) > _LONGEST_NAME:
            continue
        match = _SIZE.search(value)
        if match is None:
            continue
        sides = int(match[1]), int(match[2])
        if any(str(node.inputs.get(swap, "Off")).casefold() in ("on", "true") for swap in _SWAPS):
            sides = sides[1], sides[0]
        wide, high = node.inputs.get("width_override"), node.inputs.get("height_override")
        if isinstance(wide, int) and isinstance(high, int) and wide > 0 and high > 0:
            return (wide, high), "width_override"
        return sides, name
    return None


def _of_ratio(node: Node) -> tuple[tuple[int, int], str] | None:
    """The size that ComfyUI's own selector works out of "3:2 (Photo)", so many megapixels, and what both sides are
    multiples of; a side below the minimum enlarges both."""
    inputs = node.inputs
    ratio, megapixels = inputs.get("aspect_ratio"), inputs.get("megapixels")
    multiple, least = inputs.get("multiple", 8), inputs.get("minimum", 0)
    match = _RATIO.match(ratio) if isinstance(ratio, str) else None
    if match is None or not isinstance(megapixels, (int, float)) or not 0 < megapixels <= _MOST_MEGAPIXELS:
        return None
    wide, high = int(match[1]), int(match[2])
    if not (wide and high and isinstance(multiple, int) and multiple > 0 and isinstance(least, int)):
        return None
    scale = math.sqrt(megapixels * _MEGAPIXEL / (wide * high))
    sides = round(wide * scale / multiple) * multiple, round(high * scale / multiple) * multiple
    if min(sides) < least:
        step = math.lcm(multiple // math.gcd(wide, multiple), multiple // math.gcd(high, multiple))
        factor = math.ceil(math.ceil(max(least / wide, least / high)) / step) * step
        sides = wide * factor, high * factor
    return sides, "aspect_ratio"

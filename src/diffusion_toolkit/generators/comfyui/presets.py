"""Sizes that nodes name as text: "3:4 portrait 896x1152", "1024x1024 (1.0)"."""

import re

from diffusion_toolkit.generators.comfyui.graph import Node

_NAMES = ("aspect_ratio", "resolution", "dimensions", "size", "preset", "empty_latent_aspect", "ratio_selected",
          "image_size")  # fmt: skip
_SIZE = re.compile(r"(?<!\d)(\d{2,5})\s*[x×*]\s*(\d{2,5})(?!\d)")
_LONGEST_NAME = 120


def preset_side(node: Node, name: str) -> tuple[int, str] | None:
    """The width or height that a preset names, with the input that names it; None when there is no preset."""
    if name not in ("width", "height"):
        return None
    found = preset_size(node)
    return None if found is None else (found[0][name == "height"], found[1])


def preset_size(node: Node) -> tuple[tuple[int, int], str] | None:
    """The size that a preset names, and the input that names it. Numbers of the user's own win over a preset."""
    if node.inputs.keys().isdisjoint(_NAMES):
        return None
    for name in _NAMES:
        value = node.inputs.get(name)
        if not isinstance(value, str) or len(value) > _LONGEST_NAME:
            continue
        match = _SIZE.search(value)
        if match is None:
            continue
        sides = int(match[1]), int(match[2])
        if str(node.inputs.get("swap_dimensions", "Off")).casefold() in ("on", "true"):
            sides = sides[1], sides[0]
        wide, high = node.inputs.get("width_override"), node.inputs.get("height_override")
        if isinstance(wide, int) and isinstance(high, int) and wide > 0 and high > 0:
            return (wide, high), "width_override"
        return sides, name
    return None

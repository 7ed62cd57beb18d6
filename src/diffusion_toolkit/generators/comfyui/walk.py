"""Steps from a node to the ones it gets something from, also through nodes nobody has heard of.

Known names come first; a node without any of them is passed through all links that cannot be meant,
so reroutes, contexts, pipes, switches and whatever will be written next year need no entry here.
"""

import re
from collections.abc import Callable

from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.grammar.numbers import read_integer

MOST_STEPS = 20_000
"""Steps of one walk; a graph of 20 MB has about ten thousand nodes."""

PICTURE = re.compile(
    r"(?:images?|samples?(?:_to|_from)?|latents?(?:_image)?|latent_samples|pixels|video|frames|destination|source"
    r"|image_pass|input_image|input_latent|upscaled?_image|stage_c)_?\d*$",
    re.IGNORECASE,
)
MODEL = re.compile(r"(?:model|unet|transformer|model_opt|base_model|model_low_noise)_?\d*$", re.IGNORECASE)
BUNDLE = re.compile(
    r"(?:.*(?:ctx|context|pipe|tuple).*|guider|input|any|value|anything|on_true|on_false|true|false|)_?\d*$",
    re.IGNORECASE,
)
"""Inputs that carry many things at once, or anything."""

_OTHER = re.compile(
    r"(?:model|clip|vae|positive|negative|conditioning|cond|control_net|upscale_model|masks?|seed|noise_seed|noise"
    r"|sigmas|sampler|text|string|prompt|guider|clip_vision.*|style_model|start_image|init_image|end_image"
    r"|audio|width|height|lora_stack|.*_model)_?\d*$",
    re.IGNORECASE,
)
"""Inputs that cannot carry the picture itself."""

_TRAILING_NUMBER = re.compile(r"(\d+)$")


def picture_links(node: Node) -> list[Link]:
    """Where a node's picture (image or latent) comes from."""
    return _links(node, PICTURE, _OTHER)


def model_links(node: Node) -> list[Link]:
    """Where a node's diffusion model comes from."""
    found = _links(node, MODEL, re.compile(r"(?!)"), fallback=False)
    return found or [link for name, link in node.links() if BUNDLE.match(name)][:2]


def bundle_links(node: Node) -> list[Link]:
    """The links of a node that carry many things at once."""
    return chosen(node, [(name, link) for name, link in node.links() if BUNDLE.match(name)])


def _links(node: Node, wanted: re.Pattern[str], unwanted: re.Pattern[str], *, fallback: bool = True) -> list[Link]:
    named = [(name, link) for name, link in node.links() if wanted.match(name)]
    if not named and fallback:
        named = [(name, link) for name, link in node.links() if not unwanted.match(name)]
    return chosen(node, named)


def chosen(node: Node, links: list[tuple[str, Link]]) -> list[Link]:
    """All links, but of a switch only the one it is set to."""
    if len(links) < 2 or "switch" not in node.kind.casefold():
        return [link for _, link in links]
    for name in ("boolean", "switch", "condition", "on_off"):
        value = node.inputs.get(name)
        if isinstance(value, bool):
            wanted = ("on_true", "true", "input2", "b") if value else ("on_false", "false", "input1", "a")
            match = next((link for key, link in links if key.casefold() in wanted), None)
            if match:
                return [match]
    for name in ("select", "index", "Input", "input", "selected"):
        number = read_integer(value) if isinstance(value := node.inputs.get(name), int | str) else None
        for key, link in links:
            digits = _TRAILING_NUMBER.search(key)
            if number is not None and digits and int(digits[1]) == number:
                return [link]
    return [links[0][1]]


def nearest(
    graph: Graph, starts: list[Link], step: Callable[[Node], list[Link]], found: Callable[[Node], bool]
) -> list[Node]:
    """The first nodes on every way back that are what is looked for, in the order of the inputs."""
    seen: set[str] = set()
    results: list[Node] = []
    waiting = starts[::-1]
    while waiting and len(seen) < MOST_STEPS:
        node = graph.at(waiting.pop())
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        if found(node):
            results.append(node)
        else:
            waiting.extend(reversed(step(node)))
    return results

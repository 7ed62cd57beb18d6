"""Which samplers made the picture: from the node that saved it back to the first one."""

import re
from dataclasses import dataclass

from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.comfyui.values import scalar, setting
from diffusion_toolkit.generators.comfyui.walk import nearest, picture_links
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal

_SAVES = re.compile(r"save|output|videocombine|export|upload|sendimage|send image|image send", re.IGNORECASE)
_SHOWS = re.compile(r"preview|display|show|compare", re.IGNORECASE)
_SETTINGS = ("seed", "noise_seed", "noise", "steps", "sigmas")
_GUIDANCE = (
    "positive", "guider", "conditioning", "pipe", "basic_pipe", "sdxl_tuple", "context", "ctx", "base_ctx",
    "text_embeds", "image_embeds", "optional_pipe", "detailer_pipe", "positive_cond_base",
)  # fmt: skip
_MOST_PASSES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """The samplers on the way to one output node: main is the one that made the picture from noise
    (or from the user's image), later are those that went over it, in the order they ran."""

    output: Node | None
    main: Node
    later: tuple[Node, ...]


def is_sampler(node: Node) -> bool:
    """Whether a node draws: it has a seed or steps, and something that guides it."""
    if not node.has(*_SETTINGS) or node.link(*_GUIDANCE) is None:
        return False
    return "sampl" in node.kind.casefold() or node.has("denoise", "latent_image", "latent", "samples")


def find_passes(graph: Graph, size: tuple[int, int] | None) -> Passes | None:
    """The samplers behind the picture. Of several outputs the one that gives pictures of this size is meant."""
    found = [
        (passes, _output_size(graph, output) == size, bool(_SAVES.search(output.kind)))
        for output in _outputs(graph)[:64]
        if (passes := _passes_to(graph, output))
    ]
    if found:
        return max(found, key=lambda item: (item[1], item[2], len(item[0].later)))[0]
    return _without_output(graph)


def _outputs(graph: Graph) -> list[Node]:
    """Nodes that save or show a picture; without any, those whose result nobody uses."""
    named = [node for node in graph.nodes.values() if _SAVES.search(node.kind) or _SHOWS.search(node.kind)]
    outputs = [node for node in named if picture_links(node)]
    if outputs:
        return outputs
    used = {link.node for node in graph.nodes.values() for _, link in node.links()}
    return [node for node in graph.nodes.values() if node.id not in used and picture_links(node)]


def _passes_to(graph: Graph, output: Node) -> Passes | None:
    chain: list[Node] = []
    starts = picture_links(output)
    while starts and len(chain) < _MOST_PASSES:
        samplers = [node for node in nearest(graph, starts, picture_links, is_sampler) if node not in chain]
        if not samplers or (chain and len(samplers) > 1):
            break
        chain.append(samplers[0])
        starts = _before(graph, samplers[0])
    if not chain:
        return None
    return Passes(output=output, main=chain[-1], later=tuple(reversed(chain[:-1])))


def _before(graph: Graph, sampler: Node) -> list[Link]:
    """Where the picture a sampler starts from comes from: nowhere when it starts from pure noise."""
    cascade = graph.at(sampler.link("positive"))
    stage_c = cascade.link("stage_c") if cascade else None
    if stage_c:
        return [stage_c]
    denoise = read_decimal(scalar(graph, sampler, "denoise")) if "denoise" in sampler.inputs else None
    if denoise is not None and denoise >= 1:
        return []
    if read_count(setting(graph, sampler, "start_at_step")) == 0 and sampler.inputs.get("add_noise") == "enable":
        return []
    return picture_links(sampler)


def _without_output(graph: Graph) -> Passes | None:
    """A graph that nothing is saved from, as in cut-out workflows: its last sampler."""
    samplers = [node for node in graph.nodes.values() if is_sampler(node)]
    if not samplers:
        alone = next((node for node in graph.nodes.values() if node.has("steps") and node.has("sampler_name")), None)
        return Passes(output=None, main=alone, later=()) if alone else None
    used = {
        node.id for sampler in samplers for node in nearest(graph, picture_links(sampler), picture_links, is_sampler)
    }
    last = next((node for node in samplers if node.id not in used), samplers[0])
    return _passes_to(graph, Node(id="", kind="", inputs={"images": Link(last.id, 0)}))


def node_size(graph: Graph, node: Node) -> tuple[int, int] | None:
    """The width and height a node is set to."""
    for wide, high in (("width", "height"), ("empty_latent_width", "empty_latent_height")):
        if node.has(wide) and node.has(high):
            width, height = read_count(scalar(graph, node, wide)), read_count(scalar(graph, node, high))
            if width and height and width > 0 and height > 0:
                return width, height
    return None


def asked_size(graph: Graph, sampler: Node) -> tuple[int, int] | None:
    """The size of the latent a sampler starts from."""
    found = nearest(graph, picture_links(sampler), picture_links, lambda node: node_size(graph, node) is not None)
    return node_size(graph, found[0]) if found else None


def _output_size(graph: Graph, output: Node) -> tuple[int, int] | None:
    """The size of the pictures an output gives, as far as a node on the way names it."""
    return asked_size(graph, output)

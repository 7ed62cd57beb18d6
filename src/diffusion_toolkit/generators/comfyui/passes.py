"""Which samplers made the picture: from the node that saved it back to the first one."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from diffusion_toolkit.generators.comfyui.graph import Graph, Inputs, Link, Node
from diffusion_toolkit.generators.comfyui.sizes import output_size
from diffusion_toolkit.generators.comfyui.structure import structure_of
from diffusion_toolkit.generators.comfyui.values import find, read, setting
from diffusion_toolkit.generators.comfyui.walk import nearest, picture_links
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal

_SAVES = re.compile(r"save|output|videocombine|export|upload|sendimage|send image|image send", re.IGNORECASE)
_SHOWS = re.compile(r"preview|display|show|compare", re.IGNORECASE)
_SAVED = frozenset(
    {"filename_prefix", "filename", "extension", "output_path", "save_metadata", "file_type", "filename_keys"}
)
"""Inputs of nodes that write files, whatever they are called."""
_SETTINGS = frozenset({"seed", "noise_seed", "noise", "steps", "sigmas", "sampler_settings", "base_sampler"})
_GUIDANCE = (
    "positive", "guider", "conditioning", "cond", "pipe", "basic_pipe", "sdxl_tuple", "context", "ctx", "base_ctx",
    "text_embeds", "image_embeds", "hyvid_embeds", "kolors_embeds", "optional_pipe", "detailer_pipe",
    "positive_cond_base", "base_positive", "base_sampler", "upscaler", "pos",
)  # fmt: skip
_STARTS = frozenset({"denoise", "latent_image", "latent", "samples", "denoise_strength", "optional_latent"})
_WORDS = (
    "prompt", "positive_prompt", "positive", "text_positive", "user_prompt", "text", "caption", "model.prompt"
)  # fmt: skip
_LONGEST_KIND = 200
_MOST_PASSES = 16
_MOST_OUTPUTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """The samplers on the way to one output node: main is the one that made the picture from noise
    (or from the user's image), later are those that went over it, in the order they ran, beside those that drew
    what the main one goes on with, as parts of a composition."""

    output: Node | None
    main: Node
    later: tuple[Node, ...]
    beside: tuple[Node, ...] = ()


def _may_be_outputs(graph: Graph) -> list[str]:
    """The nodes that write a file or show a picture, by their class or inputs; those that keep it first."""
    rows = graph.rows()
    structure = None if graph.is_huge() else structure_of(graph)[0]
    numbers = structure.outputs if structure else None
    if numbers is None:
        numbers = tuple(
            number
            for number, (_, kind, inputs) in enumerate(rows)
            if _named_for_output(kind[:_LONGEST_KIND]) or not _SAVED.isdisjoint(inputs)
        )
        if structure is not None:
            structure.outputs = numbers
    found = sorted(map(rows.__getitem__, numbers), key=lambda row: not _is_saved(row[1], row[2]))
    return [row[0] for row in found]


@lru_cache(2048)
def _named_for_output(kind: str) -> str:
    return "saves" if _SAVES.search(kind) else "shows" if _SHOWS.search(kind) else ""


def is_sampler(node: Node) -> bool:
    """Whether a node draws: it has a seed or steps, and something that guides it. Few draw and save at once, and are
    called samplers; a saver may be told the same settings. An unsampler makes noise of a picture."""
    inputs = node.inputs
    if _SETTINGS.isdisjoint(inputs) or node.link(*_GUIDANCE) is None:
        return False
    kind = node.kind[:_LONGEST_KIND].casefold()
    if "sampl" in kind:
        return "unsampl" not in kind
    return not _STARTS.isdisjoint(inputs) and _SAVED.isdisjoint(inputs)


def _is_service(node: Node) -> bool:
    """Whether a node draws all by itself from a text, as those of web services do."""
    has_words = any(isinstance(node.inputs.get(name), str) or node.link(name) for name in _WORDS)
    return has_words and node.has("seed", "noise_seed", "steps", "model.seed") and not node.has("clip", *_SAVED)


def find_passes(graph: Graph, size: tuple[int, int] | None) -> Passes | None:
    """The samplers behind the picture. Of several outputs the one that gives pictures of this size is meant."""
    best: tuple[tuple[bool, bool, int], Passes] | None = None
    outputs = outputs_of(graph)
    seen: set[tuple[Link, ...]] = set()
    for output in outputs:
        starts = tuple(picture_links(graph, output))
        if starts in seen:  # the same picture, and the outputs that keep it come first
            continue
        seen.add(starts)
        passes = _passes_to(graph, output)
        if passes is None:
            continue
        fits = len(outputs) > 1 and size is not None and output_size(graph, output) == size
        fitness = fits, node_is_saved(output), len(passes.later)
        if best is None or fitness > best[0]:
            best = fitness, passes
    return best[1] if best else _without_output(graph)


def node_is_saved(node: Node) -> bool:
    """Whether an output writes its picture to a file to keep."""
    return _is_saved(node.kind, node.inputs)


def _is_saved(kind: str, inputs: Inputs) -> bool:
    writes = not _SAVED.isdisjoint(inputs) or _named_for_output(kind[:_LONGEST_KIND]) == "saves"
    return writes and inputs.get("save_output") is not False


def outputs_of(graph: Graph) -> list[Node]:
    """Nodes that save or show a picture, the saving ones first; without any, those whose result nobody uses."""
    found = map(graph.nodes.__getitem__, _may_be_outputs(graph))
    outputs = list(islice((node for node in found if picture_links(graph, node)), _MOST_OUTPUTS))
    if outputs:
        return outputs
    used = _used(graph)
    unused = (graph.nodes[node] for node, _, _ in graph.rows() if node not in used)
    return list(islice((node for node in unused if picture_links(graph, node)), _MOST_OUTPUTS))


def _used(graph: Graph) -> set[str]:
    """The nodes that others get something from."""
    if graph.is_huge():
        return {link.node for node in graph.nodes.values() for _, link in node.links()}
    return {link.node for link in structure_of(graph)[0].links()}


def _passes_to(graph: Graph, output: Node) -> Passes | None:
    chain: list[Node] = []
    beside: list[Node] = []
    if is_sampler(output):
        chain.append(output)
    starts = _before(graph, output) if chain else picture_links(graph, output)
    while starts and len(chain) < _MOST_PASSES:
        samplers = [node for node in nearest(graph, starts, picture_links, is_sampler) if node not in chain]
        if not samplers:
            break
        if len(samplers) > 1:
            beside.extend(samplers if chain else samplers[1:])
            if chain:
                break
        chain.append(samplers[0])
        starts = _before(graph, samplers[0])
    if not chain:
        services = nearest(graph, picture_links(graph, output), picture_links, _is_service)
        return Passes(output=output, main=services[0], later=()) if services else None
    return Passes(output=output, main=chain[-1], later=tuple(reversed(chain[:-1])), beside=tuple(beside[:_MOST_PASSES]))


def _before(graph: Graph, sampler: Node) -> list[Link]:
    """Where the picture a sampler starts from comes from: nowhere when it starts from pure noise."""
    cascade = graph.at(sampler.link("positive"))
    stage_c = cascade.link("stage_c") if cascade else None
    if stage_c:
        return [stage_c]
    if read(setting(graph, sampler, "start_at_step"), read_count) == 0 and adds_noise(sampler):
        return []
    denoise = read(find(graph, sampler, "denoise"), read_decimal)
    if denoise is not None and denoise >= 1 and sampler.link("image") is None:
        return []
    return picture_links(graph, sampler)


def adds_noise(sampler: Node) -> bool:
    """Whether a sampler is set to begin with noise of its own."""
    return sampler.inputs.get("add_noise") in ("enable", True)


def _without_output(graph: Graph) -> Passes | None:
    """A graph that nothing is saved from, as in cut-out workflows: its last sampler."""
    drawing = [graph.nodes[node] for node, _, inputs in graph.rows() if not _SETTINGS.isdisjoint(inputs)]
    samplers = [node for node in drawing if is_sampler(node)]
    if not samplers:
        found = (node for node in drawing if node.has("steps") and node.has("sampler_name"))
        alone = (node for node in found if _SAVED.isdisjoint(node.inputs))
        node = next(alone, None)
        return Passes(output=None, main=node, later=()) if node else None
    used = {
        node.id
        for sampler in samplers[:_MOST_OUTPUTS]
        for node in nearest(graph, picture_links(graph, sampler), picture_links, is_sampler)
    }
    last = next((node for node in samplers if node.id not in used), samplers[0])
    return _passes_to(graph, Node(id="", kind="", inputs={"images": Link(last.id, 0)}))

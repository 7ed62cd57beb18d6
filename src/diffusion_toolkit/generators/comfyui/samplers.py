"""The settings of one sampler, wherever they are set: on the node, or on those that give it noise, sigmas, sampler."""

import re

from diffusion_toolkit.generators.comfyui.graph import Graph, Node
from diffusion_toolkit.generators.comfyui.passes import is_sampler
from diffusion_toolkit.generators.comfyui.values import FAMILIES, Found, find, found_at, setting
from diffusion_toolkit.generators.comfyui.walk import nearest, picture_links
from diffusion_toolkit.record import JsonValue

_SEED, _STEPS, _CFG, _SAMPLER, _SCHEDULER, _DENOISE, _START = FAMILIES[:7]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGMA = re.compile(r"\d+\.?\d*|\.\d+")
_SIGMAS = re.compile(r"[\s\[(]*[\d.]+(?:[\s,;]+[\d.]+){1,10000}[\s,;\])]*")
_NO_SCHEDULE = frozenset({"Basic"})
_DEEPEST = 20
_LONGEST_KIND = 60


def text(value: JsonValue) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value.strip() else None


def seed_of(graph: Graph, node: Node) -> Found | None:
    """The seed of the noise: a sampler that adds none goes on with the noise of the one before."""
    noise = graph.at(node.link("noise"))
    added = setting(graph, node, "add_noise")
    if (added and added.value in ("disable", False)) or (noise and "disable" in noise.kind.casefold()):
        before = nearest(graph, picture_links(graph, node), picture_links, is_sampler)
        node = before[0] if before else node
    return setting(graph, node, *_SEED)


def steps_of(graph: Graph, node: Node) -> Found | None:
    """How many steps the sampler's schedule has; of noise levels that are listed, one less than there are."""
    named = setting(graph, node, *_STEPS)
    if named is not None:
        return named
    source = graph.at(node.link("sigmas"))
    listed = find(graph, source, "sigmas") if source is not None else None
    if listed is None or not isinstance(listed.value, str) or not _SIGMAS.fullmatch(listed.value):
        return None
    return Found(len(_SIGMA.findall(listed.value)) - 1, listed.place)


def cfg_of(graph: Graph, node: Node) -> Found | None:
    """How strongly the prompt guides the sampler."""
    return setting(graph, node, *_CFG)


def denoise_of(graph: Graph, node: Node) -> Found | None:
    """How much of the picture the sampler starts from is drawn anew, 0 to 1."""
    return setting(graph, node, *_DENOISE)


def start_of(graph: Graph, node: Node) -> Found | None:
    """The step with which the sampler begins."""
    return setting(graph, node, *_START)


def sampler_of(graph: Graph, node: Node) -> Found | None:
    """The sampler's name; of a node like SamplerEulerAncestral it is in the node's class."""
    named = setting(graph, node, *_SAMPLER)
    if named is not None and text(named.value):
        return named
    source = graph.at(node.link("sampler"))
    plain = source.kind.removeprefix("Sampler") if source and source.kind.startswith("Sampler") else ""
    return found_at(_in_words(plain), source, None) if source and plain else None


def scheduler_of(graph: Graph, node: Node) -> Found | None:
    """The schedule's name; of a node like KarrasScheduler it is in the node's class."""
    named = setting(graph, node, *_SCHEDULER)
    if named is not None and text(named.value):
        return named
    source = graph.at(node.link("sigmas"))
    for _ in range(_DEEPEST):
        if source is None:
            break
        plain = source.kind.removesuffix("Scheduler") if source.kind.endswith("Scheduler") else ""
        if plain and plain not in _NO_SCHEDULE:
            return found_at(_in_words(plain), source, None)
        source = graph.at(source.link("sigmas", "sigmas_1", "sigmas1"))
    return None


def _in_words(plain: str) -> str:
    """ "EulerAncestral" as euler_ancestral."""
    return _CAMEL.sub("_", plain[:_LONGEST_KIND]).casefold()

"""From a graph to a recipe: settings of the main sampler, its prompts and models, and the passes after it."""

import re

from diffusion_toolkit.generators.comfyui.conditioning import Found, find_prompt
from diffusion_toolkit.generators.comfyui.graph import Graph, Node
from diffusion_toolkit.generators.comfyui.models import find_model, find_vae
from diffusion_toolkit.generators.comfyui.passes import Passes, asked_size, find_passes, is_sampler
from diffusion_toolkit.generators.comfyui.values import TextReader, scalar, setting
from diffusion_toolkit.generators.comfyui.walk import nearest, picture_links
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed
from diffusion_toolkit.generators.grammar.prompt_tags import embeddings_in
from diffusion_toolkit.record import JsonValue, Recipe

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def recipe_of_graph(graph: Graph, source: str, size: tuple[int, int] | None) -> Recipe:
    """The recipe of the picture of this size; a graph in which no sampler is found still counts as a workflow."""
    reader = TextReader(graph)
    passes = find_passes(graph, size)
    if passes is None:
        return _without_sampler(graph, source, reader)
    main = passes.main
    positive = find_prompt(graph, main, "positive", reader)
    negative = find_prompt(graph, main, "negative", reader)
    models, loras = find_model(graph, main)
    later = _later(graph, passes, models[0] if models else None)
    return Recipe(
        generator="comfyui",
        source=source,
        prompt=positive.prompt,
        negative_prompt=negative.prompt,
        steps=read_count(setting(graph, main, "steps")),
        sampler=_sampler(graph, main),
        scheduler=_scheduler(graph, main),
        cfg_scale=read_decimal(setting(graph, main, "cfg", "cfg_scale")),
        seed=_seed(graph, main),
        model=models[0] if models else None,
        vae=find_vae(graph, passes.output, main),
        clip_skip=positive.clip_skip,
        denoising_strength=read_decimal(setting(graph, main, "denoise")),
        size=asked_size(graph, main),
        loras=loras,
        hires=later.get("hires", {}),
        refiner=later.get("refiner", {}),
        controlnets=tuple(positive.controlnets),
        embeddings=embeddings_in(positive.prompt, negative.prompt),
        extra=_extra(positive, models),
        workflow=True,
    )


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _seed(graph: Graph, main: Node) -> int | None:
    """The seed of the noise: a sampler that adds none goes on with the noise of the one before."""
    node = main
    if setting(graph, main, "add_noise") in ("disable", False):
        before = nearest(graph, picture_links(main), picture_links, is_sampler)
        node = before[0] if before else main
    return read_seed(setting(graph, node, "seed", "noise_seed"))


def _sampler(graph: Graph, node: Node) -> str | None:
    """The sampler's name; of a node like SamplerEulerAncestral it is in the node's class."""
    name = _text(setting(graph, node, "sampler_name", "sampler"))
    if name:
        return name
    source = graph.at(node.link("sampler"))
    plain = source.kind.removeprefix("Sampler") if source and source.kind.startswith("Sampler") else ""
    return _CAMEL.sub("_", plain).casefold() or None


def _scheduler(graph: Graph, node: Node) -> str | None:
    """The schedule's name; of a node like KarrasScheduler it is in the node's class."""
    name = _text(setting(graph, node, "scheduler", "scheduler_name"))
    if name:
        return name
    source, depth = graph.at(node.link("sigmas")), 0
    while source is not None and depth < 20:
        if source.kind.endswith("Scheduler"):
            return _CAMEL.sub("_", source.kind.removesuffix("Scheduler")).casefold() or None
        source, depth = graph.at(source.link("sigmas")), depth + 1
    return None


def _later(graph: Graph, passes: Passes, model: str | None) -> dict[str, dict[str, JsonValue]]:
    """The first pass of each kind after the main one: a refiner takes over its steps, a hires pass draws again."""
    found: dict[str, dict[str, JsonValue]] = {}
    for node in passes.later:
        models, _ = find_model(graph, node)
        own = models[0] if models and models[0] != model else None
        start = read_count(setting(graph, node, "start_at_step"))
        upscaled = asked_size(graph, node) != asked_size(graph, passes.main)
        kind = "refiner" if start and not upscaled and own else "hires"
        values: dict[str, JsonValue] = {
            "model": own,
            "steps": read_count(setting(graph, node, "steps")),
            "start_at_step": start or None,
            "denoising_strength": read_decimal(setting(graph, node, "denoise")),
            "sampler": _sampler(graph, node),
            "scheduler": _scheduler(graph, node),
            "cfg_scale": read_decimal(setting(graph, node, "cfg")),
            "seed": read_seed(setting(graph, node, "seed", "noise_seed")),
        }
        found.setdefault(kind, {key: value for key, value in values.items() if value is not None})
    return found


def _extra(positive: Found, models: list[str]) -> dict[str, JsonValue]:
    extra: dict[str, JsonValue] = {}
    if positive.guidance is not None:
        extra["guidance"] = positive.guidance
    if len(models) > 1:
        extra["models"] = list[JsonValue](models)
    return extra


def _without_sampler(graph: Graph, source: str, reader: TextReader) -> Recipe:
    """A graph without a sampler we know: texts by the titles people give their nodes, and nothing guessed beyond."""
    texts: dict[str, str] = {}
    for node in graph.nodes.values():
        title = node.title.casefold()
        polarity = "negative" if "negative" in title else "positive" if "positive" in title else None
        if polarity and "encode" in node.kind.casefold() and "text" in node.inputs and polarity not in texts:
            text = reader.read(node.inputs["text"], polarity)
            if text and text.strip():
                texts[polarity] = text.strip()
    seeds = [
        scalar(graph, node, name) for node in graph.nodes.values() for name in ("noise_seed", "seed") if node.has(name)
    ]
    return Recipe(
        generator="comfyui",
        source=source,
        prompt=texts.get("positive"),
        negative_prompt=texts.get("negative"),
        seed=read_seed(seeds[0]) if len(seeds) == 1 else None,
        workflow=True,
    )

"""From a graph to a recipe: settings of the main sampler, its prompts and models, and the passes after it."""

from diffusion_toolkit.generators.comfyui.conditioning import Conditioning, find_prompt
from diffusion_toolkit.generators.comfyui.graph import Graph, Node
from diffusion_toolkit.generators.comfyui.later import Later, find_later
from diffusion_toolkit.generators.comfyui.models import Models, decoder, find_models, find_vae
from diffusion_toolkit.generators.comfyui.origins import Origins
from diffusion_toolkit.generators.comfyui.passes import find_passes, node_is_saved, outputs_of
from diffusion_toolkit.generators.comfyui.samplers import (
    cfg_of,
    denoise_of,
    sampler_of,
    scheduler_of,
    seed_of,
    steps_of,
    text,
)
from diffusion_toolkit.generators.comfyui.saved import with_saved
from diffusion_toolkit.generators.comfyui.sizes import asked_size
from diffusion_toolkit.generators.comfyui.texts import TextReader
from diffusion_toolkit.generators.comfyui.values import find
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed
from diffusion_toolkit.generators.grammar.prompt_tags import embeddings_in
from diffusion_toolkit.record import JsonValue, Recipe, WorkflowGraph


def recipe_of_graph(
    graph: Graph,
    source: str,
    size: tuple[int, int] | None,
    path: str = "inputs.",
    *,
    shape: WorkflowGraph | None = None,
    problems: tuple[str, ...] = (),
) -> Recipe:
    """The recipe of the picture of this size; a graph in which no sampler is found still counts as a workflow.

    path: what the text calls the place of a node's values, before their names; shape, problems: go into the recipe.
    """
    reader = TextReader(graph)
    origins = Origins(source, path)
    passes = find_passes(graph, size)
    if passes is None:
        return _without_sampler(graph, source, reader, origins, shape, problems)
    main = passes.main
    positive = find_prompt(graph, main, "positive", reader)
    negative = find_prompt(graph, main, "negative", reader)
    prompt, negative_prompt = positive.prompt, negative.prompt
    models = find_models(graph, main)
    later = find_later(graph, passes, models.name, prompt, reader)
    asked = asked_size(graph, main)
    vae = find_vae(graph, [*(decoder(graph, passes.output) if passes.output else ()), main])
    embeddings = embeddings_in(prompt, negative_prompt)
    _note(origins, positive, negative, models, later)
    if embeddings:
        said = (said for said in (*positive.texts, *negative.texts) if embeddings_in(said.text))
        origins.note("embeddings", (place for text in said for place in text.places))
    if asked is not None:
        origins.note("size", asked.places)
    recipe = Recipe(
        generator="comfyui",
        source=source,
        prompt=prompt,
        negative_prompt=negative_prompt,
        steps=origins.take("steps", steps_of(graph, main), read_count),
        sampler=origins.take("sampler", sampler_of(graph, main), text),
        scheduler=origins.take("scheduler", scheduler_of(graph, main), text),
        cfg_scale=origins.take("cfg_scale", cfg_of(graph, main), read_decimal),
        seed=origins.take("seed", seed_of(graph, main), read_seed),
        model=origins.take("model", models.names[0] if models.names else None, text),
        vae=origins.take("vae", vae, text),
        clip_skip=origins.take("clip_skip", positive.clip_skip, _layers),
        denoising_strength=origins.take("denoising_strength", denoise_of(graph, main), read_decimal),
        size=asked.sides if asked else None,
        loras=tuple(loaded.lora for loaded in models.loras),
        hires=later.hires.fields,
        refiner=later.refiner.fields,
        controlnets=tuple(unit.fields for unit in positive.controlnets),
        embeddings=embeddings,
        extra=_extra(positive, models, later),
        workflow=True,
        graph=shape,
        problems=problems,
        origins=origins.by_field,
    )
    return with_saved(graph, passes.output, recipe, reader, origins) if passes.output else recipe


def _layers(value: JsonValue) -> int | None:
    """How many layers CLIP leaves out, counted 1, 2, …"""
    number = read_count(value)
    return abs(number) if number else None


def _note(origins: Origins, positive: Conditioning, negative: Conditioning, models: Models, later: Later) -> None:
    """Where everything stands that is put together from several places."""
    origins.note("prompt", positive.places)
    origins.note("negative_prompt", negative.places)
    if models.loras:
        origins.note("loras", [place for loaded in models.loras for place in loaded.places])
    origins.note("hires", later.hires.places)
    origins.note("refiner", later.refiner.places)
    if positive.controlnets:
        origins.note("controlnets", [place for unit in positive.controlnets for place in unit.places])


def _extra(positive: Conditioning, models: Models, later: Later) -> dict[str, JsonValue]:
    extra: dict[str, JsonValue] = {}
    if positive.guidance is not None:
        extra["guidance"] = read_decimal(positive.guidance.value)
    if len(models.names) > 1:
        extra["models"] = [name.value for name in models.names]
    if models.hypernetworks:
        extra["hypernetworks"] = models.hypernetworks
    if models.adapters:
        extra["adapters"] = models.adapters
    if later.upscaler is not None and later.upscaler.upscaler is not None:
        extra["upscaler"] = later.upscaler.upscaler.value
    if later.passes:
        extra["passes"] = later.passes
    return extra


def _without_sampler(
    graph: Graph,
    source: str,
    reader: TextReader,
    origins: Origins,
    shape: WorkflowGraph | None,
    problems: tuple[str, ...],
) -> Recipe:
    """A graph without a sampler we know: texts by the titles people give their nodes, and nothing guessed beyond."""
    texts: dict[str, str] = {}
    for key, kind, inputs in graph.rows():
        if "text" not in inputs or "encode" not in kind.casefold():
            continue
        node = graph.nodes[key]
        title = node.title.casefold()
        polarity = "negative" if "negative" in title else "positive" if "positive" in title else None
        if polarity and polarity not in texts:
            said = reader.read(node, "text", polarity)
            if said and said.text.strip():
                texts[polarity] = said.text.strip()
                origins.note("prompt" if polarity == "positive" else "negative_prompt", said.places)
    seeds = _seeds(graph)
    found = find(graph, *seeds[0]) if len(seeds) == 1 else None
    recipe = Recipe(
        generator="comfyui",
        source=source,
        prompt=texts.get("positive"),
        negative_prompt=texts.get("negative"),
        seed=origins.take("seed", found, read_seed),
        workflow=True,
        graph=shape,
        problems=problems,
        origins=origins.by_field,
    )
    saver = next((node for node in outputs_of(graph) if node_is_saved(node)), None)
    return recipe if saver is None else with_saved(graph, saver, recipe, reader, origins)


def _seeds(graph: Graph) -> list[tuple[Node, str]]:
    names = ("noise_seed", "seed")
    return [(graph.nodes[key], name) for key, _, inputs in graph.rows() for name in names if name in inputs]

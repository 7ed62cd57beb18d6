"""What was done to a picture after it was drawn: a refiner, a hires pass, faces drawn again, enlarging."""

from collections.abc import Callable
from dataclasses import dataclass, field

from diffusion_toolkit.generators.comfyui.conditioning import find_prompt
from diffusion_toolkit.generators.comfyui.graph import Graph, Node
from diffusion_toolkit.generators.comfyui.loras import NONE
from diffusion_toolkit.generators.comfyui.models import main_model
from diffusion_toolkit.generators.comfyui.passes import Passes
from diffusion_toolkit.generators.comfyui.samplers import (
    cfg_of,
    denoise_of,
    sampler_of,
    scheduler_of,
    seed_of,
    start_of,
    steps_of,
    text,
)
from diffusion_toolkit.generators.comfyui.sizes import Enlarging, asked_size, enlarging
from diffusion_toolkit.generators.comfyui.texts import TextReader
from diffusion_toolkit.generators.comfyui.values import Found, Place, find
from diffusion_toolkit.generators.comfyui.walk import path, picture_links
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed
from diffusion_toolkit.record import JsonValue

_DETAILS = frozenset({"bbox_detector", "segs", "guide_size", "detailer_pipe", "detailer_hook", "bbox_model"})
"""Inputs of nodes that draw parts of a picture again, faces above all."""
_SCRIPTS = (
    ("steps", "hires_steps", read_count),
    ("denoising_strength", "denoise", read_decimal),
    ("upscale", "upscale_by", read_decimal),
    ("model", "hires_ckpt_name", text),
    ("seed", "seed", read_seed),
)


@dataclass(slots=True)
class Described:
    """Some settings as the record has them, and where they stand."""

    fields: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    places: list[Place] = field(default_factory=list[Place])

    def keep(self, key: str, found: Found | None, reader: Callable[[JsonValue], JsonValue]) -> None:
        """Take a value, where it is one."""
        value = None if found is None else reader(found.value)
        if found is not None and value is not None and key not in self.fields:
            self.fields[key] = value
            self.places.append(found.place)


@dataclass(slots=True)
class Later:
    """The first refiner and hires pass, all passes in their order when these do not say everything, and the models
    that enlarged the finished picture."""

    refiner: Described = field(default_factory=Described)
    hires: Described = field(default_factory=Described)
    passes: list[JsonValue] = field(default_factory=list[JsonValue])
    upscaler: Enlarging | None = None


def find_later(graph: Graph, passes: Passes, model: str | None, prompt: str | None, reader: TextReader) -> Later:
    """What the passes after the main one did."""
    later = Later()
    described: list[tuple[str, Node, Described]] = []
    before = passes.main
    for node in passes.later:
        kind, values = _described(graph, node, before, model)
        described.append((kind, node, values))
        target = {"refiner": later.refiner, "hires": later.hires}.get(kind)
        if target is not None and not target.fields:
            target.fields, target.places = values.fields, values.places
        before = node
    _inside(graph, passes.main, later)
    told = bool(later.refiner.fields) + bool(later.hires.fields)
    if len(described) > told or passes.beside:
        later.passes = _listed(graph, passes, described, prompt, reader)
    if passes.output is not None:
        last = passes.later[-1] if passes.later else passes.main
        way = path(graph, passes.output, picture_links, lambda node: node is last)
        later.upscaler = enlarging(graph, way[:-1])
    return later


def _described(graph: Graph, node: Node, before: Node, model: str | None) -> tuple[str, Described]:
    values = Described()
    found = main_model(graph, node)
    own = found if found and found.value != model else None
    start = start_of(graph, node)
    is_detail = not _DETAILS.isdisjoint(node.inputs)
    way = path(graph, node, picture_links, lambda other: other is before)
    bigger = None if is_detail else enlarging(graph, [node, *way[:-1]])
    kind = _kind(graph, node, before, is_detail, own is not None, bigger)
    values.keep("model", own, text)
    values.keep("steps", steps_of(graph, node), read_count)
    values.keep("start_at_step", start if start and read_count(start.value) else None, read_count)
    values.keep("denoising_strength", denoise_of(graph, node), read_decimal)
    values.keep("sampler", sampler_of(graph, node), text)
    values.keep("scheduler", scheduler_of(graph, node), text)
    values.keep("cfg_scale", cfg_of(graph, node), read_decimal)
    values.keep("seed", seed_of(graph, node), read_seed)
    if bigger is not None and kind == "hires":
        _keep_enlarging(values, bigger)
    return kind, values


def _kind(
    graph: Graph, node: Node, before: Node, is_detail: bool, has_own_model: bool, bigger: Enlarging | None
) -> str:
    if is_detail:
        return "detailer"
    sizes = asked_size(graph, node), asked_size(graph, before)
    if bigger is not None or (sizes[0] and sizes[1] and sizes[0].sides != sizes[1].sides):
        return "hires"
    return "refiner" if has_own_model else "hires"


def _keep_enlarging(values: Described, bigger: Enlarging) -> None:
    values.keep("upscaler", bigger.upscaler, text)
    values.keep("upscale", bigger.factor, read_decimal)
    if bigger.size is not None and "upscale" not in values.fields:
        values.fields["resize"] = "x".join(map(str, bigger.size.sides))
        values.places.extend(bigger.size.places)


def _inside(graph: Graph, main: Node, later: Later) -> None:
    """Passes that a sampler makes all by itself: by a script plugged into it, or with a refiner of its loader."""
    script = graph.at(main.link("script"))
    if script is not None and "hires_steps" in script.inputs and not later.hires.fields:
        for key, name, reader in _SCRIPTS:
            found = find(graph, script, name) if name in script.inputs else None
            is_same = key == "seed" and script.inputs.get("use_same_seed") is True
            if found is not None and not is_same and str(found.value).casefold() not in NONE:
                later.hires.keep(key, found, reader)
        pixel = script.inputs.get("upscale_type") == "pixel"
        later.hires.keep("upscaler", find(graph, script, "pixel_upscaler" if pixel else "latent_upscaler"), text)
    if "refine_at_step" in main.inputs and not later.refiner.fields:
        start = find(graph, main, "refine_at_step")
        loader = graph.at(main.link("sdxl_tuple"))
        model = find(graph, loader, "refiner_ckpt_name") if loader else None
        if start and (read_count(start.value) or -1) > 0 and model and str(model.value).casefold() not in NONE:
            later.refiner.keep("model", model, text)
            later.refiner.keep("start_at_step", start, read_count)


def _listed(
    graph: Graph, passes: Passes, described: list[tuple[str, Node, Described]], prompt: str | None, reader: TextReader
) -> list[JsonValue]:
    """Every pass in the order they ran, with its own prompt where that is another."""
    beside = [("part", node, _described(graph, node, passes.main, None)[1]) for node in reversed(passes.beside)]
    listed: list[JsonValue] = []
    for kind, node, values in [
        *beside,
        ("main", passes.main, _described(graph, passes.main, passes.main, None)[1]),
        *described,
    ]:
        entry: dict[str, JsonValue] = {"kind": kind, "node": node.id, "class": node.kind}
        own = find_prompt(graph, node, "positive", reader).prompt
        if own and own != prompt:
            entry["prompt"] = own
        listed.append(entry | values.fields)
    return listed

"""The prompts: from a sampler along its positive or negative input to the nodes that encode text."""

import re
from dataclasses import dataclass, field

from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.comfyui.values import TextReader, scalar
from diffusion_toolkit.generators.comfyui.walk import BUNDLE, MOST_STEPS, chosen
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal
from diffusion_toolkit.record import JsonValue

_NEUTRAL = re.compile(r"(?:.*conditioning.*|cond|text_embeds|c|style_conditioning|conditionings?)_?\d*$", re.IGNORECASE)
_TEXTS = (
    "prepend_text", "pre_text", "text", "append_text", "app_text", "prompt", "text_g", "text_l", "clip_g", "clip_l",
    "t5xxl", "text_clip_l", "bert", "mt5xl", "llama", "string", "value", "user_prompt", "populated_text",
    "wildcard_text", "tags", "caption", "instruction",
)  # fmt: skip
_NOT_TEXT = re.compile(
    r"model|clip|vae|control_net|image|mask|pixels|latent|width|height|strength|seed|lora|style_model|token|weight|"
    r"interpretation|control_after|embeds|mode|prefix$|suffix$",
    re.IGNORECASE,
)
_OPPOSITE = {"positive": "negative", "negative": "positive"}


@dataclass(slots=True)
class Found:
    """What stands on the way from a sampler to its texts."""

    texts: list[str] = field(default_factory=list[str])
    controlnets: list[dict[str, JsonValue]] = field(default_factory=list[dict[str, JsonValue]])
    guidance: float | None = None
    clip_skip: int | None = None

    @property
    def prompt(self) -> str | None:
        """The texts as one, each once, in the order they were combined."""
        return "\n".join(dict.fromkeys(text for text in self.texts if text)) or None


def find_prompt(graph: Graph, sampler: Node, polarity: str, reader: TextReader) -> Found:
    """The prompt of one polarity ("positive" or "negative") with the control nets on its way."""
    found = Found()
    seen: set[str] = set()
    waiting: list[tuple[Link, bool] | list[str]] = [*reversed(_steps(sampler, polarity, settled=False))]
    while waiting and len(seen) < MOST_STEPS:
        item = waiting.pop()
        if isinstance(item, list):
            found.texts.extend(item)
            continue
        link, settled = item
        node = graph.at(link)
        if node is None or node.id in seen or "zeroout" in node.kind.casefold():
            continue
        seen.add(node.id)
        own = _own_texts(node, polarity, reader, settled=settled)
        steps = _steps(node, polarity, settled=settled)
        if not own and not steps and settled and (text := reader.read(link, polarity)):
            own = [text.strip()]
        _look(graph, node, found)
        waiting.extend([own, *reversed(steps)])
    return found


def _steps(node: Node, polarity: str, *, settled: bool) -> list[tuple[Link, bool]]:
    """Where the conditioning of this polarity comes from.

    settled: a link named after the polarity was followed already, so that a plain `conditioning` belongs to it;
    before that, it is the positive one.
    """
    opposite = _OPPOSITE[polarity]
    links = list(node.links())
    named = [(name, link) for name, link in links if _is_named(name, polarity)]
    if named:
        return [(link, True) for link in chosen(node, named)]
    if settled or polarity == "positive":
        neutral = [(name, link) for name, link in links if _NEUTRAL.match(name)]
        if neutral:
            return [(link, settled) for link in chosen(node, neutral)]
    bundles = [(name, link) for name, link in links if BUNDLE.match(name) and opposite not in name.casefold()]
    return [(link, settled) for link in chosen(node, bundles)]


def _is_named(name: str, polarity: str) -> bool:
    folded = name.casefold()
    return polarity in folded or folded in (polarity[:3], f"{polarity[:3]}_cond")


def _own_texts(node: Node, polarity: str, reader: TextReader, *, settled: bool) -> list[str]:
    """The texts a node itself encodes."""
    names = [name for name, value in node.inputs.items() if isinstance(value, str) and _is_named(name, polarity)]
    names = [name for name in names if not _NOT_TEXT.search(name)]
    if settled or polarity == "positive":
        names.extend(name for name in _TEXTS if name in node.inputs)
    texts = (reader.read(node.inputs[name], polarity) for name in dict.fromkeys(names))
    return [text.strip() for text in texts if text and text.strip()]


def _look(graph: Graph, node: Node, found: Found) -> None:
    """Take notes of what else this node says."""
    control = node.link("control_net", "controlnet")
    if control:
        found.controlnets.append(_controlnet(graph, node, control))
    if found.guidance is None and node.has("guidance"):
        found.guidance = read_decimal(scalar(graph, node, "guidance"))
    if found.clip_skip is None and (clip := node.link("clip")):
        found.clip_skip = _clip_skip(graph, clip)


def _controlnet(graph: Graph, node: Node, control: Link) -> dict[str, JsonValue]:
    unit: dict[str, JsonValue] = {}
    source, depth = graph.at(control), 0
    while source is not None and depth < 20:
        name = next((scalar(graph, source, key) for key in ("control_net_name", "model") if key in source.inputs), None)
        if isinstance(name, str):
            unit["model"] = name
            break
        source, depth = graph.at(source.link("control_net", "controlnet")), depth + 1
    strength = read_decimal(scalar(graph, node, "strength"))
    if strength is not None:
        unit["weight"] = strength
    for key in ("start_percent", "end_percent"):
        if (number := read_decimal(scalar(graph, node, key))) is not None:
            unit[key] = number
    return unit


def _clip_skip(graph: Graph, clip: Link) -> int | None:
    """How many layers before the last CLIP stops: ComfyUI counts -1, -2, others 1, 2."""
    node, depth = graph.at(clip), 0
    while node is not None and depth < 60:
        for name in ("stop_at_clip_layer", "clip_skip"):
            number = read_count(scalar(graph, node, name)) if name in node.inputs else None
            if number:
                return abs(number)
        link = node.link("clip") or next((link for name, link in node.links() if BUNDLE.match(name)), None)
        node, depth = graph.at(link), depth + 1
    return None

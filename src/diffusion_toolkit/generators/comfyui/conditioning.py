"""The prompts: from a sampler along its positive or negative input to the nodes that encode text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from diffusion_toolkit.generators.comfyui.controlnets import Unit, controlnets_of
from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.comfyui.names import is_bundle, polarity_of, role_of
from diffusion_toolkit.generators.comfyui.switches import chosen
from diffusion_toolkit.generators.comfyui.text_edits import Said
from diffusion_toolkit.generators.comfyui.texts import TextReader
from diffusion_toolkit.generators.comfyui.values import Found, Place, find
from diffusion_toolkit.generators.comfyui.walk import MOST_STEPS
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal

_TEXTS = (
    "prepend_text", "pre_text", "populated_text", "text", "prompts", "append_text", "app_text", "prompt", "text_g",
    "text_l", "clip_g", "clip_l", "t5xxl", "text_clip_l", "bert", "mt5xl", "llama", "user_prompt", "wildcard_text",
    "tags", "caption", "instruction", "main_prompt", "global_prompt", "local_prompts", "lyrics",
)  # fmt: skip
"""Inputs of text encoders that hold texts, in the order in which they belong together."""
_TEXT_ORDER = {name: number for number, name in enumerate(_TEXTS)}
_SERVICE_TEXT = "model.prompt"
"""Where web services have it whose inputs depend on the chosen model."""
_TEMPLATES = {"populated_text": "wildcard_text"}
"""What was filled in, and the template it was filled into, which does not count then."""
_NOT_TEXT = (
    "model", "clip", "vae", "control_net", "image", "mask", "pixels", "latent", "width", "height", "strength", "seed",
    "lora", "token", "weight", "interpretation", "control_after", "embeds", "mode", "prefix", "suffix", "ascore",
    "style_name", "magic", "select", "preset",
)  # fmt: skip
"""Parts of names that speak of a prompt without holding it: positive_ascore, negative_prefix …"""
_OPPOSITE = {"positive": "negative", "negative": "positive"}
_NEGATIVE_TEXT = re.compile(r"(?:negative|neg)_?(?:prompt|text)$", re.IGNORECASE)
"""Where a node that encodes both has its negative text; what else it holds is then the positive one."""
_ENCODES = frozenset(
    {"clip", "t5", "text_encoder", "text_encoders", "model", "opt_clip", "clip_opt", "base_clip", "bert"}
)
"""Inputs of nodes that encode a text, while string nodes only hand it on."""
_MOST_CLIP_LOOKS = 16
_CLIP_LAYERS = ("stop_at_clip_layer", "clip_skip", "base_clip_skip")


@dataclass(slots=True)
class Conditioning:
    """What stands on the way from a sampler to its texts."""

    texts: list[Said] = field(default_factory=list[Said])
    controlnets: list[Unit] = field(default_factory=list[Unit])
    guidance: Found | None = None
    clip_skip: Found | None = None
    clip_looks: int = 0

    @property
    def prompt(self) -> str | None:
        """The texts as one, each once, in the order they were combined."""
        return "\n".join(dict.fromkeys([said.text for said in self.texts if said.text])) or None

    @property
    def places(self) -> list[Place]:
        """Where the texts stand; a text that is there twice has two places."""
        return list(dict.fromkeys([place for said in self.texts for place in said.places]))


def find_prompt(graph: Graph, sampler: Node, polarity: str, reader: TextReader) -> Conditioning:
    """The prompt of one polarity ("positive" or "negative"), the positive one with the control nets on its way."""
    found = Conditioning()
    seen: set[str] = set()
    waiting: list[tuple[Link, bool] | list[Said]] = [_own_texts(sampler, polarity, reader, settled=False)]
    waiting[:0] = reversed(_steps(graph, sampler, polarity, settled=False))
    while waiting and len(seen) < MOST_STEPS:
        item = waiting.pop()
        if isinstance(item, list):
            found.texts.extend(item)
            continue
        link, settled = item
        node = graph.at(link)
        if node is None or node.id in seen or "zeroout" in node.kind.casefold().replace("_", ""):
            continue
        seen.add(node.id)
        steps = _steps(graph, node, polarity, settled=settled)
        if steps and _replaces(node, polarity):
            steps = []
        if settled and not steps and _is_text(node):
            own = _stripped([said] if (said := reader.follow(link, polarity)) else [])
        else:
            own = _own_texts(node, polarity, reader, settled=settled)
        if polarity == "positive":
            _look(graph, node, found)
        waiting.extend([own, *reversed(steps)])
    return found


def _steps(graph: Graph, node: Node, polarity: str, *, settled: bool) -> list[tuple[Link, bool]]:
    """Where the conditioning of this polarity comes from.

    settled: a link named after the polarity was followed already, so that a plain `conditioning` belongs to it;
    before that, it is the positive one, and of the negative one only what names itself so is believed.
    """
    named: list[tuple[str, Link]] = []
    neutral: list[tuple[str, Link]] = []
    bundles: list[tuple[str, Link]] = []
    for pair in node.links():
        role = role_of(pair[0])
        if role.polarity is None:
            if role.is_conditioning:
                neutral.append(pair)
            if role.is_bundle:
                bundles.append(pair)
        elif role.polarity == polarity and not role.is_refiner:
            named.append(pair)
    if named:
        return [(link, True) for link in chosen(graph, node, named)]
    if "cfg_conds" in node.inputs:  # a guider of two: the second is the negative one, with pictures to keep to
        neutral = [pair for pair in neutral if pair[0] != "cond2"]
    return [(link, settled) for link in chosen(graph, node, neutral or bundles)]


def _replaces(node: Node, polarity: str) -> bool:
    """Whether a node puts its own text in the place of the one in the pipe that comes into it."""
    if "edit" not in node.kind.casefold() or node.inputs.get("conditioning_mode", "replace") != "replace":
        return False
    names = (name for name, value in node.inputs.items() if isinstance(value, str) and value.strip())
    return any(polarity_of(name) == polarity for name in names)


def _own_texts(node: Node, polarity: str, reader: TextReader, *, settled: bool) -> list[Said]:
    """The texts a node itself encodes."""
    names = [name for name, value in node.inputs.items() if _holds(name, value, polarity)]
    is_of_other = polarity == "negative" and (names or any(_NEGATIVE_TEXT.match(name) for name in node.inputs))
    if polarity == "positive" or (settled and not is_of_other):
        usual = [name for name in node.inputs if name in _TEXT_ORDER]
        names.extend(usual if len(usual) < 2 else sorted(usual, key=_TEXT_ORDER.__getitem__))
        if not names and _SERVICE_TEXT in node.inputs:
            names.append(_SERVICE_TEXT)
    if not names:
        return []
    said = {name: text for name in dict.fromkeys(names) if (text := reader.read(node, name, polarity))}
    for filled, template in _TEMPLATES.items():
        if filled in said:
            said.pop(template, None)
    return _stripped(said.values())


def _holds(name: str, value: object, polarity: str) -> bool:
    """Whether an input is the text of this prompt, by its name. A link may carry a text too, to a pipe or loader."""
    if not isinstance(value, str) or polarity_of(name) != polarity:
        return False
    folded = name.casefold()
    return not any(part in folded for part in _NOT_TEXT) and "refiner" not in folded


def _stripped(texts: Iterable[Said]) -> list[Said]:
    return [Said(text, said.places) for said in texts if (text := said.text.strip())]


def _is_text(node: Node) -> bool:
    """Whether a node hands on a text: it neither encodes one nor makes a conditioning of a picture."""
    if not _ENCODES.isdisjoint(node.inputs):
        return False
    return node.link("clip_vision", "clip_vision_output", "init_image", "image", "start_image", "pixels") is None


def _look(graph: Graph, node: Node, found: Conditioning) -> None:
    """Take notes of what else this node says."""
    found.controlnets.extend(controlnets_of(graph, node))
    if found.guidance is None and "guidance" in node.inputs:
        guidance = find(graph, node, "guidance")
        found.guidance = guidance if guidance and read_decimal(guidance.value) is not None else None
    if found.clip_skip is None and found.clip_looks < _MOST_CLIP_LOOKS:
        found.clip_looks += 1
        found.clip_skip = _clip_skip(graph, node)


def _clip_skip(graph: Graph, node: Node | None) -> Found | None:
    """How many layers before the last CLIP stops: ComfyUI counts -1, -2, others 1, 2."""
    for _ in range(60):
        if node is None:
            return None
        for name in _CLIP_LAYERS:
            number = find(graph, node, name) if name in node.inputs else None
            if number and read_count(number.value):
                return number
        link = node.link("clip", "opt_clip", "base_clip", "clip_opt", "optional_clip")
        link = link or next((link for name, link in node.links() if is_bundle(name)), None)
        node = graph.at(link)
    return None

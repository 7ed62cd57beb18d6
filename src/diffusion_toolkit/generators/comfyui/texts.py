"""Texts followed through string nodes: joined, replaced, filled in, chosen, as the nodes would."""

import re
from collections.abc import Sequence

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Inputs, Link, Node
from diffusion_toolkit.generators.comfyui.names import polarity_of, stem
from diffusion_toolkit.generators.comfyui.switches import chosen, let_through, sides
from diffusion_toolkit.generators.comfyui.text_edits import Said, edited
from diffusion_toolkit.generators.comfyui.values import Place, find

_DEEPEST = 60
_LONGEST_TEXTS = 16 * 1024 * 1024
_MOST_STEPS = 5_000
_MOST_PARTS = 1_000
_PARTS = frozenset(
    {
        "text", "string", "str", "prompt", "prefix", "suffix", "prepend_text", "append_text", "input", "part", "line",
        "pre_text", "app_text", "before", "after", "prepend", "append", "trigger", "style",
        *(f"{name}_{letter}" for name in ("text", "string", "prompt") for letter in "abcdefgh"),
        *(f"{name}{letter}" for name in ("text", "string") for letter in "abcdefgh"),
    }
)  # fmt: skip
"""Inputs that may hold a part of a text, their numbers left out."""
_LETTERS = frozenset("abcdefgh")
_JOINS = re.compile(r"concat|join|combine|append|merge|prepend", re.IGNORECASE)
_DELIMITERS = ("delimiter", "separator", "delimeter", "linebreak_addition", "delim")
_NAMES = (
    "populated_text", "text", "Text", "string", "String", "STRING", "prompt", "Prompt", "positive_prompt", "value",
    "wildcard_text", "text2", "multi_line_prompt", "multiline_text", "opt_prompt", "anything", "source", "any",
    "text_input", "input_text", "base_prompt", "main_prompt", "tags", "nl_prompt", "caption", "Texts",
)  # fmt: skip
"""Inputs that hold the text of a node, the likeliest first."""
_SHOWN = ("text_0", "result", "output_text", "display_text", "preview", "preview_text")
"""What a node showed when it ran before; only believed when nothing else is known."""
_TEXT_NODE = re.compile(r"string|text|prompt|primitive|wildcard|styler|show|note|literal", re.IGNORECASE)
_SPEAKERS = frozenset(
    {"temperature", "max_tokens", "max_new_tokens", "max_length", "top_p", "top_k", "num_beams", "system_prompt",
     "system_message", "llm_model", "llm", "ollama_model", "keep_model_loaded", "keep_alive", "api_key"}
)  # fmt: skip
"""Inputs of nodes that ask a language model: what they give stands nowhere in the graph."""
_CHOOSERS = frozenset({"style", "styles", "style_name", "select_styles"})
"""Inputs that name one of the texts a node keeps elsewhere."""
_LOOKERS = frozenset({"image", "images", "pixels", "image_a"})
_BETWEEN = {"LayerUtility: TextJoin": ", "}
"""What a node puts between texts that is told so nowhere."""
_OUTPUTS = {"Text String": ("text", "text_b", "text_c", "text_d")}
"""Nodes that hand each of their texts through an output of its own."""
_OPPOSITE = {"positive": "negative", "negative": "positive"}


class TextReader:
    """Follows texts through string nodes; all texts of a graph together may take 16 million characters and 5,000 steps.

    Without the limits a chain of thirty nodes, each joining the one before with itself, would fill the memory.
    """

    __slots__ = ("_graph", "_known", "_left", "_steps")

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._left = _LONGEST_TEXTS
        self._steps = _MOST_STEPS
        self._known: dict[tuple[str, int, str], Said | None] = {}

    def read(self, node: Node, name: str, polarity: str, depth: int = 0) -> Said | None:
        """The text of an input; polarity ("positive" or "negative") chooses from nodes that hold both."""
        value = node.inputs.get(name)
        if isinstance(value, str):
            self._left -= len(value)
            return Said(value, (Place(node.id, node.kind, name),)) if value and self._left >= 0 else None
        return self.follow(value, polarity, depth)

    def follow(self, value: Input, polarity: str, depth: int = 0) -> Said | None:
        """The text that comes through a link."""
        if not isinstance(value, Link) or depth > _DEEPEST or self._left < 0:
            return None
        key = (value.node, value.slot, polarity)
        if key in self._known:
            return self._known[key]
        self._known[key] = None
        self._steps -= 1
        node = self._graph.at(value) if self._steps > 0 else None
        said = self._of_node(node, value.slot, polarity, depth + 1) if node else None
        self._known[key] = said
        return said

    def _of_node(self, node: Node, slot: int, polarity: str, depth: int) -> Said | None:
        if _is_answer(node) or isinstance(node.inputs.get("code"), str):
            return self._first(node, _SHOWN, polarity, depth)
        outputs = _OUTPUTS.get(node.kind, ())
        if slot < len(outputs):
            return self.read(node, outputs[slot], polarity, depth)
        said = edited(self._graph, node, lambda name: self.read(node, name, polarity, depth))
        if said is None:
            parts = [name for name in node.inputs if stem(name) in _PARTS and name not in _SHOWN][:_MOST_PARTS]
            joins = _JOINS.search(node.kind) or (len(parts) > 1 and node.has(*_DELIMITERS))
            if joins and not parts:
                parts = [name for name in node.inputs if name in _LETTERS]
            if joins and parts:
                return self._joined(node, parts, polarity, depth)
            said = self._single(node, parts, polarity, depth)
        elif (left := self._left - len(said.text)) >= 0:
            self._left = left
        else:
            return None
        return said

    def _single(self, node: Node, parts: list[str], polarity: str, depth: int) -> Said | None:
        if pair := sides(node):
            return self._side(node, pair, polarity, depth)
        said = self._first(node, self._order(node, polarity, parts), polarity, depth)
        if said is not None:
            return said
        if _LOOKERS.isdisjoint(node.inputs):
            others = [(name, link) for name, link in node.links() if polarity_of(name) != _OPPOSITE[polarity]]
            for link in chosen(self._graph, node, others)[:4]:
                if said := self.follow(link, polarity, depth):
                    return said
        return self._first(node, _SHOWN, polarity, depth)

    def _side(self, node: Node, pair: list[str], polarity: str, depth: int) -> Said | None:
        """The side that a switch takes; when a language model was asked there, the user's own words on the other."""
        taken = let_through(self._graph, node, pair)
        said = self._first(node, taken, polarity, depth)
        if said is None and len(taken) == 1:
            value = node.inputs[taken[0]]
            source = self._graph.at(value) if isinstance(value, Link) else None
            if source is not None and _is_answer(source):
                return self._first(node, [name for name in pair if name != taken[0]], polarity, depth)
        return said

    def _first(self, node: Node, names: Sequence[str], polarity: str, depth: int) -> Said | None:
        for name in names:
            if name in node.inputs and (said := self.read(node, name, polarity, depth)):
                return said
        return None

    def _order(self, node: Node, polarity: str, parts: list[str]) -> Sequence[str]:
        """The inputs that may hold the text, the likeliest first."""
        inputs = node.inputs
        own = (name for name in inputs if polarity_of(name) == polarity)
        known = (name for name in _NAMES if name in inputs)
        found = list(dict.fromkeys((*own, *known, *parts)))
        found = [name for name in found if polarity_of(name) != _OPPOSITE[polarity] and stem(name) not in _CHOOSERS]
        if not found and _TEXT_NODE.search(node.kind):
            found = _alone_or_long(inputs)
        return let_through(self._graph, node, found)

    def _joined(self, node: Node, parts: list[str], polarity: str, depth: int) -> Said | None:
        texts = [said for name in parts if (said := self.read(node, name, polarity, depth))]
        if not texts:
            return None
        joined = self._delimiter(node).join(said.text for said in texts)
        self._left -= len(joined)
        if self._left < 0:
            return None
        return Said(joined, tuple(dict.fromkeys(place for said in texts for place in said.places)))

    def _delimiter(self, node: Node) -> str:
        name = next((name for name in _DELIMITERS if name in node.inputs), None)
        found = find(self._graph, node, name) if name else None
        value = found.value if found else None
        if not isinstance(value, str):
            return _BETWEEN.get(node.kind, "")
        return value.replace("\\n", "\n")


def _alone_or_long(inputs: Inputs) -> list[str]:
    """Of a text node nobody knows its only text, or the first of several words: single ones choose something."""
    texts = [(name, value) for name, value in inputs.items() if isinstance(value, str) and name not in _SHOWN]
    found = [name for name, value in texts if len(texts) == 1 or value.count(" ") > 1]
    return [name for name in found[:1] if stem(name) not in _CHOOSERS]


def _is_answer(node: Node) -> bool:
    """Whether a text of this node was made up by a model that was asked or shown a picture."""
    inputs = node.inputs
    if not _SPEAKERS.isdisjoint(inputs):
        return True
    return not _LOOKERS.isdisjoint(inputs) and not any(polarity_of(name) for name in inputs)

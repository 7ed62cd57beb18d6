"""Numbers and texts of a node's inputs, followed through primitive, switch and string nodes."""

import re

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Link, Node
from diffusion_toolkit.generators.comfyui.walk import bundle_links, chosen
from diffusion_toolkit.record import JsonValue

_DEEPEST = 60
_LONGEST_TEXTS = 16 * 1024 * 1024
_MOST_STEPS = 5_000
_HOLDERS = (
    "value",
    "Value",
    "int",
    "float",
    "number",
    "Number",
    "INT",
    "FLOAT",
    "seed",
    "noise_seed",
    "string",
    "text",
)
_HELPERS = re.compile(r"(?:noise|sigmas|sampler|guider|settings|.*(?:pipe|ctx|context|tuple|settings)|scheduler)_?\d*$")
_TEXT_PART = re.compile(
    r"(?:text|string|str|prompt|prefix|suffix|prepend_text|append_text|input)[_ ]?(?:[a-h]|\d{1,2})?$", re.IGNORECASE
)
_TEXT_NODE = re.compile(r"string|text|prompt|primitive|wildcard|styler|show|note", re.IGNORECASE)
_JOINS = re.compile(r"concat|join|combine|append|merge|prepend", re.IGNORECASE)
_DELIMITERS = ("delimiter", "separator", "delimeter", "linebreak_addition")
_TEXT_NAMES = (
    "populated_text", "text", "Text", "string", "String", "prompt", "value", "wildcard_text", "text_0", "text2",
    "multi_line_prompt", "opt_prompt", "anything", "source", "any", "result",
)  # fmt: skip
_OPPOSITE = {"positive": "negative", "negative": "positive"}


def scalar(graph: Graph, node: Node, name: str) -> JsonValue:
    """The value of one input: as it stands, or from the node that gives it. None when it is not known."""
    value = node.inputs.get(name)
    for _ in range(_DEEPEST):
        if not isinstance(value, Link):
            return value if isinstance(value, str | int | float) else name_in(value)
        source = graph.at(value)
        if source is None:
            return None
        holder = next((holder for holder in (name, *_HOLDERS) if holder in source.inputs), None)
        bundles = bundle_links(source) if holder is None else []
        if holder is None and not bundles:
            return _only_number(source)
        value = source.inputs[holder] if holder is not None else bundles[0]
    return None


def _only_number(node: Node) -> JsonValue:
    """The number of a node nobody knows, when it has just one."""
    numbers = [item for item in node.inputs.values() if isinstance(item, int | float) and not isinstance(item, bool)]
    return numbers[0] if len(numbers) == 1 else None


def name_in(value: Input) -> str | None:
    """The file name of a widget that wraps it: `{"content": "a.safetensors", "image": …}`."""
    if isinstance(value, dict):
        for key in ("content", "name", "value"):
            if isinstance(item := value.get(key), str):
                return item
    return None


def setting(graph: Graph, node: Node, *names: str) -> JsonValue:
    """A setting of a sampler: on the node itself, or on the nodes that give it noise, sigmas, guider, pipe …"""
    seen: set[str] = set()
    waiting = [node]
    while waiting and len(seen) < _DEEPEST:
        current = waiting.pop(0)
        if current.id in seen:
            continue
        seen.add(current.id)
        for name in names:
            if name in current.inputs and (value := scalar(graph, current, name)) is not None:
                return value
        waiting.extend(
            source for name, link in current.links() if _HELPERS.match(name) and (source := graph.at(link)) is not None
        )
    return None


class TextReader:
    """Follows texts through string nodes; all texts of a graph together may take 16 million characters and 5,000 steps.

    Without the limits a chain of thirty nodes, each joining the one before with itself, would fill the memory.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._left = _LONGEST_TEXTS
        self._steps = _MOST_STEPS

    def read(self, value: Input, polarity: str, depth: int = 0) -> str | None:
        """The text of an input; polarity ("positive" or "negative") chooses from nodes that hold both."""
        if isinstance(value, str):
            self._left -= len(value)
            return value if self._left >= 0 else None
        if not isinstance(value, Link) or depth > _DEEPEST or self._left < 0:
            return None
        self._steps -= 1
        node = self._graph.at(value) if self._steps > 0 else None
        return self._of_node(node, polarity, depth + 1) if node else None

    def _of_node(self, node: Node, polarity: str, depth: int) -> str | None:
        parts = {name: value for name, value in node.inputs.items() if _TEXT_PART.match(name)}
        if _JOINS.search(node.kind) or (len(parts) > 1 and node.has(*_DELIMITERS)):
            return self._joined(node, parts, polarity, depth)
        for name in self._order(node, polarity, parts):
            text = self.read(node.inputs[name], polarity, depth)
            if text:
                return text
        links = chosen(node, [(name, link) for name, link in node.links()])
        for link in links[:4]:
            if text := self.read(link, polarity, depth):
                return text
        return None

    def _order(self, node: Node, polarity: str, parts: dict[str, Input]) -> list[str]:
        """The inputs that may hold the text, the likeliest first."""
        own = [name for name in node.inputs if polarity in name.casefold()]
        known = [name for name in _TEXT_NAMES if name in node.inputs]
        rest = [name for name in parts if _OPPOSITE[polarity] not in name.casefold()]
        found = list(dict.fromkeys([*own, *known, *rest]))
        if not found and _TEXT_NODE.search(node.kind):
            found = [name for name, value in node.inputs.items() if isinstance(value, str)][:1]
        return found

    def _joined(self, node: Node, parts: dict[str, Input], polarity: str, depth: int) -> str | None:
        delimiter = next((value for name in _DELIMITERS if isinstance(value := node.inputs.get(name), str)), "")
        delimiter = delimiter.replace("\\n", "\n")
        texts = [text for value in parts.values() if (text := self.read(value, polarity, depth))]
        joined = delimiter.join(texts)
        self._left -= len(joined)
        return (joined or None) if self._left >= 0 else None

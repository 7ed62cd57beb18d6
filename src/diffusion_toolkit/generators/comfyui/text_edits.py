"""What string nodes do to a text beyond handing it on: replace, trim, fill in a template, take one line."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from diffusion_toolkit.generators.comfyui.graph import Graph, Node
from diffusion_toolkit.generators.comfyui.values import Place, find
from diffusion_toolkit.generators.grammar.numbers import read_integer

_REPEATS = re.compile(r"[*+?{]")
_RISKY = re.compile(r"[({]|\\\d|\[\[|--|&&|~~|\|\|")
_LONGEST_PATTERN = 100
_LONGEST_SEARCHED = 2_000
"""Characters that a pattern with one repetition goes over; its worst case is their square."""
_LONGEST_EDITED = 1_000_000
_PLACEHOLDER = re.compile(r"\{(\w{1,40})\}")
_MOST_PLACEHOLDERS = 200
_SOURCES = ("string", "text", "Text", "text_a", "source", "prompt")
_TEMPLATES = ("template", "format", "format_string", "f_string")
_PAIRS = (("find", "replace"), ("old", "new"), ("find", "replace_with"), ("search", "replace"), ("text_b", "text_c"))
_CASES: dict[str, Callable[[str], str]] = {
    "UPPERCASE": str.upper,
    "lowercase": str.lower,
    "Capitalize": str.capitalize,
    "Title Case": str.title,
    "Both": str.strip,
    "Left": str.lstrip,
    "Right": str.rstrip,
}
_EDITORS = frozenset(
    {"find", "find1", "old", "search", "regex_pattern", "action", "strings", "widget_name", "mode", "max_rows",
     *_TEMPLATES}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A text and the inputs where its parts stand written."""

    text: str
    places: tuple[Place, ...]


Read = Callable[[str], Said | None]


def edited(graph: Graph, node: Node, read: Read) -> Said | None:
    """The text that a node makes of its inputs; None for nodes that do not edit.

    read: gives the text of one of the node's inputs.
    """
    if _EDITORS.isdisjoint(node.inputs):
        return None
    if isinstance(widget := node.inputs.get("widget_name"), str):
        return _widget(graph, node, widget)
    for edit in (_filled, _line, _appended, _pattern, _replaced, _cased):
        said = edit(node, read)
        if said is not None:
            return said if len(said.text) <= _LONGEST_EDITED else None
    return None


def _source(node: Node, read: Read) -> Said | None:
    return next((said for name in _SOURCES if name in node.inputs and (said := read(name))), None)


def _widget(graph: Graph, node: Node, widget: str) -> Said | None:
    """The value of another node's widget, named by that node's id."""
    other = graph.nodes.get(str(node.inputs.get("id")))
    found = find(graph, other, widget) if other else None
    return None if found is None else Said(str(found.value), (found.place,))


def _filled(node: Node, read: Read) -> Said | None:
    """A template with the inputs it names in braces."""
    name = next((name for name in _TEMPLATES if isinstance(node.inputs.get(name), str)), None)
    template = read(name) if name else None
    if template is None:
        return None
    places = list(template.places)

    def fill(match: re.Match[str]) -> str:
        said = read(match[1]) if match[1] in node.inputs else None
        if said is None:
            return match[0]
        places.extend(said.places)
        return said.text

    return Said(_PLACEHOLDER.sub(fill, template.text, count=_MOST_PLACEHOLDERS), tuple(dict.fromkeys(places)))


def _line(node: Node, read: Read) -> Said | None:
    """The selected one of several lines, or so many from one on."""
    begin, most = read_integer(_plain(node, "start_index")), read_integer(_plain(node, "max_rows"))
    if begin is not None and most is not None and begin >= 0 and (said := _source(node, read)) is not None:
        rows = said.text.split("\n")
        begin = min(begin, len(rows) - 1)
        return Said("\n".join(rows[begin : begin + max(most, 1)]), said.places)
    number, lines = read_integer(_plain(node, "select")), read("strings") if "strings" in node.inputs else None
    if number is None or lines is None or node.inputs.get("multiline") is True:
        return None
    found = lines.text.split("\n")
    return Said(found[number % len(found)], lines.places)


def _plain(node: Node, name: str) -> int | str | None:
    value = node.inputs.get(name)
    return value if isinstance(value, (int, str)) else None


def _appended(node: Node, read: Read) -> Said | None:
    """Up to three texts one behind the other, tidied to a list of tags where asked."""
    if node.inputs.get("action") != "append":
        return None
    parts = [said for name in ("text_a", "text_b", "text_c") if name in node.inputs and (said := read(name))]
    places = tuple(dict.fromkeys(place for said in parts for place in said.places))
    if node.inputs.get("tidy_tags") in ("yes", True):
        return Said(", ".join(said.text.strip(" ,") for said in parts), places) if parts else None
    return Said("".join(said.text for said in parts), places) if parts else None


def _pattern(node: Node, read: Read) -> Said | None:
    """A text with what matches a pattern replaced, where the pattern cannot keep us busy; else as it was."""
    pattern = node.inputs.get("regex_pattern")
    said = _source(node, read) if isinstance(pattern, str) else None
    if said is None or not isinstance(pattern, str):
        return None
    new = node.inputs.get("replace")
    repeats = len(_REPEATS.findall(pattern))
    small = not repeats or (repeats == 1 and len(said.text) <= _LONGEST_SEARCHED)
    if not isinstance(new, str) or len(pattern) > _LONGEST_PATTERN or _RISKY.search(pattern) or not small:
        return said
    try:
        flags = re.IGNORECASE if node.inputs.get("case_insensitive") is True else re.NOFLAG
        return Said(re.sub(pattern, lambda _: new, said.text, flags=flags), said.places)
    except (re.error, OverflowError):
        return said


def _replaced(node: Node, read: Read) -> Said | None:
    """A text with one or more words replaced."""
    pairs = [pair for pair in _pairs(node) if pair[0] in node.inputs and pair[1] in node.inputs]
    said = _source(node, read) if pairs else None
    if said is None:
        return None
    text, places = said.text, list(said.places)
    for old_name, new_name in pairs:
        old, new = node.inputs[old_name], read(new_name)
        if isinstance(old, str) and old and len(text) <= _LONGEST_EDITED:
            count = text.count(old)
            if len(text) + count * len(new.text if new else "") > _LONGEST_EDITED:
                break
            text = text.replace(old, new.text if new else "")
            places.extend(new.places if new and count else ())
    return Said(text, tuple(dict.fromkeys(places)))


def _pairs(node: Node) -> Iterator[tuple[str, str]]:
    for pair in _PAIRS:
        if pair[0] != "text_b" or node.inputs.get("action") == "replace":
            yield pair
    for number in range(1, 10):
        yield f"find{number}", f"replace{number}"


def _cased(node: Node, read: Read) -> Said | None:
    """A text in other letters, or without the blanks around it."""
    mode = node.inputs.get("mode")
    change = _CASES.get(mode) if isinstance(mode, str) and "string" in node.inputs else None
    said = read("string") if change else None
    return Said(change(said.text), said.places) if change and said else None

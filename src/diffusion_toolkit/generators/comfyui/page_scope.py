"""The levels of a page's graph, opened: every subgraph node has an inside of its own, with the values shown outside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from diffusion_toolkit.generators.comfyui.page_entries import Entry, is_idle, key_of, kind_of, property_of, slots_of
from diffusion_toolkit.generators.comfyui.page_everywhere import EVERYWHERE
from diffusion_toolkit.generators.comfyui.page_groups import group_named, group_sheet
from diffusion_toolkit.generators.comfyui.page_sheet import Sheet, read_sheet
from diffusion_toolkit.generators.comfyui.widgets import is_control
from diffusion_toolkit.record import JsonValue

_DEEPEST = 16
_MOST_INNER_NODES = 30_000
_MOST_DEFINITIONS = 10_000

VIRTUAL = re.compile(
    r"(?:Markdown)?Note$|Reroute(?: \(rgthree\))?$|PrimitiveNode$|(?:easy )?[sg]etNode$|[SG]etNode$"
    r"|(?:Fast |Mute|Bypass|Node Co|Random Unmuter|Bookmark|Label|Relay|Repeater).*\(rgthree\)$|"
    + "|".join(re.escape(kind) + "$" for kind in sorted(EVERYWHERE))
)
"""Nodes that only the page knows: they are never executed."""


@dataclass(slots=True)
class Book:
    """The subgraphs and groups of a document, each read once when it is first used."""

    definitions: Mapping[str, Entry]
    groups: JsonValue
    sheets: dict[str, Sheet] = field(default_factory=dict[str, Sheet])
    left: int = _MOST_INNER_NODES
    _runs: dict[str, bool] = field(default_factory=dict[str, bool])

    def runs(self, kind: str) -> bool:
        """Whether a node of this class is executed itself: not one that is opened or that only the page knows."""
        known = self._runs.get(kind)
        if known is None:
            known = self._runs[kind] = not VIRTUAL.match(kind) and not self.holds(kind)
        return known

    def holds(self, kind: str) -> bool:
        """Whether this class of node has an inside."""
        return kind in self.definitions or group_named(self.groups, kind) is not None

    def sheet(self, kind: str, host: Entry) -> Sheet | None:
        """The inside of a node; None when it has none, or when enough were opened."""
        definition = self.definitions.get(kind)
        if definition is None:
            group = group_named(self.groups, kind)
            sheet = group_sheet(group, host) if group is not None and self.left > 0 else None
        else:
            sheet = self.sheets.get(kind)
            if sheet is None:
                sheet = self.sheets[kind] = read_sheet(definition)
        if sheet is None or len(sheet.nodes) > self.left:
            return None
        self.left -= len(sheet.nodes) + 1
        return sheet


@dataclass(slots=True, eq=False)
class Scope:
    """One level: the main graph, or the inside of one subgraph node.

    prefix: "" or "12:3:"; outer, host: the level around it and the node it is the inside of; values: what the host's
    widgets say, by the subgraph's inputs; overrides: the same for widgets inside, by node and name.
    """

    sheet: Sheet
    book: Book
    prefix: str = ""
    outer: "Scope | None" = None
    host: Entry = field(default_factory=dict[str, JsonValue])
    host_key: str = ""
    values: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    overrides: dict[str, dict[str, JsonValue]] = field(default_factory=dict[str, dict[str, JsonValue]])
    inside: dict[str, "Scope"] = field(default_factory=dict[str, "Scope"])


def open_page(document: Mapping[str, JsonValue]) -> list[Scope]:
    """All levels of a document, the main graph first."""
    extra = document.get("extra")
    book = Book(_definitions(document), extra.get("groupNodes") if isinstance(extra, dict) else None)
    scopes = [Scope(read_sheet(document), book)]
    if book.definitions or book.groups:
        _open(scopes[0], scopes, 0)
    return scopes


def _definitions(document: Mapping[str, JsonValue]) -> dict[str, Entry]:
    """The subgraphs by their ids, also those that stand inside others."""
    found: dict[str, Entry] = {}
    waiting: list[Mapping[str, JsonValue]] = [document]
    while waiting and len(found) < _MOST_DEFINITIONS:
        definitions = waiting.pop().get("definitions")
        subgraphs = definitions.get("subgraphs") if isinstance(definitions, dict) else None
        for item in subgraphs if isinstance(subgraphs, list) else ():
            if isinstance(item, dict) and isinstance(key := item.get("id"), str) and key not in found:
                found[key] = item
                waiting.append(item)
    return found


def _open(scope: Scope, scopes: list[Scope], depth: int) -> None:
    if depth >= _DEEPEST:
        return
    for key, entry in scope.sheet.nodes.items():
        kind = kind_of(entry)
        if is_idle(entry) or not scope.book.holds(kind):
            continue
        sheet = scope.book.sheet(kind, entry)
        if sheet is None:
            continue
        inner = Scope(sheet, scope.book, f"{scope.prefix}{key}:", scope, entry, key)
        _take_values(inner, scope.overrides.get(key, {}))
        scope.inside[key] = inner
        scopes.append(inner)
        _open(inner, scopes, depth + 1)


def _take_values(inner: Scope, overrides: Mapping[str, JsonValue]) -> None:
    """What the widgets of a subgraph node say: for its inputs, or for widgets of nodes inside.

    Pages up to about 1.45 list the widgets in `proxyWidgets` as node and name, with "-1" for an input of the
    subgraph itself; before and after them the values stand in the order of the inputs that show a widget.
    """
    listed = property_of(inner.host, "proxyWidgets")
    values = inner.host.get("widgets_values")
    values = values if isinstance(values, list) else []
    if isinstance(listed, list) and listed:
        for item, value in zip(listed, values, strict=False):
            if isinstance(item, list) and len(item) >= 2 and value is not None and not is_control(value):
                key, name = key_of(item[0]), key_of(item[1])
                if key == "-1":
                    inner.values[name] = value
                else:
                    inner.overrides.setdefault(key, {})[name] = value
    else:
        own = tuple(key_of(slot.get("name")) for slot in slots_of(inner.host, "inputs") if slot.get("widget"))
        names = next((names for names in (inner.sheet.promoted, own) if len(names) == len(values)), ())
        inner.values.update((name, value) for name, value in zip(names, values, strict=False) if value is not None)
    named = inner.host.get("widgets_values_named")
    if isinstance(named, dict) and not listed:
        inner.values.update((name, value) for name, value in named.items() if name in inner.sheet.input_names)
    inner.values.update(overrides)

"""Following a wire of the page to the node that is executed behind it, or to the value that stands in its place."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from diffusion_toolkit.generators.comfyui.graph import Link
from diffusion_toolkit.generators.comfyui.page_entries import (
    BYPASSED,
    GET_NODES,
    MUTED,
    SET_NODES,
    Entry,
    first_value,
    key_of,
    kind_of,
    shared_name,
    slots_of,
)
from diffusion_toolkit.generators.comfyui.page_scope import Scope
from diffusion_toolkit.generators.comfyui.page_sheet import SUBGRAPH_INPUT
from diffusion_toolkit.record import JsonValue

_MOST_HOPS = 256
_MOST_HOPS_IN_ALL = 100_000
"""Hops beyond the first of each wire; they take about five microseconds, and people's graphs have some hundreds."""


@dataclass(frozen=True, slots=True)
class Held:
    """A value in the place of a wire: of a primitive node, or of a subgraph's widget."""

    value: JsonValue


_ANYTHING = ("*", "", "0")

Source: TypeAlias = Link | Held | None


class _Place(NamedTuple):
    """A level, and an output of a node on it."""

    scope: Scope
    key: str
    output: int


class Tracer:
    """Follows wires of one graph; when enough were followed, the rest lead nowhere."""

    def __init__(self) -> None:
        self._left = _MOST_HOPS_IN_ALL
        self._known: dict[tuple[int, str, int, str], Link | Held | None] = {}
        self._shown: Held | None = None

    def source(self, scope: Scope, key: str, number: int, slot: Entry) -> Source:
        """What a node's input gets: an executed node's output, a value, or nothing."""
        place = self._behind(scope, key, number, slot)
        if place is None:
            return None
        wanted = key_of(slot.get("type"))
        self._forget()
        found = self._step(*place, wanted)
        if isinstance(found, _Place):
            found = self._far(found, wanted)
        return found or self._shown

    def _forget(self) -> None:
        self._shown = None

    def _far(self, place: _Place, wanted: str) -> Source:
        """The same from a place that is not the end; remembered for all places on the way."""
        marks: list[tuple[int, str, int, str]] = []
        found: _Place | Source = place
        while isinstance(found, _Place):
            mark = (id(found.scope), found.key, found.output, wanted)
            if mark in self._known:
                found = self._known[mark]
                break
            self._left -= 1
            if len(marks) >= _MOST_HOPS or self._left < 0:
                return None
            marks.append(mark)
            found = self._step(*found, wanted)
        if self._shown is None:
            self._known.update(dict.fromkeys(marks, found))
        return found

    def _step(self, scope: Scope, key: str, output: int, wanted: str) -> _Place | Source:
        """One hop: a node that is executed ends the way, others hand through."""
        if key == SUBGRAPH_INPUT and scope.outer is not None:
            return self._outside(scope, output)
        entry = scope.sheet.nodes.get(key)
        if entry is None:
            return None
        mode = entry.get("mode")
        if mode == MUTED:
            return None
        if mode == BYPASSED:
            return self._bypassed(scope, key, entry, output, wanted)
        kind = kind_of(entry)
        if scope.book.runs(kind):
            return Link(scope.prefix + key, output)
        inner = scope.inside.get(key)
        if inner is not None:
            link = inner.sheet.outputs.get(output)
            return _Place(inner, link.from_node, link.from_slot) if link else None
        return None if scope.book.holds(kind) else self._virtual(scope, key, entry, kind, output)

    def _behind(self, scope: Scope, key: str, number: int, slot: Entry) -> _Place | None:
        """The output at the other end of an input's wire."""
        link_id = slot.get("link")
        if link_id is None:
            implied = scope.sheet.implied.get((key, number))
            return _Place(scope, *implied) if implied else None
        link = scope.sheet.links.get(key_of(link_id))
        return _Place(scope, link.from_node, link.from_slot) if link else None

    def _outside(self, scope: Scope, number: int) -> _Place | Source:
        """Out of a subgraph: the wire or the value of its node's input. Unused widgets are left out of its inputs.

        The value is kept for a wire that leads nowhere.
        """
        slots = slots_of(scope.host, "inputs")
        names = scope.sheet.input_names
        self._left -= len(slots)
        name = names[number] if number < len(names) else None
        held = Held(scope.values[name]) if name in scope.values else None
        if name is not None:
            found = next((item for item in enumerate(slots) if item[1].get("name") == name), None)
        else:
            found = (number, slots[number]) if number < len(slots) and not names else None
        outer = scope.outer
        if found is not None and outer is not None:
            place = self._behind(outer, scope.host_key, *found)
            if place is not None:
                self._shown = held or self._shown
                return place
        return held

    def _bypassed(self, scope: Scope, key: str, entry: Entry, output: int, wanted: str) -> _Place | None:
        slots, outputs = slots_of(entry, "inputs"), slots_of(entry, "outputs")
        self._left -= len(slots)
        given = key_of(outputs[output].get("type")) if output < len(outputs) else wanted
        number = _handed_through(slots, output, given, wanted)
        return self._behind(scope, key, number, slots[number]) if number is not None else None

    def _virtual(self, scope: Scope, key: str, entry: Entry, kind: str, output: int) -> _Place | Source:
        if kind == "PrimitiveNode":
            value = first_value(entry)
            return Held(value) if value is not None else None
        if kind in GET_NODES:
            return self._giver(scope, shared_name(entry))
        slots = slots_of(entry, "inputs")
        number = 0 if kind in SET_NODES or kind.startswith("Reroute") else output
        return self._behind(scope, key, number, slots[number]) if number < len(slots) else None

    def _giver(self, scope: Scope, name: str) -> _Place | None:
        """The SetNode of this name, on the same level or on one around it."""
        level: Scope | None = scope
        while level is not None:
            key = level.sheet.given.get(name)
            if key is not None:
                slots = slots_of(level.sheet.nodes[key], "inputs")
                return self._behind(level, key, 0, slots[0]) if slots else None
            level = level.outer
        return None


def _handed_through(slots: list[Entry], output: int, given: str, wanted: str) -> int | None:
    """Which input a bypassed node hands to an output: the opposite one if its type fits, else the first that fits."""
    if not slots:
        return None
    if wanted in ("*", ""):
        return output if output < len(slots) else 0

    def fits(slot: Entry) -> bool:
        return _agree(key_of(slot.get("type")), given) and _agree(key_of(slot.get("type")), wanted)

    if output < len(slots) and fits(slots[output]):
        return output
    exact = next((number for number, slot in enumerate(slots) if slot.get("type") == wanted), None)
    return exact if exact is not None else next((number for number, slot in enumerate(slots) if fits(slot)), None)


def _agree(one: str, other: str) -> bool:
    """Whether two types may be wired: equal, either of them anything, or one of a list ("IMAGE,MASK") in both."""
    if one == other or one in _ANYTHING or other in _ANYTHING:
        return True
    return not set(one[:1000].casefold().split(",")).isdisjoint(other[:1000].casefold().split(","))

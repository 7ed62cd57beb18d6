"""Wires that are not drawn: "Anything Everywhere" nodes (cg-use-everywhere) feed every free input of their type."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diffusion_toolkit.generators.comfyui.page_entries import Entry, is_idle, key_of, kind_of, slots_of
from diffusion_toolkit.generators.comfyui.page_links import PageLink
from diffusion_toolkit.generators.grammar.numbers import read_integer
from diffusion_toolkit.record import JsonValue

Implied = Mapping[tuple[str, int], tuple[str, int]]
"""For a node's input: the node and output that feed it."""

EVERYWHERE = frozenset({"Anything Everywhere", "Anything Everywhere3", "Anything Everywhere?", "Prompts Everywhere"})
_SEED = "Seed Everywhere"
_PATTERNS = "Anything Everywhere?"
_SENDERS = (*EVERYWHERE, _SEED)
_RANKS = {_PATTERNS: 10, "Prompts Everywhere": 5, "Anything Everywhere": 2}
_PROMPT_NAMES = (re.compile("(?:^prompt|^positive)"), re.compile("neg"))
_MOST_NAMED = 200
_MOST_SENDERS = 100
_MOST_COMPARED = 500_000
_PLAIN_PATTERN = re.compile(r"[\w\s|^$()\-:,]{0,200}")
"""Patterns without repetition: any other may take for ever to match, and is taken to match nothing."""


@dataclass(frozen=True, slots=True)
class _Sender:
    """One broadcast; of several that reach an input the most particular wins, and two alike feed nothing."""

    type: str
    origin: tuple[str, int]
    rank: int = 0
    title: re.Pattern[str] | None = None
    name: re.Pattern[str] | None = None


def implied_links(
    document: Mapping[str, JsonValue], nodes: Mapping[str, Entry], links: Mapping[str, PageLink]
) -> Implied:
    """What feeds free inputs: as the page listed it in `extra.ue_links`, else by type."""
    extra = document.get("extra")
    listed = extra.get("ue_links") if isinstance(extra, dict) else None
    if isinstance(listed, list) and listed:
        return _listed(listed, nodes)
    senders = [
        sender
        for key, entry in nodes.items()
        if entry.get("type") in _SENDERS and not is_idle(entry)
        for sender in _senders(key, entry, nodes, links)
    ]
    return _matched(senders[:_MOST_SENDERS], nodes) if senders else {}


def _listed(listed: list[JsonValue], nodes: Mapping[str, Entry]) -> Implied:
    found: dict[tuple[str, int], tuple[str, int]] = {}
    for item in listed:
        if not isinstance(item, dict):
            continue
        slot, origin_slot = read_integer(item.get("downstream_slot")), read_integer(item.get("upstream_slot"))
        target = key_of(item.get("downstream"))
        if slot is None or origin_slot is None or origin_slot < 0 or target not in nodes:
            continue
        slots = slots_of(nodes[target], "inputs")
        wanted = key_of(item.get("type"))
        if not (0 <= slot < len(slots) and _is_free(slots[slot], wanted)):
            slot = next((number for number, other in enumerate(slots) if _is_free(other, wanted)), None)
        if slot is not None:
            found[target, slot] = (key_of(item.get("upstream")), origin_slot)
    return found


def _is_free(slot: Entry, wanted: str) -> bool:
    return slot.get("link") is None and key_of(slot.get("type")) == wanted


def _senders(key: str, entry: Entry, nodes: Mapping[str, Entry], links: Mapping[str, PageLink]) -> Iterator[_Sender]:
    kind = kind_of(entry)
    if kind == _SEED:
        yield _Sender("INT", (key, 0), 5, name=re.compile("seed"))
        return
    title, name = _patterns(entry.get("widgets_values")) if kind == _PATTERNS else (None, None)
    if kind == _PATTERNS and (title is None or name is None):
        return
    for number, slot in enumerate(slots_of(entry, "inputs")):
        link = links.get(key_of(slot.get("link")))
        if link is None:
            continue
        outputs = slots_of(nodes.get(link.from_node, {}), "outputs")
        sent = outputs[link.from_slot].get("type") if link.from_slot < len(outputs) else slot.get("type")
        if kind == "Prompts Everywhere":
            name = _PROMPT_NAMES[min(number, 1)]
        if isinstance(sent, str):
            yield _Sender(sent, (link.from_node, link.from_slot), _RANKS.get(kind, 0), title, name)


def _patterns(values: JsonValue) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """The two patterns of an "Anything Everywhere?": for a node's title and an input's name."""
    texts = [value for value in values[:2] if isinstance(value, str)] if isinstance(values, list) else []
    patterns = [_pattern(text) for text in [*texts, ".*", ".*"][:2]]
    return patterns[0], patterns[1]


def _pattern(text: str) -> re.Pattern[str] | None:
    plain = text.replace(".*", "")
    try:
        return re.compile(plain) if _PLAIN_PATTERN.fullmatch(plain) else None
    except re.error:
        return None


def _matched(senders: list[_Sender], nodes: Mapping[str, Entry]) -> Implied:
    found: dict[tuple[str, int], tuple[str, int]] = {}
    left = _MOST_COMPARED
    for key, entry in nodes.items():
        slots = [] if kind_of(entry) in EVERYWHERE else slots_of(entry, "inputs")
        title = (key_of(entry.get("title")) or kind_of(entry))[:_MOST_NAMED] if slots else ""
        for number, slot in enumerate(slots):
            left -= len(senders)
            if slot.get("link") is not None or left < 0:
                continue
            fitting = [sender for sender in senders if _fits(sender, key, title, slot)]
            fitting.sort(key=lambda sender: -sender.rank)
            if fitting and (len(fitting) == 1 or fitting[0].rank != fitting[1].rank):
                found[key, number] = fitting[0].origin
    return found


def _fits(sender: _Sender, key: str, title: str, slot: Entry) -> bool:
    if sender.type != slot.get("type") or sender.origin[0] == key:
        return False
    name = (key_of(slot.get("label")) or key_of(slot.get("name")))[:_MOST_NAMED]
    return not (sender.title and not sender.title.search(title)) and not (sender.name and not sender.name.search(name))

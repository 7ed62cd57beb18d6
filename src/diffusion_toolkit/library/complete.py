"""What may be typed at a place of a query, with the library's own values and how many pictures have each.

Counts are of the whole library. They are kept for a while and counted anew beside the answers, never in one.
"""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from itertools import chain, islice
from operator import itemgetter

import numpy as np

from diffusion_toolkit.catalog.columns import Longs
from diffusion_toolkit.catalog.counts import prompt_counts
from diffusion_toolkit.catalog.evaluate import Question
from diffusion_toolkit.catalog.evaluate.names import name_test
from diffusion_toolkit.catalog.evaluate.resources import KINDS
from diffusion_toolkit.catalog.evaluate.tag_aliases import aliases
from diffusion_toolkit.catalog.facets import FACETS, facets
from diffusion_toolkit.catalog.graphs import Graphs
from diffusion_toolkit.catalog.list_counts import all_counts
from diffusion_toolkit.catalog.selection import Chosen
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.catalog.words import WordIndex
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.query import Field, format_query
from diffusion_toolkit.query.complete import Asked, Completion, asked_at, grammar_completions, word_at
from diffusion_toolkit.query.node_property import written_class, written_property_name
from diffusion_toolkit.query.tree import Name, Term, Where
from diffusion_toolkit.query.wildcards import has_wildcards
from diffusion_toolkit.query.words import typed_words

__all__ = ["Completer", "Completion", "Completions"]

MOST_COMPLETIONS = 100
_MOST_VALUES = 5_000
_STALE_AFTER_S = 10.0
_SHORTEST_WORD = 1
"""Letters that must be typed before words of prompts are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions:
    """Offers for one place. start, end: the characters of the query that the text of an offer takes the place of."""

    start: int
    end: int
    items: tuple[Completion, ...]


@dataclass(frozen=True, slots=True)
class _Values:
    """Values of one field, the commonest first, as shown and in lower case, and how many pictures have each."""

    labels: Sequence[str]
    folded: Sequence[str]
    counts: Sequence[int]
    revision: int
    at: float
    places: Mapping[str, int]


@dataclass(slots=True)
class Completer:
    """Completes queries of one collection. May be used from many threads at once."""

    search: Search
    _kept: dict[str, _Values] = field(default_factory=dict[str, _Values], init=False)
    _counting: set[str] = field(default_factory=set[str], init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def complete(self, text: str, cursor: int, *, now: datetime, limit: int = 20) -> Completions:
        """The likeliest offers for what is typed at `cursor`."""
        asked = asked_at(text, cursor)
        items = tuple(islice(self._offers(asked, now, limit), limit))
        may_be_text = " " in asked.typed or text[asked.start - 1 : asked.start] in (" ", ",")
        if not items and asked.field is not None and may_be_text:
            asked = word_at(text, asked)
            items = tuple(islice(self._offers(asked, now, limit), limit))
        return Completions(start=asked.start, end=asked.end, items=items)

    def _offers(self, asked: Asked, now: datetime, limit: int) -> Iterator[Completion]:
        state = self.search.catalog.state
        if asked.node is not None:
            return _parts_of_node(_graphs(state), asked)
        if asked.field is None:
            return self._text_offers(asked, state, limit)
        return chain(self._value_offers(asked.field, asked, state, now, limit), grammar_completions(asked))

    def _value_offers(
        self, field: Field, asked: Asked, state: State, now: datetime, limit: int
    ) -> Iterator[Completion]:
        if field.kind == "text":
            return _words(state, asked.typed, limit)
        if field.name == "node":
            return _classes(_graphs(state), asked, "")
        if field.choices or asked.operator not in (":", "=", "<>"):
            return iter(())
        values = self._values(field.name, state, now)
        found = _fitting(field, values, asked.typed, limit)
        return chain(self._aliased(field, values, asked.typed, state), found) if field.name == "tag" else found

    def _aliased(self, field: Field, values: _Values, typed: str, state: State) -> Iterator[Completion]:
        """Tags by aliases of theirs that are typed, where the library has the tag and not the alias."""
        wanted = typed.casefold().strip()
        if not wanted or has_wildcards(typed):
            return
        known, collection = aliases(state), self.search.catalog.collection
        meant = [(wanted, known.canonical(state, collection, typed)), *known.starting(state, collection, typed)]
        by_tag = {canonical: alias for alias, canonical in reversed(meant) if alias.casefold() not in values.places}
        for canonical, alias in by_tag.items():
            place = values.places.get(canonical.casefold())
            if place is not None and wanted not in canonical.casefold():  # else it is offered anyway
                label, count = values.labels[place], values.counts[place]
                yield Completion(
                    kind="value", text=_written(field, label), label=label, title=f"for {alias}", count=count
                )

    def _text_offers(self, asked: Asked, state: State, limit: int) -> Iterator[Completion]:
        """Fields first while they are few, then words of prompts; all fields where nothing is typed."""
        grammar = list(grammar_completions(asked))
        room = max(limit // 2, 3) if len(asked.typed) >= _SHORTEST_WORD else limit
        yield from grammar[:room]
        if len(asked.typed) >= _SHORTEST_WORD:
            yield from _words(state, asked.typed, limit)
        yield from grammar[room:]

    def _values(self, name: str, state: State, now: datetime) -> _Values:
        kept = self._kept.get(name)
        if kept is None:
            return self._count(name, state, now)
        stale = kept.revision != state.revision and time.monotonic() - kept.at > _STALE_AFTER_S
        with self._lock:
            if stale and name not in self._counting:
                self._counting.add(name)
                threading.Thread(target=self._count, args=(name, state, now), daemon=True).start()
        return kept

    def _count(self, name: str, state: State, now: datetime) -> _Values:
        pairs = _counted(name, Question(state, now, self.search.catalog.collection))
        labels = [label for label, _ in pairs]
        folded = [label.casefold() for label in labels]
        places = {name: place for place, name in enumerate(folded)}
        values = _Values(labels, folded, [count for _, count in pairs], state.revision, time.monotonic(), places)
        with self._lock:
            self._kept[name] = values
            self._counting.discard(name)
        return values


def _counted(name: str, question: Question) -> list[tuple[str, int]]:
    """The values of a field and how many pictures of the library have each, the commonest first."""
    state = question.state
    mask = state.present & state.shown
    chosen = Chosen.by(mask, np.flatnonzero(mask).astype(np.int32))
    if name == "tag":
        counts = all_counts(state.tag_lists, chosen.opened(), state.count, len(state.tags.names))
        return _by_count(state.tags.names, np.where(state.tags.live, counts, 0))
    if name in KINDS:
        codes = state.resources.of_kind(KINDS[name])
        counts = all_counts(state.resource_lists, chosen.opened(), state.count, len(state.resources.names))[codes]
        places: list[int] = codes.tolist()
        return _by_count([state.resources.names[place] for place in places], counts)
    wanted = "folder" if name == "in" else name
    keys = [key for key, known in FACETS.items() if wanted in (key, known.field)]
    found = facets(question, chosen, keys, _MOST_VALUES)
    return [(value.value, value.count) for values in found.values() for value in values]


def _by_count(names: Sequence[str], counts: Longs) -> list[tuple[str, int]]:
    order: list[int] = np.argsort(-counts, kind="stable").tolist()
    return [(names[place], int(counts[place])) for place in order if counts[place]]


def _fitting(field: Field, values: _Values, typed: str, limit: int) -> Iterator[Completion]:
    """Values that begin so, then those with a word that does, then those that hold it."""
    wanted = typed.casefold().strip()
    found: tuple[list[int], list[int], list[int]] = ([], [], [])
    for place, name in enumerate(values.folded):
        at = name.find(wanted)
        if at >= 0:
            found[0 if at == 0 else 1 if not name[at - 1].isalnum() else 2].append(place)
            if len(found[0]) >= limit:
                break
    for place in islice((*found[0], *found[1], *found[2]), limit):
        label = values.labels[place]
        yield Completion(kind="value", text=_written(field, label), label=label, count=values.counts[place])


def _written(field: Field, label: str) -> str:
    """A value as it is typed: names that need quotes get them."""
    if field.kind != "name":
        return label
    return format_query(Where(field.name, (Name(label, quoted=has_wildcards(label)),))).partition(":")[2]


# --- words and workflows ---------------------------------------------------------------------------


def _words(state: State, typed: str, limit: int) -> Iterator[Completion]:
    """Words of prompts that begin so, with how often distinct prompts use them."""
    words = typed_words(typed)
    if len(words) != 1 or has_wildcards(words[0]):
        return
    counts: dict[str, int] = {}
    for segment in state.prompts.segments:
        for word, count in _commonest(segment.index, words[0], limit):
            counts[word] = counts.get(word, 0) + count
    if state.nsfw_hidden:
        counts = {word: count for word, count in counts.items() if _is_visible(state, word)}
    for word, count in nlargest(limit, counts.items(), key=itemgetter(1)):
        yield Completion(kind="word", text=word, label=word, title="in prompts", count=count)


def _is_visible(state: State, word: str) -> bool:
    """Whether a prompt that has the word belongs to a picture that is not hidden."""
    return bool(np.any(state.prompts.matching(Term((word,)))[: state.prompts.count] & (prompt_counts(state) > 0)))


def _commonest(index: WordIndex, prefix: str, limit: int) -> list[tuple[str, int]]:
    numbers = index.dictionary.find_prefix(prefix)
    if not isinstance(numbers, range) or not len(numbers):
        return []
    counts = np.diff(index.word_starts[numbers.start : numbers.stop + 1])
    best: list[int] = np.argpartition(-counts, min(limit, len(counts)) - 1)[:limit].tolist()
    return [(index.dictionary.words[numbers.start + place], int(counts[place])) for place in best]


def _graphs(state: State) -> Graphs:
    """The workflows that may be told of."""
    if not state.nsfw_hidden:
        return state.graphs

    def of_shown() -> Graphs:
        has_image = np.zeros(state.graphs.count + 1, np.bool_)  # the last entry stands for images without a graph
        has_image[state.columns["graph"][state.alive & state.shown]] = True
        return state.graphs.only(has_image[:-1])

    return state.kept.get("graphs of shown images", of_shown)


def _classes(graphs: Graphs, asked: Asked, ending: str) -> Iterator[Completion]:
    wanted = asked.typed.casefold()
    for name in graphs.class_names:
        if name.casefold().startswith(wanted):
            yield Completion(kind="value", text=f"{written_class(name)}{ending}", label=name)


def _parts_of_node(graphs: Graphs, asked: Asked) -> Iterator[Completion]:
    """Classes behind `node.`, properties behind the class."""
    if not asked.node:
        if not asked.typed:
            yield Completion(kind="value", text="*.", label="*", title="any node")
        yield from _classes(graphs, asked, ".")
        return
    wanted = asked.typed.casefold()
    for name in graphs.property_names(name_test(Name(asked.node))):
        if name.casefold().startswith(wanted):
            yield Completion(kind="value", text=f"{written_property_name(name)}:", label=name)

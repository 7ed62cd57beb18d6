"""Counts of values within a result, each with the query that selects just these images."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import lru_cache, partial

import numpy as np

from diffusion_toolkit.catalog.columns import NO_MOMENT, Array, Longs, Mask
from diffusion_toolkit.catalog.days import counts_by_month, named_months
from diffusion_toolkit.catalog.dimensions import Resources
from diffusion_toolkit.catalog.evaluate.albums import album_mask
from diffusion_toolkit.catalog.evaluate.dates import MOMENTS
from diffusion_toolkit.catalog.evaluate.names import (
    VIDEO_FORMATS,
    model_title,
    plain_name,
    sampler_key,
    scheduler_key,
)
from diffusion_toolkit.catalog.evaluate.registry import Question
from diffusion_toolkit.catalog.list_counts import all_counts, commonest
from diffusion_toolkit.catalog.selection import Chosen, Opened
from diffusion_toolkit.catalog.spread import spread
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.catalog.tallies import CFG, CLIP_SKIP, NO_KEY, SIZE, STEPS, Coding, count_codes, month_of_date
from diffusion_toolkit.catalog.text_order import natural_key
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.query import format_query
from diffusion_toolkit.query.tree import And, Compare, Days, Dimensions, Name, Node, Range, Value, Where
from diffusion_toolkit.query.wildcards import has_wildcards
from diffusion_toolkit.vocabulary import canonical_sampler, canonical_scheduler


@dataclass(frozen=True, slots=True)
class Counting:
    """What is counted.

    question: the state, and when; chosen: the images of the result; limit: how many values are wanted;
    is_everything: the result is what a query for everything finds.
    """

    question: Question
    chosen: Opened
    limit: int
    is_everything: bool = False

    @property
    def state(self) -> State:
        """The state of the catalog."""
        return self.question.state

    @property
    def zone(self) -> tzinfo:
        """The user's time zone."""
        return self.question.now.tzinfo or UTC

    def of(self, column: str) -> Array:
        """The values of a column."""
        return self.chosen.of(self.state.columns[column])

    def marks(self) -> Mask:
        """Which of all images are in the result, in a new array."""
        marks = np.zeros(self.state.count, np.bool_)
        marks[self.chosen.positions] = True
        return marks

    def counts(self, column: str | Coding, size: int) -> Longs:
        """How many images have each code of a column, `size` codes at least, in a new array."""
        tallies = self.state.tallies
        if not self.is_everything:
            return count_codes(self.chosen.of(tallies.codes(self.state, column)), size)
        known = tallies.counts(self.state, column)
        return np.concatenate([known, np.zeros(max(0, size - len(known)), np.int64)])

    def distinct(self, coding: Coding) -> tuple[Longs, Longs]:
        """The distinct keys of a column that can be coded, and how many images have each."""
        coded = self.state.tallies.coded(self.state, coding)
        if coded is not None:
            return coded.keys, self.counts(coding, len(coded.keys))
        keys = coding.keys(self.of)
        return np.unique(keys[keys != NO_KEY], return_counts=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value, how many images of the result have it, and the query that finds them."""

    value: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Counted:
    """Values before they are written out.

    counts: of each value · label: of the value at a place · asked: what a query for a label asks · span: what finds the
    value at a place, where that is not one label · ranks: order of the values, where they are listed by it.
    """

    counts: Array
    label: Callable[[int], str]
    asked: Callable[[str], Value]
    span: Callable[[int], Node] | None = None
    ranks: Array = field(default_factory=lambda: np.empty(0, np.int64))


Counter = Callable[[Counting], Counted]


def facets(question: Question, chosen: Chosen, keys: Iterable[str], limit: int) -> dict[str, list[FacetValue]]:
    """The `limit` commonest values of each key; years, months and ratings from the highest down.

    Images without a value are not counted.
    """
    wanted: dict[str, Facet] = {}
    for key in keys:
        if key not in FACETS:
            raise UsageError(f'no facet "{key[:100]}"; one of {", ".join(FACETS)}')
        wanted[key] = FACETS[key]
    if not _is_everything(question.state, chosen):
        counting = Counting(question, chosen.opened(), limit)
        return dict(zip(wanted, _COUNTERS.map(partial(_values, counting), wanted.values()), strict=True))
    # What the first page shows, and every change of its order again.
    day = (limit, question.now.date(), question.now.utcoffset(), str(question.now.tzinfo))

    def of_everything(known: Facet) -> list[FacetValue]:
        return _values(Counting(question, chosen.opened(), limit, is_everything=True), known)

    return {
        key: question.state.kept.get(("facet", key, *day), partial(of_everything, known))
        for key, known in wanted.items()
    }


def _is_everything(state: State, chosen: Chosen) -> bool:
    """Are these just the images that a query for everything finds?"""
    if chosen.bits is None or chosen.bit_count != state.count or chosen.count != state.image_count:
        return False
    return np.array_equal(chosen.bits, state.kept.get("listed bits", lambda: np.packbits(state.present & state.shown)))


def _values(counting: Counting, known: "Facet") -> list[FacetValue]:
    counted, limit = known.counter(counting), counting.limit
    there = np.flatnonzero(counted.counts > 0)
    order = np.argsort(-(counted.ranks if known.by_value else counted.counts)[there], kind="stable")
    shown = there[order[:limit]].tolist()
    values = [(counted.label(place), int(counted.counts[place]), place) for place in shown]
    if not known.by_value:
        values.sort(key=lambda value: (-value[1], natural_key(value[0])))

    def query(label: str, place: int) -> str:
        return format_query(counted.span(place)) if counted.span else _asking(known.field, counted.asked(label))

    return [FacetValue(value=label, count=count, query=query(label, place)) for label, count, place in values]


@lru_cache(maxsize=16_384)
def _asking(field: str, value: Value) -> str:
    """The same values come up in most results, and writing them out takes longer than counting them."""
    return format_query(Where(field, (value,)))


def _name(text: str) -> Name:
    return Name(text, quoted=has_wildcards(text))


def _by_name(column: str, group: Callable[[str], str], title: Callable[[str], str]) -> Counter:
    """Names that count as one are added up under the title of the commonest."""

    def counter(counting: Counting) -> Counted:
        names = counting.state.dimensions[column].names
        counts = _grouped(counting.counts(column, len(names)), names, group)
        return Counted(counts, lambda code: title(names[code]), _name)

    return counter


def _grouped(counts: Array, names: Sequence[str], group: Callable[[str], str]) -> Array:
    together: dict[str, int] = {}
    # From the commonest down, so that the first of a group gives the title.
    commonest_first: list[int] = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)].tolist()
    for code in commonest_first:
        if not names[code]:
            counts[code] = 0  # a model that only a hash is known of
            continue
        first = together.setdefault(group(names[code]), code)
        if first != code:
            counts[first] += counts[code]
            counts[code] = 0
    return counts


def _same(name: str) -> str:
    return name


def _resources(kind: str) -> Counter:
    def counter(counting: Counting) -> Counted:
        resources, state = counting.state.resources, counting.state
        codes = resources.of_kind(kind)
        titles, groups = resources.kept.get(("titles", kind), lambda: _titles(resources, codes))
        counts = all_counts(state.resource_lists, counting.chosen, state.count, len(resources.names))[codes]
        together = np.bincount(groups, weights=counts).astype(np.int64)
        commonest = np.lexsort((-counts, groups))
        first = commonest[np.append(True, np.diff(groups[commonest]) > 0)] if len(codes) else commonest
        together[[not titles[place] for place in first.tolist()]] = 0
        return Counted(together, lambda place: titles[int(first[place])], _name)

    return counter


def _strengths(kind: str) -> Counter:
    """The strengths that resources of a kind were used with."""

    def counter(counting: Counting) -> Counted:
        state = counting.state
        images, weights = state.resource_lists.weighted(state.resources.of_kind(kind))
        here = counting.marks()[images]
        distinct, codes = np.unique(weights[here], return_inverse=True)
        # A picture that uses two with the same strength counts once.
        pairs = np.unique(codes.astype(np.int64) * state.count + images[here])
        counts = np.bincount(pairs // max(1, state.count), minlength=len(distinct))

        def label(place: int) -> str:
            return np.format_float_positional(distinct[place], unique=True, trim="-")

        return Counted(counts, label, _equal, ranks=np.arange(len(distinct)))

    return counter


def _titles(resources: Resources, codes: Array) -> tuple[list[str], Array]:
    """The title of each resource, and which of them count as one."""
    places: list[int] = codes.tolist()
    titles = [model_title(resources.names[code]) for code in places]
    number: dict[str, int] = {}
    groups = [number.setdefault(plain_name(title), len(number)) for title in titles]
    return titles, np.array(groups, np.int64)


def _tags(counting: Counting) -> Counted:
    state = counting.state
    counts = commonest(state.tag_lists, counting.chosen, state.count, state.tags.live, counting.limit)
    return Counted(counts, state.tags.names.__getitem__, _name)


def _albums(counting: Counting) -> Counted:
    """Smart ones too."""
    state, rows = counting.state, counting.state.albums.rows
    marks = counting.marks()
    counts = [
        np.count_nonzero(marks[state.album_positions(row)])
        if row.query is None
        else np.count_nonzero(album_mask(counting.question, row) & marks)
        for row in rows
    ]
    return Counted(np.array(counts, np.int64), lambda place: rows[place].name, _name)


def _folders(counting: Counting) -> Counted:
    paths = counting.state.folders.paths
    return Counted(counting.counts("folder", len(paths)), paths.__getitem__, _name)


def _extensions(counting: Counting) -> Counted:
    names = counting.state.exts.names
    return Counted(counting.counts("ext", len(names)), names.__getitem__, _name)


def _types(counting: Counting) -> Counted:
    state = counting.state
    by_content = counting.counts("format", len(state.formats.names))
    videos = int(by_content[state.formats.matching(VIDEO_FORMATS.__contains__)[:-1]].sum())
    if by_content.sum() < counting.chosen.count:
        by_extension = state.exts.matching(VIDEO_FORMATS.__contains__)
        videos += int(np.count_nonzero(by_extension[counting.of("ext")[counting.of("format") < 0]]))
    return Counted(np.array([counting.chosen.count - videos, videos]), ("image", "video").__getitem__, Name)


def _years(counting: Counting) -> Counted:
    by_year: dict[int, int] = {}
    for year, _, count in _by_month(counting):
        by_year[year] = by_year.get(year, 0) + count
    return _days([(f"{year:04}", count) for year, count in by_year.items()])


def _months(counting: Counting) -> Counted:
    counted = _by_month(counting)
    return _days([(f"{year:04}-{month:02}", count) for year, month, count in counted])


def _by_month(counting: Counting) -> list[tuple[int, int, int]]:
    return named_months(*counting.distinct(month_of_date(counting.zone)))


def _days(labels: list[tuple[str, int]]) -> Counted:
    counts = np.array([count for _, count in labels], np.int64)
    ranks = np.arange(len(labels))
    return Counted(counts, lambda place: labels[place][0], lambda text: Days(text, text), ranks=ranks)


def _months_of(field: str) -> Counter:
    """The months of a date that some images have none of."""

    def counter(counting: Counting) -> Counted:
        column, units = MOMENTS[field](counting.question)
        moments = counting.chosen.of(column)
        moments = moments[moments != NO_MOMENT]
        counted = counts_by_month(
            moments if units == _MICROSECONDS else moments // (units // _MICROSECONDS), counting.zone
        )
        return _days([(f"{year:04}-{month:02}", count) for year, month, count in counted])

    return counter


def _ratings(counting: Counting) -> Counted:
    counts = counting.counts("rating", 11)[1:]
    return Counted(counts, lambda place: str(place + 1), _equal, ranks=np.arange(10))


def _equal(number: str) -> Compare:
    return Compare("=", Decimal(number))


def _whole_numbers(coding: Coding) -> Counter:
    def counter(counting: Counting) -> Counted:
        distinct, counts = counting.distinct(coding)
        return Counted(counts, lambda place: str(distinct[place]), _equal)

    return counter


def _cfgs(counting: Counting) -> Counted:
    distinct, counts = counting.distinct(CFG)
    numbers = distinct.astype(np.uint32).view(np.float32)

    def label(place: int) -> str:
        # The shortest digits that mean the same 32-bit number: 7.1, not 7.0999999.
        return np.format_float_positional(numbers[place], unique=True, trim="-")

    return Counted(counts, label, _equal)


def _spans_of(field: str, column: str) -> Counter:
    """Numbers of which nearly every image has another one, gathered into spans."""

    def counter(counting: Counting) -> Counted:
        values = counting.of(column)
        whole = values.dtype.kind != "f"
        found = spread(values if whole else values[np.isfinite(values)])
        starts, last = found.starts, len(found.starts) - 1

        def text(place: int) -> str:
            if whole:
                return str(starts[place])
            return np.format_float_positional(starts[place], unique=True, trim="-")

        def span(place: int) -> Node:
            begin = Decimal(text(place))
            if place == last:
                return Where(field, (Compare(">=", begin),))
            end = Decimal(text(place + 1))
            if whole:
                return Where(field, (Range(begin, end - 1),))
            return And((Where(field, (Compare(">=", begin),)), Where(field, (Compare("<", end),))))

        return Counted(found.counts, text, _equal, span, np.arange(len(starts)))

    return counter


def _sizes(counting: Counting) -> Counted:
    distinct, counts = counting.distinct(SIZE)
    return Counted(counts, lambda place: f"{distinct[place] >> 32}x{distinct[place] & 0xFFFFFFFF}", _dimensions)


def _dimensions(text: str) -> Dimensions:
    width, height = text.split("x")
    return Dimensions(int(width), int(height))


_MICROSECONDS = 1_000_000

_COUNTERS = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="facets")
"""Counting is work of NumPy, which lets other threads run meanwhile."""


@dataclass(frozen=True, slots=True)
class Facet:
    """field: what its queries name; by_value: listed from the highest value down, else by count."""

    field: str
    counter: Counter
    by_value: bool = False


FACETS: Mapping[str, Facet] = {
    "generator": Facet("generator", _by_name("generator", plain_name, _same)),
    "model": Facet("model", _by_name("model", lambda name: plain_name(model_title(name)), model_title)),
    "sampler": Facet("sampler", _by_name("sampler", sampler_key, canonical_sampler)),
    "scheduler": Facet("scheduler", _by_name("scheduler", scheduler_key, canonical_scheduler)),
    "lora": Facet("lora", _resources("lora")),
    "vae": Facet("vae", _resources("vae")),
    "embedding": Facet("embedding", _resources("embedding")),
    "controlnet": Facet("controlnet", _resources("controlnet")),
    "hypernet": Facet("hypernet", _resources("hypernet")),
    "hypernet_strength": Facet("hypernet_strength", _strengths("hypernet"), by_value=True),
    "tag": Facet("tag", _tags),
    "folder": Facet("folder", _folders),
    "album": Facet("album", _albums),
    "year": Facet("date", _years, by_value=True),
    "month": Facet("date", _months, by_value=True),
    "rating": Facet("rating", _ratings, by_value=True),
    "ext": Facet("ext", _extensions),
    "type": Facet("type", _types),
    "size": Facet("size", _sizes),
    "steps": Facet("steps", _whole_numbers(STEPS)),
    "cfg": Facet("cfg", _cfgs),
    "clip_skip": Facet("clip_skip", _whole_numbers(CLIP_SKIP)),
    "denoise": Facet("denoise", _spans_of("denoise", "denoise"), by_value=True),
    "aesthetic": Facet("aesthetic", _spans_of("aesthetic", "aesthetic"), by_value=True),
    "duration": Facet("duration", _spans_of("duration", "duration_s"), by_value=True),
    "filesize": Facet("filesize", _spans_of("filesize", "size_bytes"), by_value=True),
    **{f"{name}_month": Facet(name, _months_of(name), by_value=True) for name in MOMENTS if name != "date"},
}
"""All facets, and how each is counted."""

"""Counts of values within a result, each with the query that selects just these images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from decimal import Decimal

import numpy as np

from diffusion_toolkit.catalog.columns import NO_NUMBER, Array
from diffusion_toolkit.catalog.days import counts_by_month, months_between
from diffusion_toolkit.catalog.evaluate.names import (
    VIDEO_FORMATS,
    model_title,
    plain_name,
    sampler_key,
    scheduler_key,
)
from diffusion_toolkit.catalog.orders import first_places
from diffusion_toolkit.catalog.selection import Chosen
from diffusion_toolkit.catalog.sort import prepared
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.catalog.text_order import natural_key
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.query import format_query
from diffusion_toolkit.query.tree import Compare, Days, Dimensions, Name, Value, Where
from diffusion_toolkit.query.wildcards import has_wildcards
from diffusion_toolkit.vocabulary import canonical_sampler, canonical_scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value, how many images of the result have it, and the query that finds them."""

    value: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Counted:
    """Values before they are written out.

    counts: of each value · label: of the value at a place · asked: what a query for a label asks · ranks: order of the
    values, where they are listed by it.
    """

    counts: Array
    label: Callable[[int], str]
    asked: Callable[[str], Value]
    ranks: Array = field(default_factory=lambda: np.empty(0, np.int64))


Counting = Callable[[State, Chosen, tzinfo], Counted]


def facet(state: State, chosen: Chosen, key: str, limit: int, zone: tzinfo | None) -> list[FacetValue]:
    """The `limit` commonest values of a key; years, months and ratings from the highest down.

    Images without a value are not counted.
    """
    known = FACETS.get(key)
    if known is None:
        raise UsageError(f'no facet "{key[:100]}"; one of {", ".join(FACETS)}')
    counted = known.counting(state, chosen, zone or UTC)
    order = np.argsort(-counted.ranks if known.by_value else -counted.counts, kind="stable")
    shown = order[counted.counts[order] > 0][:limit].tolist()
    values = [(counted.label(place), int(counted.counts[place])) for place in shown]
    if not known.by_value:
        values.sort(key=lambda pair: (-pair[1], natural_key(pair[0])))
    return [
        FacetValue(value=label, count=count, query=format_query(Where(known.field, (counted.asked(label),))))
        for label, count in values
    ]


def _name(text: str) -> Name:
    return Name(text, quoted=has_wildcards(text))


def _counts(codes: Array, size: int) -> Array:
    """How often each code occurs; -1 is left out."""
    return np.bincount(codes + 1, minlength=size + 1)[1:]


def _by_name(column: str, group: Callable[[str], str], title: Callable[[str], str]) -> Counting:
    """Names that count as one are added up under the title of the commonest."""

    def counting(state: State, chosen: Chosen, _: tzinfo) -> Counted:
        table = state.dimensions[column]
        counts = _counts(chosen.of(state.columns[column]), len(table.names))
        together: dict[str, int] = {}
        # From the commonest down, so that the first of a group gives the title.
        commonest_first: list[int] = np.argsort(-counts, kind="stable").tolist()
        for code in commonest_first:
            if not table.names[code]:
                counts[code] = 0  # a model that only a hash is known of
                continue
            first = together.setdefault(group(table.names[code]), code)
            if first != code:
                counts[first] += counts[code]
                counts[code] = 0
        return Counted(counts, lambda code: title(table.names[code]), _name)

    return counting


def _same(name: str) -> str:
    return name


def _folders(state: State, chosen: Chosen, _: tzinfo) -> Counted:
    paths = state.folders.paths
    counts = _counts(chosen.of(state.columns["folder"]), len(paths))
    return Counted(counts, paths.__getitem__, _name)


def _extensions(state: State, chosen: Chosen, _: tzinfo) -> Counted:
    names = state.exts.names
    counts = _counts(chosen.of(state.columns["ext"]), len(names))
    return Counted(counts, names.__getitem__, _name)


def _types(state: State, chosen: Chosen, _: tzinfo) -> Counted:
    by_content = state.formats.matching(VIDEO_FORMATS.__contains__)
    by_extension = state.exts.matching(VIDEO_FORMATS.__contains__)
    content = chosen.of(state.columns["format"])
    is_video = np.where(content >= 0, by_content[content], by_extension[chosen.of(state.columns["ext"])])
    videos = int(np.count_nonzero(is_video))
    return Counted(np.array([chosen.count - videos, videos]), ("image", "video").__getitem__, Name)


def _years(state: State, chosen: Chosen, zone: tzinfo) -> Counted:
    by_year: dict[int, int] = {}
    for year, _, count in _by_month(state, chosen, zone):
        by_year[year] = by_year.get(year, 0) + count
    return _days([(f"{year:04}", count) for year, count in by_year.items()])


def _months(state: State, chosen: Chosen, zone: tzinfo) -> Counted:
    counted = _by_month(state, chosen, zone)
    return _days([(f"{year:04}-{month:02}", count) for year, month, count in counted])


def _by_month(state: State, chosen: Chosen, zone: tzinfo) -> list[tuple[int, int, int]]:
    """Many images are counted along the order by date: months are runs of it (2 ms for a million, against 11 ms)."""
    mask, dates = chosen.mask, state.columns["date"]
    if mask is None:
        return counts_by_month(chosen.of(dates), zone)
    order = prepared(state, "date").valued
    months = months_between(int(dates[order[0]]), int(dates[order[-1]]), zone)
    if months is None:
        return counts_by_month(chosen.of(dates), zone)
    marks = np.zeros(state.count, np.uint8)
    marks[: len(mask)] = mask
    ends = first_places(order, months.count - 1, lambda positions: dates[positions] < months.bounds_us)
    bounds = np.concatenate([np.zeros(1, np.int64), ends, [len(order)]])
    running = np.concatenate([np.zeros(1, np.int32), np.cumsum(marks.take(order), dtype=np.int32)])
    return months.named(np.diff(running[bounds]))


def _days(labels: list[tuple[str, int]]) -> Counted:
    counts = np.array([count for _, count in labels], np.int64)
    return Counted(counts, lambda place: labels[place][0], lambda text: Days(text, text), np.arange(len(labels)))


def _ratings(state: State, chosen: Chosen, _: tzinfo) -> Counted:
    counts = np.bincount(chosen.of(state.columns["rating"]), minlength=11)[1:]
    return Counted(counts, lambda place: str(place + 1), _equal, np.arange(10))


def _equal(number: str) -> Compare:
    return Compare("=", Decimal(number))


def _steps(state: State, chosen: Chosen, _: tzinfo) -> Counted:
    steps = chosen.of(state.columns["steps"])
    distinct, counts = _distinct(steps[steps != NO_NUMBER])
    return Counted(counts, lambda place: str(distinct[place]), _equal)


def _cfgs(state: State, chosen: Chosen, _: tzinfo) -> Counted:
    cfgs = chosen.of(state.columns["cfg"])
    distinct, counts = np.unique(cfgs[np.isfinite(cfgs)], return_counts=True)

    def label(place: int) -> str:
        # The shortest digits that mean the same 32-bit number: 7.1, not 7.0999999.
        return np.format_float_positional(np.float32(distinct[place]), unique=True, trim="-")

    return Counted(counts, label, _equal)


def _sizes(state: State, chosen: Chosen, _: tzinfo) -> Counted:
    width, height = chosen.of(state.columns["width"]), chosen.of(state.columns["height"])
    known = (width > 0) & (height > 0)
    packed = (width[known].astype(np.int64) << 32) | height[known]
    distinct, counts = np.unique(packed, return_counts=True)

    def label(place: int) -> str:
        return f"{int(distinct[place]) >> 32}x{int(distinct[place]) & 0xFFFFFFFF}"

    return Counted(counts, label, _dimensions)


def _dimensions(text: str) -> Dimensions:
    width, height = text.split("x")
    return Dimensions(int(width), int(height))


def _distinct(numbers: Array) -> tuple[Array, Array]:
    """Distinct numbers and their counts; for the usual small ones without sorting."""
    if not len(numbers) or numbers.min() < 0 or numbers.max() > _SMALL_NUMBERS:
        return np.unique(numbers, return_counts=True)
    counts = np.bincount(numbers)
    distinct = np.flatnonzero(counts)
    return distinct, counts[distinct]


_SMALL_NUMBERS = 10_000


@dataclass(frozen=True, slots=True)
class Facet:
    """field: what its queries name; by_value: listed from the highest value down, else by count."""

    field: str
    counting: Counting
    by_value: bool = False


FACETS: Mapping[str, Facet] = {
    "generator": Facet("generator", _by_name("generator", plain_name, _same)),
    "model": Facet("model", _by_name("model", lambda name: plain_name(model_title(name)), model_title)),
    "sampler": Facet("sampler", _by_name("sampler", sampler_key, canonical_sampler)),
    "scheduler": Facet("scheduler", _by_name("scheduler", scheduler_key, canonical_scheduler)),
    "folder": Facet("folder", _folders),
    "year": Facet("date", _years, by_value=True),
    "month": Facet("date", _months, by_value=True),
    "rating": Facet("rating", _ratings, by_value=True),
    "ext": Facet("ext", _extensions),
    "type": Facet("type", _types),
    "size": Facet("size", _sizes),
    "steps": Facet("steps", _steps),
    "cfg": Facet("cfg", _cfgs),
}
"""All facets, and how each is counted."""

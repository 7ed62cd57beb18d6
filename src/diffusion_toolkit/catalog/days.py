"""Days, months and years of many moments at once, in the user's time zone."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

import numpy as np

from diffusion_toolkit.catalog.columns import Longs

DAY_US = 86_400_000_000
_EARLIEST_S = int(datetime(1, 1, 3, tzinfo=UTC).timestamp())
_LATEST_S = int(datetime(9999, 12, 29, tzinfo=UTC).timestamp())
_STEP_S = 86_400
_YEAR_S = 365 * _STEP_S
_BIN_BITS = 36
_MOST_BINS = 1_000_000
_MOST_MONTHS = 12 * 300


def local_days(moments_us: Longs, zone: tzinfo | None) -> Longs:
    """The day of each moment (microseconds since 1970, UTC), as days since 1970 in the zone."""
    if not len(moments_us):
        return np.empty(0, np.int64)
    first_s, last_s = int(moments_us.min()) // 1_000_000, int(moments_us.max()) // 1_000_000
    starts, offsets = _offsets(first_s // _YEAR_S * _YEAR_S, (last_s // _YEAR_S + 1) * _YEAR_S, zone)
    if len(offsets) == 1:
        return (moments_us + offsets[0]) // DAY_US
    return (moments_us + offsets[spans(moments_us, starts[1:])]) // DAY_US


def spans(moments_us: Longs, bounds: Longs) -> Longs:
    """Between which bounds (ascending) each moment lies: 0 before the first, 1 from the first on, and so on.

    Most moments are decided by the 19 hours they lie in, a table look-up; only those beside a bound are compared.
    """
    first = int(moments_us.min() >> _BIN_BITS) if len(moments_us) else 0
    last = int(moments_us.max() >> _BIN_BITS) if len(moments_us) else 0
    if last - first > _MOST_BINS:
        return np.searchsorted(bounds, moments_us, side="right")
    edges = (np.arange(first, last + 2, dtype=np.int64)) << _BIN_BITS
    at_edges = np.searchsorted(bounds, edges, side="right")
    inside = np.searchsorted(bounds, edges[1:] - 1, side="right")
    bins = (moments_us >> _BIN_BITS) - first
    found = at_edges[:-1][bins]
    unsure = np.flatnonzero((at_edges[:-1] != inside)[bins])
    found[unsure] = np.searchsorted(bounds, moments_us[unsure], side="right")
    return found


def counts_by_month(moments_us: Longs, zone: tzinfo | None) -> list[tuple[int, int, int]]:
    """Year, month and number of moments of each month that has any, in order of time."""
    months = local_months(moments_us, zone)
    first = int(months.min()) if len(months) else 0
    counts = np.bincount(months - first)
    return named_months(np.arange(first, first + len(counts)), counts)


def named_months(months: Longs, counts: Longs) -> list[tuple[int, int, int]]:
    """Year, month and count of months since January 1970 that have any, in order of time."""
    pairs = sorted(zip(months.tolist(), counts.tolist(), strict=True))
    return [(1970 + month // 12, month % 12 + 1, count) for month, count in pairs if count]


def local_months(moments_us: Longs, zone: tzinfo | None) -> Longs:
    """The month of each moment (microseconds since 1970, UTC), as months since January 1970 in the zone."""
    if not len(moments_us):
        return np.empty(0, np.int64)
    # One by one: between the two may lie centuries (one wrong clock is enough), with all their changes of the clock.
    days = np.concatenate([local_days(moments_us[[at]], zone) for at in (moments_us.argmin(), moments_us.argmax())])
    first, last = _months_of(days).tolist()
    if last - first > _MOST_MONTHS:
        return _months_of(local_days(moments_us, zone))
    bounds = [_month_begin_us(month, zone) for month in range(first + 1, last + 1)]
    return first + spans(moments_us, np.array(bounds, np.int64))


def _months_of(days: Longs) -> Longs:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _month_begin_us(month: int, zone: tzinfo | None) -> int:
    begin = datetime(1970 + month // 12, month % 12 + 1, 1, tzinfo=zone or UTC)
    return int(begin.timestamp()) * 1_000_000


@lru_cache(maxsize=64)
def _offsets(first_s: int, last_s: int, zone: tzinfo | None) -> tuple[Longs, Longs]:
    """From when on which offset to UTC holds, in microseconds."""
    first_s, last_s = max(first_s, _EARLIEST_S), min(max(last_s, _EARLIEST_S), _LATEST_S)
    first_s = min(first_s, _LATEST_S)
    starts, offsets = [np.iinfo(np.int64).min], [_offset_s(first_s, zone)]
    # A span of centuries (one wrong clock is enough) is walked in longer steps; zones change at most twice a year.
    step = _STEP_S * max(1, (last_s - first_s) // (_STEP_S * 20_000) + 1)
    at = first_s
    while at < last_s:
        following = min(at + step, last_s)
        if _offset_s(following, zone) != offsets[-1]:
            change = _change_between(at, following, zone)
            starts.append(change * 1_000_000)
            offsets.append(_offset_s(following, zone))
        at = following
    return np.array(starts, np.int64), np.array(offsets, np.int64) * 1_000_000


def _change_between(low: int, high: int, zone: tzinfo | None) -> int:
    before = _offset_s(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_s(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def _offset_s(moment_s: int, zone: tzinfo | None) -> int:
    offset = datetime.fromtimestamp(moment_s, zone or UTC).utcoffset()
    return int(offset.total_seconds()) if offset else 0

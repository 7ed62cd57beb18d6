"""The headings of a result: runs of images of the same day, letter, number, folder or prompt, in the result's order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

import numpy as np

from diffusion_toolkit.catalog.columns import NO_MOMENT, NO_NUMBER, Array, Ints, Longs
from diffusion_toolkit.catalog.days import local_days
from diffusion_toolkit.catalog.state import State

MOST_GROUPS = 20_000
"""More prompts or folders than that are no headings any more: nearly every picture would stand alone."""

MOST_CHARACTERS = 120
"""So much of a prompt stands in a heading."""

_FIRST_DAY = date(1970, 1, 1)
_DAYS = {
    "date": ("date", 1),
    "added": ("added", 1),
    "modified": ("mtime_ns", 1_000),
    "viewed": ("viewed", 1),
    "touched": ("touched", 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Consecutive images under one heading. key: the same heading without words, for links (days: YYYY-MM-DD).

    Of a prompt the label is its beginning, casefolded, and the key its code in the catalog.
    """

    label: str
    key: str
    count: int


def groups(state: State, positions: Ints, sort_key: str, zone: tzinfo | None) -> list[Group]:
    """The headings of images sorted by this key, in order; none for keys without any."""
    if not len(positions):
        return []
    if sort_key in _DAYS:
        column, per_microsecond = _DAYS[sort_key]
        moments = state.columns[column][positions]
        return _runs(_local_days(moments if per_microsecond == 1 else moments // per_microsecond, zone), _day)
    if sort_key == "name":
        return _letters(state, positions)
    if sort_key == "rating":
        return _runs(state.columns["rating"][positions], lambda rating: (str(rating), str(rating)) if rating else _NONE)
    if sort_key == "steps":
        steps = state.columns["steps"][positions]
        return _runs(steps, lambda number: _NONE if number == NO_NUMBER else (str(number), str(number)))
    if sort_key == "model":
        names = state.dimensions["model"].names
        return _runs(state.columns["model"][positions], lambda code: (names[code], names[code]) if code >= 0 else _NONE)
    if sort_key == "path":
        return _folders(state, positions)
    if sort_key == "prompt":
        return _prompts(state, positions)
    return []


_NONE = ("none", "none")


def _local_days(moments_us: Longs, zone: tzinfo | None) -> Longs:
    known = moments_us != NO_MOMENT
    if known.all():
        return local_days(moments_us, zone)
    days = np.full(len(moments_us), _NEVER, np.int64)
    days[known] = local_days(moments_us[known], zone)
    return days


_NEVER = -(2**40)


def _day(number: int) -> tuple[str, str]:
    day = str(_FIRST_DAY + timedelta(days=number)) if -700_000 < number < 2_900_000 else "none"
    return day, day


def _letters(state: State, positions: Ints) -> list[Group]:
    """The first character decides; digits share one heading, and what is neither letter nor digit another."""
    first = state.names.first_characters()[state.columns["name"][positions]]
    kind = np.where((first >= ord("0")) & (first <= ord("9")), ord("0"), first)
    return _runs(kind, _letter)


def _letter(code: int) -> tuple[str, str]:
    if code == ord("0"):
        return "0-9", "0-9"
    label = chr(code).upper()
    return label, label


def _folders(state: State, positions: Ints) -> list[Group]:
    paths = state.folders.paths
    values = state.columns["folder"][positions]
    return _runs(values, lambda code: (paths[code], paths[code]) if code >= 0 else _NONE) if _few(values) else []


def _prompts(state: State, positions: Ints) -> list[Group]:
    """Prompts that differ in nothing but case share a heading, as they do in the order."""
    codes = state.columns["prompt"][positions]
    ranks = state.prompts.ranks()[codes]
    if not _few(ranks):
        return []
    begins = _begins(ranks)
    counts = np.diff(np.append(begins, len(ranks))).tolist()
    made: list[Group] = []
    for code, count in zip(codes[begins].tolist(), counts, strict=True):
        label, key = (state.prompts.beginning(code, MOST_CHARACTERS), str(code)) if code >= 0 else _NONE
        made.append(Group(label=label, key=key, count=count))
    return made


def _few(values: Array) -> bool:
    return int(np.count_nonzero(values[1:] != values[:-1])) < MOST_GROUPS


def _begins(values: Array) -> Longs:
    return np.flatnonzero(np.append(True, values[1:] != values[:-1]))


def _runs(values: Array, label: Callable[[int], tuple[str, str]]) -> list[Group]:
    begins = _begins(values)
    counts = np.diff(np.append(begins, len(values)))
    made: list[Group] = []
    for value, count in zip(values[begins].tolist(), counts.tolist(), strict=True):
        text, key = label(value)
        if made and made[-1].key == key:
            made[-1] = Group(label=text, key=key, count=made[-1].count + count)
        else:
            made.append(Group(label=text, key=key, count=count))
    return made

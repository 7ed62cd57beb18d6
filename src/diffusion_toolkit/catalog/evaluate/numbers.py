"""Fields that are numbers: `steps cfg seed rating clip_skip denoise aesthetic duration` and sizes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from diffusion_toolkit.catalog.columns import NO_NUMBER, Array, Flag, Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.tree import Absent, Compare, Glob, Present, Range, Value
from diffusion_toolkit.query.wildcards import pattern


@dataclass(frozen=True, slots=True)
class Number:
    """How a field is read: its values by position, and (as a new array) which images have one (None: all)."""

    values: Callable[[Question], Array]
    known: Callable[[Question], Mask] | None = None


def _column(name: str) -> Callable[[Question], Array]:
    return lambda question: question.column(name)


def _real(name: str) -> Number:
    return Number(_column(name), lambda question: ~np.isnan(question.column(name)))


def _pixels(question: Question) -> Array:
    return question.column("width").astype(np.int64) * question.column("height")


NUMBERS = {
    "steps": Number(_column("steps"), lambda question: question.column("steps") != NO_NUMBER),
    "cfg": _real("cfg"),
    "seed": Number(_column("seed"), lambda question: question.state.columns.has(Flag.SEED)),
    "rating": Number(_column("rating"), lambda question: question.column("rating") > 0),
    "width": Number(_column("width"), lambda question: question.column("width") > 0),
    "height": Number(_column("height"), lambda question: question.column("height") > 0),
    "pixels": Number(_pixels, lambda question: question.state.width_known.copy()),
    "filesize": Number(_column("size_bytes")),
    "clip_skip": Number(_column("clip_skip"), lambda question: question.column("clip_skip") != NO_NUMBER),
    "denoise": _real("denoise"),
    "aesthetic": _real("aesthetic"),
    "duration": _real("duration_s"),
    "id": Number(_column("id")),
}


def _register(field: str, number: Number) -> None:
    @evaluates(field)
    def evaluate(question: Question, value: Value) -> Mask:  # pyright: ignore[reportUnusedFunction]  # registered
        known = number.known(question) if number.known else np.ones(question.state.count, np.bool_)
        if isinstance(value, Present):
            return known
        if isinstance(value, Absent):
            return np.logical_not(known, out=known)
        known &= number_matching(field, number.values(question), value)
        return known


for _field, _number in NUMBERS.items():
    _register(_field, _number)


def number_matching(field: str, values: Array, value: Value) -> Mask:
    """Which numbers a value asks for."""
    match value:
        case Compare("<>", number):
            return ~_within(values, number, number)
        case Compare("=", number):
            return _within(values, number, number)
        case Compare("<" | "<=" as operator, number):
            return _within(values, None, number, open_end=operator == "<")
        case Compare(_, number):
            return _within(values, number, None, open_start=value.operator == ">")
        case Range(low, high):
            return _within(values, low, high)
        case Glob(digits):
            return _with_digits(values, digits)
        case _:
            raise unfit(field, value)


def _within(
    values: Array, low: Decimal | None, high: Decimal | None, *, open_start: bool = False, open_end: bool = False
) -> Mask:
    if values.dtype.kind == "f":
        return _within_floats(values, low, high, open_start=open_start, open_end=open_end)
    limits = np.iinfo(values.dtype)
    first, last = int(limits.min), int(limits.max)
    if low is not None:
        first = max(first, int(low.to_integral_value(ROUND_FLOOR)) + 1 if open_start else _ceiling(low))
    if high is not None:
        last = min(last, _ceiling(high) - 1 if open_end else int(high.to_integral_value(ROUND_FLOOR)))
    if first > last:
        return np.zeros(len(values), np.bool_)
    if first == last:
        return values == values.dtype.type(first)
    found = np.ones(len(values), np.bool_) if first == limits.min else values >= values.dtype.type(first)
    if last != limits.max:
        found &= values <= values.dtype.type(last)
    return found


def _ceiling(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def _within_floats(
    values: Array, low: Decimal | None, high: Decimal | None, *, open_start: bool, open_end: bool
) -> Mask:
    # The store keeps 32 bits: 7.1 typed must equal 7.1 stored.
    found = np.ones(len(values), np.bool_)
    if low is not None:
        found &= values > np.float32(low) if open_start else values >= np.float32(low)
    if high is not None:
        found &= values < np.float32(high) if open_end else values <= np.float32(high)
    return found


def _with_digits(values: Array, digits: str) -> Mask:
    """Numbers whose decimal digits fit a pattern with `*` and `?`."""
    found = _first_guess(values, digits)
    if digits.endswith("*") and digits.rstrip("*").isdecimal():
        return found  # the guess is exact
    here = np.flatnonzero(found)
    fits = pattern(digits).fullmatch
    found[here] = [fits(str(number)) is not None for number in values[here].tolist()]
    return found


def _first_guess(values: Array, digits: str) -> Mask:
    """All numbers with the leading digits of the pattern and possible lengths; no fitting number is left out."""
    head = re.match(r"[0-9]*", digits)
    leading = head.group() if head else ""
    fixed = len(digits.replace("*", ""))
    longest = fixed if "*" not in digits else len(str(values.max(initial=0)))
    found = np.zeros(len(values), np.bool_)
    for length in range(max(fixed, 1), longest + 1):
        rest = length - len(leading)
        if leading.startswith("0") and length > 1:
            continue
        first = Decimal(int(leading or 0) * 10**rest)
        if not leading:
            first = Decimal(10 ** (length - 1) if length > 1 else 0)
        found |= _within(values, first, Decimal((int(leading or 0) + 1) * 10**rest - 1))
    return found

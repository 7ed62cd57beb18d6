"""Numbers with their comparisons, ranges, units and digit patterns: text to value."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.fields import Field
from diffusion_toolkit.query.tree import Compare, Comparison, Glob, Range, Value

_OPERATOR = re.compile(r"<>|!=|>=|<=|==|[<>=≥≤≠]")
_OPERATORS: Mapping[str, Comparison] = {
    "=": "=",
    "==": "=",
    "<>": "<>",
    "!=": "<>",
    "≠": "<>",
    ">": ">",
    ">=": ">=",
    "≥": ">=",
    "<": "<",
    "<=": "<=",
    "≤": "<=",
}
_BLANKS = re.compile(r"\s*")
_NUMBER = r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_DIGITS = re.compile(r"[0-9]*[*?][0-9*?]*")
# The longest seed has 20 digits; a file size, a pixel count or an id has fewer.
_MOST_DIGITS = 30
BOUNDARY = " \t\r\n\f\v,|)"


@lru_cache(maxsize=64)
def _forms(units: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The patterns of `low`, `low..high`, `low-high`, `low..`, `low+` and of `..high`, with these units."""
    unit = f"(?i: ?(?:{'|'.join(sorted(units, key=len, reverse=True))})(?![a-z0-9_]))?" if units else ""
    high = rf"(?P<high>{_NUMBER})(?P<high_unit>{unit})"
    between = r"\s*\.\.\s*|-|\s+-\s+"
    return (
        re.compile(rf"(?P<low>{_NUMBER})(?P<low_unit>{unit})(?:(?:{between}){high}|(?P<open>\.\.|\+))?"),
        re.compile(rf"\.\.\s*{high}"),
    )


def read_operator(query: str, start: int, stop: int) -> tuple[Comparison | None, int]:
    """The comparison at `start`, if one stands there, and where its value begins."""
    found = _OPERATOR.match(query, start, stop)
    if found is None:
        return None, start
    end = found.end()
    if end < stop and query[end] in "<>=!≥≤≠":
        fix = query[: found.start()] + query[end:] if query[end] == found[0] else None
        raise QueryError("one of = < > <= >=", position=end + 1, fix=fix)
    return _OPERATORS[found[0]], skip_blanks(query, end, stop)


def skip_blanks(query: str, start: int, stop: int) -> int:
    """Where the next character that is no blank stands, at most `stop`."""
    found = _BLANKS.match(query, start, stop)
    return found.end() if found else start


def read_number(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    """A number, a comparison, a range or a pattern of digits, and where it ends."""
    form, up_to = _forms(tuple(field.units))
    operator, at = read_operator(query, start, stop)
    if operator is not None:
        found = form.match(query, at, stop)
        if found is None:
            raise _expected(field, query, at, stop)
        number = _number(field, found, "low", query)
        return Compare(operator, number), _end(field, query, found.end("low_unit"), stop)
    if field.digits and (pattern := _DIGITS.match(query, start, stop)):
        return Glob(re.sub(r"\*+", "*", pattern[0])), _end(field, query, pattern.end(), stop)
    if found := up_to.match(query, start, stop):
        return Compare("<=", _number(field, found, "high", query)), _end(field, query, found.end(), stop)
    found = form.match(query, start, stop)
    if found is None:
        raise _expected(field, query, start, stop)
    return _of_range(field, found, query), _end(field, query, found.end(), stop)


def read_weight(field: Field, query: str, start: int, stop: int) -> tuple[Comparison, Decimal, int] | None:
    """The comparison behind a name, its number and where that ends: `>0.5`. None where no comparison stands."""
    operator, at = read_operator(query, skip_blanks(query, start, stop), stop)
    if operator is None:
        return None
    found = _forms(())[0].match(query, at, stop)
    if found is None or found["high"] is not None or found["open"] is not None:
        raise _expected(field, query, at, stop)
    return operator, _number(field, found, "low", query), _end(field, query, found.end(), stop)


def is_number(field: Field, query: str, start: int, stop: int) -> int | None:
    """Where a plain value of this number field ends, if one stands at `start` and nothing but itself."""
    try:
        return read_number(field, query, start, stop)[1]
    except QueryError:
        return None


def _of_range(field: Field, found: re.Match[str], query: str) -> Value:
    low = _number(field, found, "low", query)
    if found["open"]:
        return Compare(">=", low)
    if found["high"] is None:
        return _shown_as(found["low"], found["low_unit"], field) or Compare("=", low)
    high = _number(field, found, "high", query)
    if not found["low_unit"] and found["high_unit"]:  # 1..2mb means 1mb..2mb
        low *= field.units[found["high_unit"].strip().lower()]
    return Range(min(low, high), max(low, high))


def _shown_as(digits: str, unit: str, field: Field) -> Range | None:
    """`2mb` alone means every size that is shown as 2 MB: rounding decides, as no file has exactly that size."""
    factor = field.units.get(unit.strip().lower(), 1)
    if factor <= 1:
        return None
    half = Decimal(5).scaleb(-1 - len(digits.partition(".")[2]))
    number = Decimal(digits)
    return Range(((number - half) * factor).to_integral_value(), ((number + half) * factor).to_integral_value() - 1)


def _number(field: Field, found: re.Match[str], which: str, query: str) -> Decimal:
    digits, unit, at = found[which], found[f"{which}_unit"], found.start(which)
    if len(digits) > _MOST_DIGITS:
        raise QueryError("this number is too long", position=at + 1, length=len(digits))
    number = Decimal(digits)
    too_low = field.lowest is not None and number < field.lowest
    if too_low or (field.highest is not None and number > field.highest):
        allowed = f"{field.lowest} to {field.highest}" if field.highest is not None else f"{field.lowest} or more"
        raise QueryError(f"{field.name}: goes from {allowed}", position=at + 1, length=len(digits))
    if unit:
        number *= field.units[unit.strip().lower()]
    if abs(number) >= 10**_MOST_DIGITS:
        raise QueryError("this number is too large", position=at + 1, length=len(digits))
    return number


def _end(field: Field, query: str, end: int, stop: int) -> int:
    if end < stop and query[end] not in BOUNDARY:
        raise _expected(field, query, end, stop)
    return end


def _expected(field: Field, query: str, at: int, stop: int) -> QueryError:
    length = 1
    while at + length < stop and query[at + length] not in BOUNDARY:
        length += 1
    return QueryError(
        f"{field.name}: a number is expected, like {field.examples[0]}",
        position=min(at, len(query) - 1) + 1,
        length=length,
    )

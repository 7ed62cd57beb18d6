"""What can be written for a day or a span of days, and its one canonical spelling. Needs no clock."""

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.fields import Field
from diffusion_toolkit.query.tree import Days
from diffusion_toolkit.query.values import BOUNDARY, read_operator, skip_blanks

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200
_MOST_AGO: Final = {"day": 36_500, "week": 5_200, "month": 1_200, "year": 100}

_MONTH_NAMES = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in MONTHS)
# One branch per form. The longest form comes first; the lookahead keeps `2025-01` of `2025-01-2025-06` a month.
_DAY = re.compile(
    r"(?ai:"
    r"(?P<word>today|yesterday|tomorrow)"
    r"|(?P<ago>[0-9]{1,6}|an?|one)\s+(?P<ago_unit>day|week|month|year)s?\s+ago"
    r"|(?:last|past)\s+(?P<past>[0-9]{1,6})\s+(?P<past_unit>day|week|month|year)s?"
    r"|(?P<which>last|this)\s+(?P<span>week|month|year)"
    rf"|(?P<last>last\s+)?(?P<weekday>{'|'.join(WEEKDAYS)})"
    rf"|(?P<month_name>{_MONTH_NAMES})\s+(?P<named_year>[0-9]{{4}})"
    r"|(?P<year>[0-9]{4})(?:(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?:(?P=sep)(?P<day>[0-9]{1,2}))?)?(?![0-9])"
    r"|(?P<one>[0-9]{1,2})(?P<mark>[-/.])(?P<two>[0-9]{1,2})(?P=mark)(?P<last_year>[0-9]{4})"
    r")(?![\w])"
)
_START = re.compile(r"(?ai:(between|before|after|since|from|until|up\s+to)(?=\s))\s+")
_TO = re.compile(r"(?ai:\s*\.\.\s*|\s+-\s+|\s+(?:to|and|until|up\s+to)\s+|-(?=[0-9a-z]))")
_FORMS = "like today, 3 days ago, last week, 2026-10, 2026-10-05 or 2025..2026"
_WORD_BY_OPERATOR: Final = {">": "after", ">=": "since", "<": "before", "<=": "until", "=": "", "<>": ""}


def read_days(field: Field, query: str, start: int, stop: int, *, month_first: bool = False) -> tuple[Days, int, bool]:
    """A day, a span or a range of days; where it ends; and whether `<>` asks for all other days.

    month_first: 3/4/2026 is in March.
    """
    operator, at = read_operator(query, start, stop)
    word = _WORD_BY_OPERATOR[operator] if operator else ""
    if operator is None and (found := _START.match(query, start, stop)):
        word, at = " ".join(found[1].lower().split()), found.end()
    days, end = _Reader(field, query, stop, month_first).range(word, at)
    if end < stop and query[end] not in BOUNDARY:
        raise _expected(field, query, end, stop)
    return days, end, operator == "<>"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads days of one query."""

    field: Field
    query: str
    stop: int
    month_first: bool

    def range(self, word: str, at: int) -> tuple[Days, int]:
        """The days behind a word like `since`, or none, and where they end."""
        query, stop = self.query, self.stop
        if not word and query.startswith("..", at, stop):
            last, end = self.day(skip_blanks(query, at + 2, stop))
            return Days(None, last[1]), end
        first, end = self.day(at)
        if word in ("before", "after"):
            return (Days(None, f"before {first[0]}") if word == "before" else Days(f"after {first[1]}", None)), end
        if word in ("until", "up to"):
            return Days(None, first[1]), end
        if word != "since":
            to = _TO.match(query, end, stop)
            if to and (word or to[0].strip().lower() != "and") and _DAY.match(query, to.end(), stop):
                last, end = self.day(to.end())
                return Days(first[0], last[1]), end
        if word == "between":
            raise QueryError('after "between" come two days with "and"', position=at + 1, length=end - at)
        if word in ("since", "from"):
            return Days(first[0], None), end
        if query.startswith("..", end, stop):
            return Days(first[0], None), end + 2
        return Days(*first), end

    def day(self, at: int) -> tuple[tuple[str, str], int]:
        """The first and the last day meant by one form (`last 7 days` has two, the others one), and its end."""
        found = _DAY.match(self.query, at, self.stop)
        if found is None:
            raise _expected(self.field, self.query, at, self.stop)
        if found["past"]:
            return _past(found, found["past_unit"].lower(), int(found["past"])), found.end()
        day = _one(found, month_first=self.month_first)
        return (day, day), found.end()


def _one(found: re.Match[str], *, month_first: bool) -> str:
    if found["word"]:
        return found["word"].lower()
    if found["ago"]:
        number = int(found["ago"]) if found["ago"].isdigit() else 1
        return _ago(found, number, found["ago_unit"].lower())
    if found["span"]:
        return f"{found['which']} {found['span']}".lower()
    if found["weekday"]:
        return f"{'last ' if found['last'] else ''}{found['weekday']}".lower()
    if found["month_name"]:
        month = next(at for at, name in enumerate(MONTHS, 1) if name.startswith(found["month_name"].lower()))
        return _date(found, int(found["named_year"]), month, None)
    if found["year"]:
        month, day = found["month"], found["day"]
        return _date(found, int(found["year"]), int(month) if month else None, int(day) if day else None)
    one, two = int(found["one"]), int(found["two"])
    # Day first, as most of the world writes, unless asked otherwise; where that is no date (3/25/2024), the other way.
    day, month = (two, one) if month_first else (one, two)
    if month > 12 >= day:
        day, month = month, day
    return _date(found, int(found["last_year"]), month, day)


def _ago(found: re.Match[str], number: int, unit: str) -> str:
    if number > _MOST_AGO[unit]:
        raise QueryError("that is more than a century ago", position=found.start() + 1, length=len(found[0]))
    if unit == "day" and number < 2:
        return ("today", "yesterday")[number]
    return f"{number} {unit}{'s' if number != 1 else ''} ago"


def _past(found: re.Match[str], unit: str, number: int) -> tuple[str, str]:
    """`last 7 days` ends today and holds seven days; `last 3 months` goes back to this day of the month."""
    if unit in ("day", "week"):
        return _ago(found, max(number * (7 if unit == "week" else 1) - 1, 0), "day"), "today"
    return _ago(found, number, unit), "today"


def _date(found: re.Match[str], year: int, month: int | None, day: int | None) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        problem = f"a year from {FIRST_YEAR} to {LAST_YEAR} is expected"
    elif month is not None and not 1 <= month <= 12:
        problem = f"there is no month {month}"
    elif month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
        problem = f"{year}-{month:02} has no day {day}"
    else:
        parts = (f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None))
        return "-".join(parts)
    raise QueryError(problem, position=found.start() + 1, length=len(found[0]))


def _expected(field: Field, query: str, at: int, stop: int) -> QueryError:
    length = 1
    while at + length < stop and query[at + length] not in BOUNDARY:
        length += 1
    return QueryError(f"{field.name}: a day is expected, {_FORMS}", position=min(at, len(query) - 1) + 1, length=length)

"""Turns days as the user names them into moments, in the user's time zone."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Final

from diffusion_toolkit.query.days import WEEKDAYS
from diffusion_toolkit.query.tree import Days

_AGO = re.compile(r"([0-9]+) (day|week|month|year)s? ago")
_DAY: Final = timedelta(days=1)


def days_to_span(days: Days, now: datetime) -> tuple[float | None, float | None]:
    """The moments from (included) and until (excluded) in seconds since 1970, None = no bound.

    now: aware; its time zone is the user's. A `zoneinfo` zone makes days of 23 and 25 hours come out right; a
    fixed offset cannot. Bounds in the wrong order are exchanged.
    """
    if now.tzinfo is None:
        raise ValueError("now needs its time zone")
    today = now.date()
    first = _days_of(days.first, today) if days.first is not None else None
    last = _days_of(days.last, today) if days.last is not None else None
    if first and last and last[1] < first[0]:
        first, last = last, first
    return (_midnight(first[0], now) if first else None, _midnight(last[1] + _DAY, now) if last else None)


def _midnight(day: date, now: datetime) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo).timestamp()


def _days_of(words: str, today: date) -> tuple[date, date]:
    """The first and the last day that canonical words mean."""
    if words.startswith("before "):
        first = _days_of(words.removeprefix("before "), today)[0]
        return first - _DAY, first - _DAY
    if words.startswith("after "):
        last = _days_of(words.removeprefix("after "), today)[1]
        return last + _DAY, last + _DAY
    if words[0].isdigit():
        return _ago(words, today) if words.endswith("ago") else _calendar(words)
    return _named(words, today)


def _ago(words: str, today: date) -> tuple[date, date]:
    found = _AGO.fullmatch(words)
    if found is None:
        raise ValueError(words)
    number, unit = int(found[1]), found[2]
    if unit in ("day", "week"):
        day = today - number * (_DAY if unit == "day" else 7 * _DAY)
    else:
        day = _months_before(today, number * (12 if unit == "year" else 1))
    return day, day


def _months_before(day: date, number: int) -> date:
    """The same day of an earlier month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _calendar(words: str) -> tuple[date, date]:
    year, *rest = (int(part) for part in words.split("-"))
    if not rest:
        return date(year, 1, 1), date(year, 12, 31)
    if len(rest) == 1:
        return date(year, rest[0], 1), date(year, rest[0], monthrange(year, rest[0])[1])
    day = date(year, rest[0], rest[1])
    return day, day


def _named(words: str, today: date) -> tuple[date, date]:
    single = {"today": today, "yesterday": today - _DAY, "tomorrow": today + _DAY}.get(words)
    if single is not None:
        return single, single
    which, _, span = words.rpartition(" ")
    if span in WEEKDAYS:
        return _weekday(WEEKDAYS.index(span), today, before_today=which == "last")
    back = 1 if which == "last" else 0
    if span == "week":  # weeks begin on Monday (ISO 8601)
        monday = today - (today.weekday() + 7 * back) * _DAY
        return monday, monday + 6 * _DAY
    if span == "month":
        return _calendar(f"{_months_before(today, back):%Y-%m}")
    if span == "year":
        return _calendar(str(today.year - back))
    raise ValueError(words)


def _weekday(number: int, today: date, *, before_today: bool) -> tuple[date, date]:
    """The latest such day: `monday` may be today, `last monday` is before today."""
    back = (today.weekday() - number) % 7
    day = today - (back or (7 if before_today else 0)) * _DAY
    return day, day

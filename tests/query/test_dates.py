"""Which moments the days of a query are, in the user's zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from diffusion_toolkit.query import parse
from diffusion_toolkit.query.dates import days_to_span
from diffusion_toolkit.query.tree import Days, Where

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 28, 15, 30, tzinfo=BERLIN)  # a Wednesday; summer time ended on the 25th


def span(text: str, now: datetime = NOW) -> tuple[str | None, str | None]:
    tree = parse(f"date:{text}")
    assert isinstance(tree, Where)
    days = tree.values[0]
    assert isinstance(days, Days)
    first, last = (
        None
        if moment is None
        else f"{datetime.fromtimestamp(moment, now.tzinfo):%Y-%m-%d %H:%M}".removesuffix(" 00:00")
        for moment in days_to_span(days, now)
    )
    return first, last


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("today", "2026-10-28", "2026-10-29"),
        ("yesterday", "2026-10-27", "2026-10-28"),
        ("tomorrow", "2026-10-29", "2026-10-30"),
        ("3 days ago", "2026-10-25", "2026-10-26"),
        ("2 weeks ago", "2026-10-14", "2026-10-15"),
        ("8 months ago", "2026-02-28", "2026-03-01"),
        ("a year ago", "2025-10-28", "2025-10-29"),
        ("last 7 days", "2026-10-22", "2026-10-29"),
        ("last 3 months", "2026-07-28", "2026-10-29"),
        ("this week", "2026-10-26", "2026-11-02"),
        ("last week", "2026-10-19", "2026-10-26"),
        ("last month", "2026-09-01", "2026-10-01"),
        ("this year", "2026-01-01", "2027-01-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("wednesday", "2026-10-28", "2026-10-29"),
        ("last wednesday", "2026-10-21", "2026-10-22"),
        ("monday", "2026-10-26", "2026-10-27"),
        ("friday", "2026-10-23", "2026-10-24"),
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2024/2/9", "2024-02-09", "2024-02-10"),
        ("9.2.2024", "2024-02-09", "2024-02-10"),
        ("february 2024", "2024-02-01", "2024-03-01"),
        ("2025-01-01..2025-06-30", "2025-01-01", "2025-07-01"),
        ("2025..2024", "2024-01-01", "2026-01-01"),
        ("from last week to today", "2026-10-19", "2026-10-29"),
        ("since yesterday", "2026-10-27", None),
        ("after 2025", "2026-01-01", None),
        (">yesterday", "2026-10-28", None),
        ("before 2024-03-05", None, "2024-03-05"),
        ("<last week", None, "2026-10-19"),
        ("until 2024", None, "2025-01-01"),
        ("..2024", None, "2025-01-01"),
        ("2024..", "2024-01-01", None),
    ],
)
def test_days_are_the_moments_of_the_users_zone(text: str, first: str | None, end: str | None) -> None:
    assert span(text) == (first, end)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_days_of_the_clock_change_have_their_own_length(day: str, hours: int) -> None:
    first, end = days_to_span(Days(day, day), NOW)
    assert first is not None
    assert end is not None
    assert end - first == hours * 3600


def test_midnight_that_does_not_exist_begins_the_day_late() -> None:
    zone = ZoneInfo("America/Sao_Paulo")  # 2018-11-04 began at 1:00
    first, _ = days_to_span(Days("2018-11-04", "2018-11-04"), NOW.astimezone(zone))
    _, before = days_to_span(Days("2018-11-03", "2018-11-03"), NOW.astimezone(zone))
    assert first == before == datetime(2018, 11, 4, 3, 0, tzinfo=UTC).timestamp()


def test_today_is_the_users_today() -> None:
    late = datetime(2026, 10, 28, 23, 30, tzinfo=UTC)
    assert span("today", late.astimezone(ZoneInfo("Asia/Tokyo"))) == ("2026-10-29", "2026-10-30")
    assert days_to_span(Days(None, None), NOW) == (None, None)
    with pytest.raises(ValueError, match="time zone"):
        days_to_span(Days("today", "today"), NOW.replace(tzinfo=None))


@pytest.mark.parametrize("text", ["36500 days ago", "5200 weeks ago", "1200 months ago", "100 years ago", "1900..2200"])
def test_furthest_days_can_be_counted(text: str) -> None:
    for day in range(366):
        span(text, NOW + timedelta(days=day))

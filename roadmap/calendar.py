"""Local days, ISO weeks and weekly slots. Pure: every moment comes in as an argument, aware; moments go out in UTC.

A slot is a weekday and an hour on a learner's wall. It is worked out anew from the wall for each week, never by adding
7 x 24 hours. An hour that daylight saving leaves out falls after the gap; one that comes twice is its first. Which
zones a person may choose is said in `accounts.zones`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
NEAR, MIDDLING = timedelta(days=274), timedelta(days=5 * 365)
NAMED = timedelta(days=15 * 365.2425)  # no year is named beyond
BEYOND_NAMED = "more than 15 years away"
_PERIOD = re.compile(r"(\d{4})-W(\d{2})")


class BeyondCalendarError(ValueError):
    """A day before the year 1 or after 9999, which no calendar here holds."""


def local_date(now: datetime, zone: str) -> date:
    """Return the date on the wall at a moment."""
    try:
        return now.astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        raise BeyondCalendarError(f"{now} in {zone}") from None


def local_midnight(on: date, zone: str) -> datetime:
    """Return the moment at which a local day begins; where midnight is left out, the first moment after it."""
    return _at(on, 0, zone)


def monday_of(on: date) -> date:
    """Return the Monday of a date's ISO week."""
    return on - on.weekday() * DAY


def week_of(now: datetime, zone: str) -> date:
    """Return the Monday of the local ISO week at a moment."""
    return monday_of(local_date(now, zone))


def period_of(on: date) -> str:
    """Return a date's ISO week as in `2026-W47`."""
    year, week, _ = on.isocalendar()
    return f"{year:04}-W{week:02}"


def monday_of_period(period: str) -> date:
    """Return the Monday of an ISO week like `2026-W47`; raise `ValueError` with a readable message."""
    found = _PERIOD.fullmatch(period)
    if not found:
        raise ValueError(f"{period[:40]!r} is not a week like 2026-W47")
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise ValueError(f"{period} is not a week of the calendar") from None


def next_slot(after: datetime, zone: str, weekday: int, hour: int) -> datetime:
    """Return the first slot strictly after a moment; `weekday` 0 is Monday."""
    today = local_date(after, zone)
    try:
        on = today + (weekday - today.weekday()) % 7 * DAY
        slot = _at(on, hour, zone)
        return slot if slot > after else _at(on + WEEK, hour, zone)
    except OverflowError:
        raise BeyondCalendarError(f"after {after}") from None


def latest_slot(now: datetime, zone: str, weekday: int, hour: int) -> datetime:
    """Return the last slot that is not after a moment."""
    today = local_date(now, zone)
    try:
        on = today - (today.weekday() - weekday) % 7 * DAY
        slot = _at(on, hour, zone)
        return slot if slot <= now else _at(on - WEEK, hour, zone)
    except OverflowError:
        raise BeyondCalendarError(f"until {now}") from None


def _at(on: date, hour: int, zone: str) -> datetime:
    try:
        return datetime.combine(on, time(hour), ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        raise BeyondCalendarError(f"{on} in {zone}") from None


def is_named(on: date | None, today: date) -> bool:
    """Tell whether a forecast's day is near enough for its year to be named."""
    return on is not None and on - today <= NAMED


def about(on: date | None, today: date) -> str:
    """Say a forecast's day as exactly as it deserves: a month while it is near, then a part of a year, then a year.

    Beyond 15 years no year is named; None is beyond the horizon.
    """
    if on is None:
        return "not within 50 years"
    if not is_named(on, today):
        return BEYOND_NAMED
    if on - today < NEAR:
        return f"{on:%B %Y}"
    if on - today < MIDDLING:
        part = ("early ", "mid-", "late ")[(on.month - 1) // 4]
        return f"{part}{on.year}"
    return str(on.year)


def moved(days: int) -> str:
    """Say a move: `3 days later`, `2 weeks earlier`, `5 months later`."""
    size = abs(days)
    units = (("day", 1.0, 14), ("week", 7.0, 70), ("month", 30.44, 730), ("year", 365.2425, 10**9))
    unit, length = next((name, length) for name, length, below in units if size < below)
    count = round(size / length)
    return f"{count} {unit}{'s' * (count != 1)} {'later' if days > 0 else 'earlier'}"

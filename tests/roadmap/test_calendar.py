"""Local weeks and slots, where the clocks misbehave. Every zone, week after week: digests/test_every_zone.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from roadmap.calendar import (
    BeyondCalendarError,
    latest_slot,
    local_date,
    local_midnight,
    monday_of,
    monday_of_period,
    next_slot,
    period_of,
    week_of,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_slot_comes_strictly_after() -> None:
    slot = utc(2026, 11, 23, 7)
    assert next_slot(slot, "Europe/Berlin", 0, 8) == slot + timedelta(weeks=1)
    assert next_slot(slot - timedelta(microseconds=1), "Europe/Berlin", 0, 8) == slot


def test_daylight_saving_moves_the_moment_not_the_hour() -> None:
    before = next_slot(utc(2026, 3, 22), "Europe/Berlin", 0, 8)
    assert next_slot(before, "Europe/Berlin", 0, 8) - before == timedelta(weeks=1, hours=-1)
    before = next_slot(utc(2026, 10, 18), "Europe/Berlin", 0, 8)
    assert next_slot(before, "Europe/Berlin", 0, 8) - before == timedelta(weeks=1, hours=1)


def test_an_hour_that_is_left_out_falls_after_the_gap() -> None:
    assert next_slot(utc(2026, 3, 28), "Europe/Berlin", 6, 2).astimezone(ZoneInfo("Europe/Berlin")).hour == 3


def test_an_hour_that_comes_twice_is_its_first() -> None:
    assert next_slot(utc(2026, 10, 24), "Europe/Berlin", 6, 2) == utc(2026, 10, 25, 0)


def test_the_date_is_the_walls() -> None:
    now = utc(2026, 11, 22, 23, 30)
    assert local_date(now, "Pacific/Kiritimati") == date(2026, 11, 23)
    assert local_date(now, "Etc/GMT+12") == date(2026, 11, 22)
    assert week_of(now, "Pacific/Kiritimati") == date(2026, 11, 23)
    assert week_of(now, "Etc/GMT+12") == date(2026, 11, 16)
    assert local_midnight(date(2026, 11, 23), "Pacific/Kiritimati") == utc(2026, 11, 22, 10)


def test_a_day_without_midnight_begins_after_the_gap() -> None:
    begins = local_midnight(date(2026, 4, 24), "Africa/Cairo")
    assert begins.astimezone(ZoneInfo("Africa/Cairo")).isoformat() == "2026-04-24T01:00:00+03:00"


@pytest.mark.parametrize(
    ("on", "period", "monday"),
    [
        (date(2026, 11, 22), "2026-W47", date(2026, 11, 16)),
        (date(2026, 12, 31), "2026-W53", date(2026, 12, 28)),
        (date(2027, 1, 3), "2026-W53", date(2026, 12, 28)),
        (date(2027, 1, 4), "2027-W01", date(2027, 1, 4)),
        (date(2028, 2, 29), "2028-W09", date(2028, 2, 28)),
    ],
)
def test_periods_are_iso_weeks(on: date, period: str, monday: date) -> None:
    assert period_of(on) == period
    assert monday_of(on) == monday_of_period(period) == monday


@pytest.mark.parametrize(
    "period", ["2027-W53", "2026-W00", "2026-W54", "2026-47", "2026-W7", "", "x" * 5000, "0000-W01"]
)
def test_what_is_no_week_is_refused(period: str) -> None:
    with pytest.raises(ValueError, match="week"):
        monday_of_period(period)


def test_the_end_of_the_calendar_is_an_answer() -> None:
    with pytest.raises(BeyondCalendarError):
        next_slot(datetime.max.replace(tzinfo=UTC) - timedelta(days=3), "UTC", 0, 8)
    with pytest.raises(BeyondCalendarError):
        latest_slot(datetime.min.replace(tzinfo=UTC), "UTC", 3, 8)
    with pytest.raises(BeyondCalendarError):
        local_date(datetime.max.replace(tzinfo=UTC), "Pacific/Kiritimati")
    with pytest.raises(BeyondCalendarError):
        local_midnight(date.min, "Asia/Tokyo")

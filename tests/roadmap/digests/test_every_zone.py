"""Every zone of the database, every week of ten years: one slot a local week, at the wished hour on the wall.

Many zones show the same time all through those years, so the ordinary run takes one for each such clock; `slow` takes
every zone, and every clock at every weekday and hour that may be wished for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from accounts import zones
from roadmap.calendar import WEEK, latest_slot, period_of, week_of
from roadmap.digests import planner

BEGINS = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
WEEKS = 522
HOURS = range(6, 21)
PROBES = [BEGINS + n * timedelta(hours=12) for n in range(-14, 14 * WEEKS + 28)]


@cache
def clocks() -> list[str]:
    """Return one zone for each clock that differs from the others at some time of those years."""
    found: dict[tuple[timedelta | None, ...], str] = {}
    for name in sorted(zones.allowed()):
        found.setdefault(tuple(map(ZoneInfo(name).utcoffset, PROBES)), name)
    return list(found.values())


def wish(zone: str, weekday: int, hour: int) -> planner.Candidate:
    return planner.Candidate(
        user_id=1,
        is_active=True,
        timezone=zone,
        digest_enabled=True,
        paused_until=None,
        pauses=[],
        snoozed_until=None,
        last_seen_on=date.max,
        address="ann@example.org",
        is_suppressed=False,
        was_asked=False,
        is_enrolled=True,
        has_roadmap=True,
        began_at=None,
        has_finished=False,
        digest_weekday=weekday,
        digest_hour=hour,
        digest_due_at=None,
        last_period=None,
        last_mail_at=None,
    )


def slots(person: planner.Candidate) -> Iterator[datetime]:
    """Yield when the planner would write, week after week, each time a moment after the last one was planned."""
    now, period, mail = BEGINS - timedelta(hours=26), None, None
    while True:
        mail = planner.next_due(person, now, last_period=period, last_mail_at=mail)
        period = week_of(mail, person.zone)
        yield mail
        now = mail + timedelta(seconds=40)


def check(zone: str, weekday: int, hour: int) -> None:
    person = wish(zone, weekday, hour)
    first = None
    for number, slot in zip(range(WEEKS), slots(person), strict=False):
        wall = slot.astimezone(zones.zone(zone))
        assert (wall.weekday(), wall.hour, wall.minute) == (weekday, hour, 0)
        assert latest_slot(slot + timedelta(seconds=40), zone, weekday, hour) == slot
        monday = week_of(slot, zone)
        first = first or monday
        assert monday == first + number * WEEK


def test_every_clock_of_the_world_has_one_slot_in_every_week() -> None:
    for number, zone in enumerate(clocks()):
        check(zone, number % 7, HOURS[number * 4 % len(HOURS)])


def test_years_of_53_weeks_have_53_letters() -> None:
    person = wish("Europe/Berlin", 6, 20)
    periods = [period_of(week_of(slot, "Europe/Berlin")) for slot, _ in zip(slots(person), range(WEEKS), strict=False)]
    letters = Counter(int(period[:4]) for period in periods)
    assert {year for year, count in letters.items() if count == 53} == {2026, 2032}
    assert set(letters.values()) == {52, 53}


@pytest.mark.slow
def test_every_zone_has_one_slot_in_every_week() -> None:
    for number, zone in enumerate(sorted(zones.allowed())):
        check(zone, number % 7, HOURS[number * 4 % len(HOURS)])


@pytest.mark.slow
def test_every_clock_has_one_slot_in_every_week_at_any_wish() -> None:
    for zone, weekday, hour in product(clocks(), range(7), HOURS):
        check(zone, weekday, hour)

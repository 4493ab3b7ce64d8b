"""Which days count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from roadmap.planning import Pauses

DAY = timedelta(days=1)
HOLIDAY = (date(2027, 7, 1), date(2027, 7, 15))
WINTER = (date(2027, 12, 20), date(2028, 1, 10))
PAUSES = Pauses.of([WINTER, HOLIDAY])


def test_pauses_that_overlap_or_touch_become_one_and_empty_ones_none() -> None:
    begin, end = HOLIDAY
    spans = [(begin, end), (end, end + DAY), (begin + DAY, begin + 2 * DAY), (begin, begin), (end + 9 * DAY, end)]
    assert Pauses.of(spans).spans == ((begin, end + DAY),)
    assert PAUSES.spans == (HOLIDAY, WINTER)


@pytest.mark.parametrize(
    ("starts_on", "until", "days"),
    [
        (date(2027, 6, 1), date(2027, 7, 1), 30),
        (date(2027, 6, 30), date(2027, 7, 16), 2),
        (date(2027, 7, 3), date(2027, 7, 9), 0),
        (date(2027, 7, 14), date(2027, 7, 16), 1),
        (date(2027, 1, 1), date(2028, 3, 1), 31 + 28 + 365 - 31 - 28 + 31 + 29 - 14 - 21),
    ],
)
def test_paused_days_do_not_count(starts_on: date, until: date, days: int) -> None:
    assert PAUSES.active_days(starts_on, until) == days
    assert sum((end - begin).days for begin, end in PAUSES.between(starts_on, until)) == days
    every = [starts_on + number * DAY for number in range((until - starts_on).days)]
    assert sum(not PAUSES.holds(on) for on in every) == days


@pytest.mark.parametrize("today", [date(2027, 6, 20), date(2027, 7, 1), date(2027, 7, 9), date(2027, 7, 15)])
@pytest.mark.parametrize("days", [0, 1, 11, 12, 170, 500])
def test_so_many_active_days_have_passed_on_the_day_after_them_and_not_before(today: date, days: int) -> None:
    on = PAUSES.day_after(today, days)
    assert PAUSES.active_days(today, on) == days
    assert days == 0 or PAUSES.active_days(today, on - DAY) == days - 1


def test_a_leap_day_is_a_day() -> None:
    assert Pauses().day_after(date(2028, 2, 28), 2) == date(2028, 3, 1)
    assert Pauses().day_after(date(2027, 2, 28), 2) == date(2027, 3, 2)


def test_beyond_the_calendar_there_is_no_day() -> None:
    with pytest.raises(OverflowError):
        PAUSES.day_after(date(2027, 1, 1), 4_000_000)

"""Ticks stand on Mondays, first days of months and round years, and never crowd."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from roadmap.charts.axis import HourAxis, TimeAxis

TODAY = date(2026, 11, 22)


def labels(days: int) -> list[str]:
    return [tick.label for tick in TimeAxis(TODAY, TODAY + timedelta(days=days)).ticks()]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (7, ["23 Nov"]),
        (28, ["23 Nov", "30 Nov", "7 Dec", "14 Dec"]),
        (100, ["Dec 2026", "Jan 2027", "Feb", "Mar"]),
        (400, ["Jan 2027", "Apr", "Jul", "Oct"]),
        (1500, ["2027", "2028", "2029", "2030"]),
        (3650, ["2028", "2030", "2032", "2034", "2036"]),
        (18260, ["2030", "2040", "2050", "2060", "2070"]),
    ],
)
def test_times_are_told_in_the_unit_that_suits(days: int, expected: list[str]):
    assert labels(days) == expected


def test_there_are_always_a_few_and_never_many():
    for days in range(7, 20_000, 13):
        assert 1 <= len(labels(days)) <= 6, days


def test_a_tick_stands_where_its_day_is():
    axis = TimeAxis(date(2027, 1, 1), date(2028, 1, 1))
    assert axis.ticks()[0].at == axis.at(date(2027, 1, 1)) == 0
    assert axis.at(date(2027, 7, 2)) == pytest.approx(50, abs=0.2)
    assert (axis.at(date(2020, 1, 1)), axis.at(date(2040, 1, 1))) == (0, 100)


@pytest.mark.parametrize("most", [0, 0.5, 3, 10, 99.9, 100, 3560, 20_000, 123_456])
def test_hours_are_round_and_hold_the_most(most: float):
    axis = HourAxis.holding(most)
    ticks = axis.ticks()
    assert 3 <= len(ticks) <= 6
    assert (ticks[0].label, ticks[0].at) == ("0", 100)
    assert axis.top > most
    assert axis.at(most) > 0

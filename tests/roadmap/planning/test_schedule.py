"""The plan week by week."""

from __future__ import annotations

from datetime import date

import pytest

from roadmap.planning import Plan, Situation, weeks_of
from tests.roadmap.diary import edition, milestone
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, laid_out, months, situation


def weeks(now: Situation) -> dict[date, dict[str, float]]:
    return {week.starts_on: dict(week.milestones) for week in weeks_of(Plan(now).runs)}


def test_weeks_are_filled_one_after_the_other() -> None:
    road = edition(milestone("a", 15), milestone("b", 10, prerequisites=["a"]))
    found = weeks(situation(road))
    assert found == {MONDAY: {"a": 10}, MONDAY + WEEK: {"a": 5, "b": 5}, MONDAY + 2 * WEEK: {"b": 5}}


def test_the_current_week_offers_what_is_left_of_it() -> None:
    today = MONDAY + 5 * DAY
    found = weeks(situation(edition(milestone("a", 10)), started_on=today, today=today))
    assert found == {MONDAY: {"a": pytest.approx(20 / 7)}, MONDAY + WEEK: {"a": pytest.approx(50 / 7)}}


def test_a_paused_week_has_nothing_and_one_paused_in_part_a_part() -> None:
    pause = (MONDAY + WEEK, MONDAY + 2 * WEEK + 3 * DAY)
    found = weeks(situation(edition(milestone("a", 20)), pauses=[pause]))
    assert found == {
        MONDAY: {"a": 10},
        MONDAY + 2 * WEEK: {"a": pytest.approx(40 / 7)},
        MONDAY + 3 * WEEK: {"a": pytest.approx(30 / 7)},
    }


def test_what_takes_its_time_takes_hours_no_faster() -> None:
    road = edition(milestone("job", 13, elapsed_months=months(3)), milestone("a", 100))
    found = weeks(situation(road))
    assert found[MONDAY]["job"] == pytest.approx(13 / (3 * 365.2425 / 12 / 7))
    assert sum(found[MONDAY].values()) == pytest.approx(10)


def test_what_takes_no_hours_opens_what_waits_for_it_once() -> None:
    road = edition(
        milestone("a", 0), milestone("b", 10, prerequisites=["a"]), milestone("c", 10, prerequisites=["b", "a"])
    )
    assert laid_out(Plan(situation(road))) == {"b": 10, "c": 10}


def test_what_only_takes_time_holds_back_what_waits_for_it() -> None:
    road = edition(milestone("wait", 0, elapsed_months=months(1)), milestone("a", 10, prerequisites=["wait"]))
    assert min(weeks(situation(road))) == MONDAY + 4 * WEEK


def test_the_fifty_third_week_is_a_week() -> None:
    today = date(2026, 12, 21)
    found = weeks(situation(edition(milestone("a", 40)), today=today, started_on=today))
    assert list(found) == [date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4), date(2027, 1, 11)]


def test_weeks_beyond_the_calendar_are_left_out() -> None:
    road = edition(*(milestone(slug, 100_000) for slug in "abc"))
    runs = Plan(situation(road, enrolled(0.5))).runs
    assert sum(run.weeks for run in runs) == (date.max - MONDAY).days // 7
    assert list(weeks_of(runs))[-1].starts_on > date.max - 2 * WEEK

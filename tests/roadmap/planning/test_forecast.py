"""Dates: exact ones where the estimates are exact, and none where nobody is helped."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from roadmap.document import Document
from roadmap.planning import Interval, Pauses, Plan, Situation
from roadmap.planning.forecast import DAYS_AHEAD, Bound, day_in, interval
from roadmap.planning.network import Network
from roadmap.planning.pace import Pace
from tests.roadmap.diary import edition, milestone
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, months, situation, staged

HUNDRED = edition(*(milestone(f"m{number}", 20) for number in range(5)))


def likely(now: Situation, stage: str | None = None) -> date:
    finish = now.finish(stage)
    assert finish is not None
    assert finish.likely is not None
    assert finish.likely == now.likely(stage)
    return finish.likely


def test_a_hundred_hours_at_ten_a_week_take_ten_weeks() -> None:
    assert likely(situation(HUNDRED)) == MONDAY + 10 * WEEK
    assert likely(situation(HUNDRED, enrolled(40))) in (MONDAY + 17 * DAY, MONDAY + 18 * DAY)


def test_early_and_late_lie_around_the_middle_and_closer_when_more_is_known() -> None:
    def width(now: Situation) -> timedelta:
        finish = now.finish()
        assert finish is not None
        early, late = finish.early, finish.late
        assert early is not None
        assert late is not None
        assert finish.likely is not None
        assert early < finish.likely < late
        return late - early

    new = situation(edition(milestone("a", 500)))
    diary = enrolled()
    for week in range(20):
        diary.log("a", 10, on=MONDAY + week * WEEK)
    walked = situation(edition(milestone("a", 700)), diary, today=MONDAY + 20 * WEEK)
    assert likely(walked) - walked.today == pytest.approx(likely(new) - new.today, abs=timedelta(weeks=1))
    assert width(walked) < 0.6 * width(new)


@pytest.mark.parametrize("hours", [1e-16, 1e-13, 1e-9, 0.001])
def test_the_last_seconds_are_soon_over(hours: float) -> None:
    """Credit in parts can leave next to nothing."""
    left = Network(("a",), [hours], [hours], [0.0], [0.0], spread=5.0, before=[()], stages=[0], begun=[True])
    finish = interval(Bound(left), Pace(10, 0.5), today=MONDAY, pauses=Pauses())
    assert finish.likely == MONDAY
    assert finish.late is not None
    assert finish.late <= MONDAY + 2 * DAY


def test_work_goes_on_beside_calendar_time_and_not_around_it() -> None:
    beside = edition(milestone("job", 10, elapsed_months=months(6)), milestone("a", 100))
    assert likely(situation(beside)) == MONDAY + 183 * DAY
    behind = edition(
        milestone("job", 10, elapsed_months=months(6), prerequisites=["a"]),
        milestone("a", 100),
        milestone("end", 20, prerequisites=["job"]),
    )
    assert likely(situation(behind)) == MONDAY + 10 * WEEK + 183 * DAY + 2 * WEEK


def test_of_what_takes_time_and_no_hours_only_time_counts() -> None:
    road = edition(milestone("wait", 0, elapsed_months=months(12)))
    assert likely(situation(road)) == likely(situation(road, enrolled(168))) == MONDAY + 365 * DAY


def test_a_stage_ends_with_all_before_it_and_what_these_wait_for() -> None:
    road = staged(
        ("one", "two", "three"),
        milestone("a", 30, stage="one", prerequisites=["c"]),
        milestone("b", 20, stage="two"),
        milestone("c", 10, stage="three"),
        milestone("d", 40, stage="three"),
    )
    ends = {found.stage.slug: found.finish.likely for found in Plan(situation(road)).stages}
    assert ends == {"one": MONDAY + 4 * WEEK, "two": MONDAY + 6 * WEEK, "three": MONDAY + 10 * WEEK}
    assert situation(road).likely() == ends["three"]


def test_stages_with_nothing_left_are_not_named() -> None:
    road = staged(("one", "two"), milestone("a", stage="one"), milestone("b", stage="two"))
    diary = enrolled()
    diary.mark("a", "skipped")
    assert [found.stage.slug for found in Plan(situation(road, diary)).stages] == ["two"]


class TestPauses:
    def test_a_pause_moves_the_finish_by_its_days(self) -> None:
        pause = (MONDAY + 3 * WEEK, MONDAY + 5 * WEEK)
        assert likely(situation(HUNDRED, pauses=[pause])) == MONDAY + 12 * WEEK

    def test_from_within_a_pause_time_runs_from_its_end(self) -> None:
        pause = (MONDAY - WEEK, MONDAY + WEEK + DAY)
        assert likely(situation(HUNDRED, pauses=[pause])) == MONDAY + 11 * WEEK + DAY

    def test_a_pause_stops_calendar_time(self) -> None:
        road = edition(milestone("job", 0, elapsed_months=months(6)))
        pause = (MONDAY + 3 * WEEK, MONDAY + 5 * WEEK)
        assert likely(situation(road, pauses=[pause])) == MONDAY + 183 * DAY + 2 * WEEK


class TestTheCalendar:
    def test_a_leap_day_and_a_fifty_third_week_are_counted(self) -> None:
        today = date(2026, 12, 21)  # 2026 has 53 ISO weeks
        assert likely(situation(HUNDRED, today=today, started_on=today)) == date(2027, 3, 1)
        today = date(2028, 2, 21)  # a leap year
        assert likely(situation(HUNDRED, today=today, started_on=today)) == date(2028, 5, 1)

    def test_beyond_fifty_years_there_is_no_date(self) -> None:
        pauses = Pauses()
        assert day_in(DAYS_AHEAD / 7, today=MONDAY, pauses=pauses) == MONDAY + DAYS_AHEAD * DAY
        assert day_in(DAYS_AHEAD / 7 + 0.1, today=MONDAY, pauses=pauses) is None
        assert day_in(1e300, today=MONDAY, pauses=pauses) is None
        pause = Pauses.of([(MONDAY, MONDAY + WEEK)])
        assert day_in(DAYS_AHEAD / 7, today=MONDAY, pauses=pause) is None
        assert day_in(1, today=MONDAY, pauses=Pauses.of([(MONDAY, date.max)])) is None

    def test_half_an_hour_a_week_for_what_takes_a_life(self) -> None:
        now = situation(edition(milestone("a", 12_000)), enrolled(0.5))
        assert now.finish() == Interval(None, None, None)

    @pytest.mark.parametrize("hours", [1500, 9000])
    def test_of_an_interval_only_what_is_within_fifty_years_is_said(self, hours: int) -> None:
        finish = situation(edition(milestone("a", hours)), enrolled(1)).finish()
        assert finish is not None
        assert finish.late is None
        assert (finish.early is not None) is (hours == 1500)


class TestNothingLeft:
    def test_has_no_dates_and_no_weeks(self) -> None:
        diary = enrolled(target_on=MONDAY)
        for found in HUNDRED.milestones:
            diary.mark(found.slug, "done", on=MONDAY)
        plan = Plan(situation(HUNDRED, diary))
        assert plan.finish is None
        assert (plan.stages, plan.runs, plan.next, plan.critical_path) == ((), (), (), ())
        assert plan.required_hours_per_week is None

    def test_all_skipped_is_nothing_left_and_no_per_cent(self) -> None:
        diary = enrolled()
        for found in HUNDRED.milestones:
            diary.mark(found.slug, "skipped", on=MONDAY)
        plan = Plan(situation(HUNDRED, diary))
        assert plan.finish is None
        assert plan.standing.percent == 0

    def test_what_is_left_without_hours_or_time_is_there_today(self) -> None:
        assert situation(edition(milestone("a", 0))).finish() == Interval(MONDAY, MONDAY, MONDAY)


class TestRequiredHours:
    def ask(self, road: Document, target_on: date, *pauses: tuple[date, date]) -> float | None:
        return Plan(situation(road, enrolled(target_on=target_on), pauses=pauses)).required_hours_per_week

    @pytest.mark.parametrize("days", [4, 30, 70, 71, 200])
    def test_are_enough_and_no_tenth_more(self, days: int) -> None:
        target_on = MONDAY + days * DAY
        hours = self.ask(HUNDRED, target_on)
        assert hours is not None
        assert likely(situation(HUNDRED, enrolled(hours))) <= target_on
        assert likely(situation(HUNDRED, enrolled(round(hours - 0.1, 1)))) > target_on

    def test_are_ten_for_a_hundred_in_ten_weeks_and_more_with_a_pause_in_between(self) -> None:
        target_on = MONDAY + 10 * WEEK
        assert self.ask(HUNDRED, target_on) == pytest.approx(10, abs=0.1)
        assert self.ask(HUNDRED, target_on, (MONDAY + WEEK, MONDAY + 6 * WEEK)) == pytest.approx(20, abs=0.4)

    def test_are_none_where_no_hours_suffice(self) -> None:
        assert self.ask(HUNDRED, MONDAY + 3 * DAY) is None
        assert self.ask(HUNDRED, MONDAY - DAY) is None
        assert self.ask(edition(milestone("job", 1, elapsed_months=months(6))), MONDAY + 182 * DAY) is None
        assert self.ask(HUNDRED, MONDAY + 10 * WEEK, (MONDAY - DAY, MONDAY + 10 * WEEK)) is None

    def test_are_half_an_hour_at_least(self) -> None:
        assert self.ask(HUNDRED, MONDAY + 40 * 52 * WEEK) == 0.5

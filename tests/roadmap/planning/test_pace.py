"""How many hours a week, learned from what somebody does: realistic histories, and what counts as evidence."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import NamedTuple

import pytest

from roadmap.planning import Pace
from roadmap.planning.pace import MOST, PRIOR, Week, pace_of
from tests.roadmap.diary import Diary, edition, milestone, steps
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, months, situation

ROAD = edition(
    milestone("course", 160),
    milestone("rest", 5_000),
    milestone("thesis", 80, steps=steps(40, 40)),
    milestone("degree", 30, elapsed_months=months(24)),
)


class History(NamedTuple):
    """Hours logged each Wednesday by somebody who said 10 a week, what else happened, and where the pace should end."""

    hours: list[float]
    ends: tuple[float, float]
    says: tuple[int, float] | None = None  # (week, hours a week)
    finishes_in: int | None = None  # the week in which the course of 160 hours is called done
    pause: tuple[int, int] | None = None
    starts_on: date = MONDAY
    ticks: dict[int, str] = {}  # week -> the step of the thesis, 40 hours, ticked on its Wednesday
    hours_per_week: float = 10


HISTORIES = {
    "steady": History([10] * 30, (9.9, 10.1)),
    "half": History([5] * 30, (5.0, 6.0)),
    "double": History([20] * 30, (18.0, 20.0)),
    "a silent month": History([10] * 12 + [0] * 4 + [10] * 4, (7.8, 9.3)),
    "a heroic week": History([10] * 10 + [60] + [10] * 9, (10.2, 11.5)),
    "160 hours at once": History([0] * 16, (9.9, 10.1), finishes_in=15),
    "a holiday": History([10] * 10 + [0] * 3 + [10] * 7, (9.9, 10.1), pause=(10, 13)),
    "says what they do anyway": History([5] * 20, (5.0, 6.2), says=(15, 5.5)),
    "says more and does no more": History([10] * 30, (10.5, 15.0), says=(15, 20)),
    "by fits and starts": History([0, 20] * 12, (8.5, 11.5)),
    "forty hours ticked after a silent month": History([10] * 12 + [0] * 5, (9.0, 10.0), ticks={15: "s1"}),
    "steps of forty hours at an hour a week": History(
        [0] * 80, (0.9, 1.1), ticks={39: "s1", 79: "s2"}, hours_per_week=1
    ),
    "begins on a Saturday": History([3] + [10] * 12, (9.3, 10.3), starts_on=MONDAY + 5 * DAY),
}


def lived(history: History, weeks: int) -> Pace:
    """Return the pace after so many weeks of a history."""
    diary = enrolled(history.hours_per_week, on=history.starts_on)
    diary.mark("course", "doing", on=history.starts_on)
    for week, hours in enumerate(history.hours[:weeks]):
        if history.says and history.says[0] == week:
            diary.write("enrolled", on=MONDAY + week * WEEK, hours_per_week=history.says[1], target_on=None)
        if hours:
            diary.log("rest", hours, on=max(history.starts_on, MONDAY + week * WEEK + 2 * DAY))
        if week in history.ticks:
            diary.tick("thesis", history.ticks[week], 40, on=MONDAY + week * WEEK + 2 * DAY)
        if week == history.finishes_in:
            diary.mark("course", "done", on=MONDAY + week * WEEK + 6 * DAY)
    pauses = [(MONDAY + history.pause[0] * WEEK, MONDAY + history.pause[1] * WEEK)] if history.pause else []
    today = MONDAY + weeks * WEEK
    return situation(ROAD, diary, today=max(today, history.starts_on), started_on=history.starts_on, pauses=pauses).pace


class TestHistories:
    @pytest.mark.parametrize("name", HISTORIES)
    def test_end_where_they_should(self, name: str) -> None:
        history = HISTORIES[name]
        low, high = history.ends
        assert low <= lived(history, len(history.hours)).hours <= high

    @pytest.mark.parametrize("name", HISTORIES)
    def test_move_by_half_in_a_week_at_first_and_by_a_sixth_later(self, name: str) -> None:
        """But for what a finish or a big step tells of the weeks before it, and for what is said."""
        history = HISTORIES[name]
        paces = [lived(history, weeks).hours for weeks in range(len(history.hours) + 1)]
        for week, (before, after) in enumerate(pairwise(paces)):
            if week not in (history.finishes_in, *history.ticks) and (history.says is None or week != history.says[0]):
                assert max(before, after) / min(before, after) <= (1.5 if week < 8 else 1.17), f"week {week}"

    def test_a_finish_gives_the_weeks_it_took_what_they_earned_and_no_more(self) -> None:
        history = HISTORIES["160 hours at once"]
        silent, told = lived(history, 15), lived(history, 16)
        assert silent.hours < 5
        assert told.hours == pytest.approx(10, abs=0.01)

    def test_nor_does_a_step_of_many_weeks_at_once(self) -> None:
        """Where it fills weeks in which nothing was told it brings the pace back to what was said, and no further."""
        for name in ("forty hours ticked after a silent month", "steps of forty hours at an hour a week"):
            history = HISTORIES[name]
            for week in history.ticks:
                silent, told = lived(history, week), lived(history, week + 1)
                assert silent.hours < 0.85 * history.hours_per_week
                assert 0.9 * history.hours_per_week < told.hours < 1.05 * history.hours_per_week

    def test_what_was_begun_long_ago_is_told_back_beside_what_else_was_worked(self) -> None:
        diary = enrolled(10)
        diary.mark("thesis", "doing", on=MONDAY)
        for week in range(6):
            diary.log("rest", 5, on=MONDAY + week * WEEK)
        diary.tick("thesis", "s1", 40, on=MONDAY + 6 * WEEK - DAY)
        assert [week[1] for week in situation(ROAD, diary, today=MONDAY + 6 * WEEK).past.weeks] == [10] * 5 + [20]

    def test_a_single_tick_of_a_big_step_moves_little(self) -> None:
        road = edition(milestone("a", 300, steps=steps(150, 150)), milestone("b", 5_000))
        diary = enrolled(10)
        for week in range(12):
            diary.log("b", 10, on=MONDAY + week * WEEK)
        before = situation(road, diary, today=MONDAY + 12 * WEEK).pace
        diary.tick("a", "s1", 150, on=MONDAY + 11 * WEEK)
        after = situation(road, diary, today=MONDAY + 12 * WEEK).pace
        assert before.hours < after.hours < 1.2 * before.hours


class TestEvidence:
    ROAD = edition(
        milestone("degree", 30, elapsed_months=months(12)),
        milestone("job", 400, prerequisites=["degree"]),
        milestone("book", 20),
    )

    def pace(self, diary: Diary, weeks: int = 10) -> Pace:
        return situation(self.ROAD, diary, today=MONDAY + weeks * WEEK).pace

    def test_without_a_history_the_pace_is_what_was_said(self) -> None:
        assert self.pace(enrolled(7), weeks=0) == Pace(7, PRIOR, 0)

    def test_the_week_that_is_not_over_says_nothing(self) -> None:
        diary = enrolled()
        diary.log("book", 15, on=MONDAY)
        assert situation(self.ROAD, diary, today=MONDAY + 6 * DAY).pace == Pace(10, PRIOR, 0)
        assert situation(self.ROAD, diary, today=MONDAY + 7 * DAY).pace.hours > 10

    def test_a_week_with_nothing_says_something(self) -> None:
        assert self.pace(enrolled(), weeks=1).hours < 10

    def test_what_is_known_credited_or_skipped_says_nothing(self) -> None:
        diary, quiet = enrolled(), enrolled()
        for slug in ("book", "job"):
            diary.mark(slug, "known", on=MONDAY + DAY)
        quiet.mark("job", "skipped", on=MONDAY + DAY)
        assert self.pace(diary, weeks=1).hours <= 10
        assert self.pace(quiet, weeks=1).hours == self.pace(enrolled(), weeks=1).hours

    def test_weeks_in_which_only_calendar_time_was_open_say_nothing(self) -> None:
        diary = enrolled()
        diary.mark("book", "known", on=MONDAY)
        diary.mark("degree", "doing", on=MONDAY)
        assert self.pace(diary) == Pace(10, PRIOR, 0)

    def test_nor_does_what_they_earned(self) -> None:
        diary = enrolled()
        diary.mark("book", "known", on=MONDAY)
        for week in range(10):
            diary.log("degree", 0.5, on=MONDAY + week * WEEK)
        assert self.pace(diary) == Pace(10, PRIOR, 0)

    def test_what_is_taken_up_today_was_not_open_before(self) -> None:
        road = edition(milestone("degree", 30, elapsed_months=months(12)), milestone("spare", 50, optional=True))
        diary = enrolled()
        diary.mark("degree", "doing", on=MONDAY)
        diary.mark("spare", "doing", on=MONDAY + 30 * WEEK)
        assert situation(road, diary, today=MONDAY + 30 * WEEK).pace == Pace(10, PRIOR, 0)

    def test_a_finish_is_spread_over_active_days_only(self) -> None:
        road = edition(milestone("course", 40), milestone("rest", 500))
        diary = enrolled()
        diary.mark("course", "doing", on=MONDAY)
        diary.mark("course", "done", on=MONDAY + 7 * WEEK - DAY)
        holiday = (MONDAY + 2 * WEEK, MONDAY + 5 * WEEK)
        now = situation(road, diary, today=MONDAY + 7 * WEEK, pauses=[holiday])
        assert now.pace.hours == pytest.approx(10)
        assert now.pace.weeks == 4
        assert sum(now.earned.values()) == pytest.approx(40)
        assert not any(now.pauses.holds(on) for on in now.earned)

    def test_what_was_done_before_the_start_is_no_evidence(self) -> None:
        diary = enrolled(on=MONDAY + 3 * DAY)
        diary.mark("book", "doing", on=MONDAY - 10 * DAY)
        diary.mark("book", "done", on=MONDAY + 2 * DAY)
        before = situation(self.ROAD, diary, started_on=MONDAY + 3 * DAY, today=MONDAY + 3 * DAY).pace
        assert before == Pace(10, PRIOR, 0)
        after = situation(self.ROAD, diary, started_on=MONDAY + 3 * DAY, today=MONDAY + 3 * WEEK).pace
        assert after.hours <= 10

    def test_a_finish_without_a_beginning_took_the_time_since_the_start(self) -> None:
        diary = enrolled()
        diary.mark("book", "done", on=MONDAY + 2 * WEEK - DAY)
        now = situation(self.ROAD, diary, today=MONDAY + 2 * WEEK)
        assert set(now.earned.values()) == {20 / 14}
        assert min(now.earned) == MONDAY

    def test_earned_hours_take_the_effort_that_they_take_at_the_median(self) -> None:
        road = edition(milestone("a", effort_hours={"low": 100, "likely": 100, "high": 300}))
        diary = enrolled()
        for week in range(8):
            diary.log("a", 8, on=MONDAY + week * WEEK)
        assert situation(road, diary, today=MONDAY + 8 * WEEK).pace.hours == pytest.approx(10)


class TestFilter:
    SAID = [(MONDAY, 10.0)]

    def weeks(self, *hours: float) -> list[Week]:
        return [(MONDAY + number * WEEK, each, 1.0) for number, each in enumerate(hours)]

    def test_recent_weeks_weigh_more(self) -> None:
        rising, falling = self.weeks(*[5] * 10, *[15] * 10), self.weeks(*[15] * 10, *[5] * 10)
        assert pace_of(self.SAID, rising).hours > pace_of(self.SAID, falling).hours + 0.5

    def test_the_more_weeks_the_surer(self) -> None:
        sigmas = [pace_of(self.SAID, self.weeks(*[10] * number)).sigma for number in (0, 1, 4, 12, 30)]
        assert sigmas == sorted(sigmas, reverse=True)
        assert sigmas[0] == PRIOR

    def test_a_week_counts_as_a_multiple_of_the_pace_at_most(self) -> None:
        assert pace_of(self.SAID, self.weeks(MOST * 10)) == pace_of(self.SAID, self.weeks(1_000))

    def test_who_comes_back_after_a_silent_half_year_is_believed_within_two_months(self) -> None:
        silent = self.weeks(*[0] * 26)
        assert pace_of(self.SAID, silent).hours < 2
        back = pace_of(self.SAID, self.weeks(*[0] * 26, *[10] * 9)).hours
        assert 3 < back < 10

    def test_saying_more_moves_it_in_proportion_and_what_one_does_anyway_not_at_all(self) -> None:
        weeks = self.weeks(*[5] * 12)
        quiet = pace_of(self.SAID, weeks)
        later = MONDAY + 12 * WEEK

        def said(hours: float) -> Pace:
            return pace_of([*self.SAID, (later, hours)], weeks)

        assert said(quiet.hours) == said(8) == quiet
        assert said(20).hours == pytest.approx(2 * quiet.hours)
        assert said(20).sigma > quiet.sigma
        assert said(3).hours == pytest.approx(3)

    def test_a_slip_that_is_put_right_leaves_no_trace(self) -> None:
        weeks = self.weeks(*[5] * 12)
        slip, right = MONDAY + 11 * WEEK + DAY, MONDAY + 11 * WEEK + 3 * DAY
        for until in (11, 12):
            quiet = pace_of(self.SAID, weeks[:until])
            assert pace_of([*self.SAID, (slip, 100), (right, 10)], weeks[:until]) == quiet
            assert pace_of([*self.SAID, (slip, 100)], weeks[:until]).hours > 5 * quiet.hours

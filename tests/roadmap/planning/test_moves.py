"""Case 22: moves of the forecast are told beyond their noise, with their subject; the figures by lives of a year.

`make bench ONLY=moves` lives the same with five hundred lives a kind.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from bench.moves import KINDS, Tally, tally
from roadmap.planning import Move, Situation, moves, sentences
from tests.roadmap.diary import Diary, milestone, steps
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, situation, staged

LIVES = 40
ROAD = staged(
    ("base", "rest"),
    milestone("a", 400, stage="base"),
    milestone("b", 12, stage="base"),
    milestone("c", 800, stage="rest"),
)


@pytest.fixture(scope="module")
def lived() -> dict[str, Tally]:
    quick = ("steady", "halved", "doubled", "quitting")
    return {kind.name: tally(kind, LIVES) for kind in KINDS if kind.name in quick}


class TestLives:
    def test_steady_give_or_take_30_per_cent_reads_at_most_four_moves_a_year(self, lived: dict[str, Tally]) -> None:
        assert lived["steady"].mean <= 4
        assert lived["steady"].mean_shown <= 4

    @pytest.mark.parametrize(("kind", "weeks"), [("halved", 4), ("doubled", 4), ("quitting", 6)])
    def test_a_change_of_pace_is_told_in_time(self, lived: dict[str, Tally], kind: str, weeks: int) -> None:
        assert lived[kind].within(weeks) >= 0.9

    def test_moves_that_are_told_keep_their_sign_for_four_weeks(self, lived: dict[str, Tally]) -> None:
        kept = [keeps for result in lived.values() for keeps in result.kept]
        assert len(kept) > 100
        assert sum(kept) / len(kept) >= 0.8


def logged(*weekly: float, to: str = "a", hours_per_week: float = 10) -> Diary:
    diary = enrolled(hours_per_week)
    for week, hours in enumerate(weekly):
        if hours:
            diary.log(to, hours, on=MONDAY + week * WEEK + DAY)
    return diary


def after(weeks: int, diary: Diary, *, more_days: int = 0) -> Situation:
    return situation(ROAD, diary, today=MONDAY + weeks * WEEK + more_days * DAY)


def lines(before: Situation | None, now: Situation) -> list[str]:
    return list(sentences(moves(before, now), now.today))


class TestWhatIsTold:
    def test_one_empty_week_is_no_news(self) -> None:
        assert moves(None, after(11, logged(*[10] * 10, 0))) == ()

    def test_a_halved_pace_is_told_with_its_subject_since_when_and_why(self) -> None:
        [move] = moves(None, after(14, logged(*[10] * 10, *[5] * 4)))
        assert (move.cause, move.stage, move.since) == ("pace", "Base", MONDAY + 10 * WEEK)
        assert move.days > 14
        [line] = lines(None, after(14, logged(*[10] * 10, *[5] * 4)))
        assert line.startswith("“Base” is likely finished ")
        assert line.endswith(" later than it looked four weeks ago, because less got done than your plan counts on.")

    def test_more_than_the_plan_counts_on_is_told_as_earlier(self) -> None:
        [line] = lines(None, after(13, logged(*[10] * 10, *[20] * 3)))
        assert line.endswith(" earlier than it looked four weeks ago, because more got done than your plan counts on.")

    def test_it_is_news_once_in_four_weeks_while_it_lasts(self) -> None:
        diary = logged(*[10] * 10, *[0] * 10)
        news = [week for week in range(10, 21) if any(move.is_new for move in moves(None, after(week, diary)))]
        assert len(news) == 3
        assert {later - earlier for earlier, later in pairwise(news)} == {4}

    def test_the_same_all_week_whatever_the_week_at_hand_holds_so_far(self) -> None:
        diary = logged(*[10] * 10, *[0] * 3)
        assert {moves(None, after(13, diary, more_days=days))[0].cause for days in range(7)} == {"pace"}

    def test_a_week_in_which_it_goes_as_planned_again_ends_it(self) -> None:
        assert moves(None, after(14, logged(*[10] * 10, 0, 0, 0, 12))) == ()

    def test_who_has_not_begun_is_told_of_no_delay(self) -> None:
        assert moves(None, after(6, enrolled())) == ()

    def test_where_the_stage_at_hand_does_not_move_the_whole_road_is_the_subject(self) -> None:
        diary = logged(10)
        diary.mark("c", "skipped", on=MONDAY + WEEK)
        before, now = after(1, logged(10)), after(1, diary)
        [move] = moves(before, now)
        assert (move.cause, move.stage) == ("skipped", None)
        [line] = lines(before, now)
        assert line.startswith("The whole road is likely finished ")
        assert line.endswith(" earlier, because what you skip changed.")

    def test_a_change_is_told_when_it_is_made_however_small_beside_the_noise(self) -> None:
        diary = logged(10)
        diary.mark("b", "known", on=MONDAY + WEEK)
        assert [move.cause for move in moves(after(1, logged(10)), after(1, diary))] == ["known"]

    def test_a_date_too_far_to_be_named_is_not_said_to_move(self) -> None:
        far = staged(("base",), milestone("a", 9_000, stage="base"))
        now = situation(far, logged(*[5] * 10, *[0] * 4, hours_per_week=5), today=MONDAY + 14 * WEEK)
        assert moves(None, now) == ()


def test_each_move_says_its_subject_its_size_and_its_cause() -> None:
    told = [Move("known", -7, "Base"), Move("paused", 3, None), Move("scope", 900, "Base")]
    assert list(sentences(told, MONDAY)) == [
        "“Base” is likely finished 7 days earlier, because what you know already changed.",
        "The whole road is likely finished 3 days later, because you changed a pause.",
        "“Base” is likely finished 2 years later, because the roadmap itself changed.",
    ]


class TestHoursPutIn:
    """No sentence says "less got done" of a week in which the hours logged reach the hours planned."""

    def test_what_takes_longer_than_its_estimate_is_named(self) -> None:
        road = staged(("base",), milestone("a", 80, stage="base"), milestone("c", 800, stage="base"))
        diary = logged(*[10] * 12)
        now = situation(road, diary, today=MONDAY + 12 * WEEK)
        [line] = list(sentences(moves(None, now), now.today))
        assert "less got done" not in line
        assert ": you put in 40 h; “A” takes longer than its estimate." in line

    def test_also_where_only_the_last_week_was_as_planned(self) -> None:
        road = staged(("base",), milestone("a", 80, stage="base"), milestone("c", 800, stage="base"))
        now = situation(road, logged(*[10] * 8, 0, 0, 10), today=MONDAY + 11 * WEEK)
        [line] = list(sentences(moves(None, now), now.today))
        assert ": you put in 10 h; “A” takes longer than its estimate." in line

    def test_a_good_week_that_is_not_over_is_not_blamed(self) -> None:
        diary = logged(*[10] * 10, 0, 0, 0)
        diary.log("a", 10, on=MONDAY + 13 * WEEK + DAY)
        [line] = lines(None, after(13, diary, more_days=2))
        assert line.endswith("because your plan has learned your pace from slower weeks before.")

    def test_hours_are_written_as_they_were_put_in(self) -> None:
        move = Move("pace", 21, "Base", MONDAY, put_in=7.25, milestone="A")
        assert ": you put in 7.25 h; “A”" in next(sentences([move], MONDAY + 4 * WEEK))


@pytest.mark.parametrize("weeks", [*range(13), 20, 30])
def test_one_empty_week_moves_no_date_by_a_year(weeks: int) -> None:
    """Case 22. Of a road of ten years, however long somebody has walked."""
    long = staged(("base",), milestone("a", 2_600, stage="base", steps=steps(*[10] * 260)))
    diary = logged(*[5] * weeks, hours_per_week=5)
    before = situation(long, diary, today=MONDAY + weeks * WEEK).likely()
    after_it = situation(long, diary, today=MONDAY + (weeks + 1) * WEEK).likely()
    assert isinstance(before, date)
    assert timedelta(0) < after_it - before < timedelta(days=366)

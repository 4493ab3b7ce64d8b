"""Why the date moved, by name."""

from __future__ import annotations

from datetime import date

import pytest

from roadmap.document import Document
from roadmap.planning import Reason, Situation, reasons, situation_before
from tests.roadmap.diary import Diary, edition, milestone, steps
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, months, situation

ROAD = edition(milestone("a", 20), milestone("b", 80), milestone("c", 100))
LATER = MONDAY + 3 * WEEK


def moved(before: Situation, now: Situation) -> dict[str, int]:
    """Return the reasons; they sum to the move."""
    why = reasons(before, now)
    was, became = before.likely(), now.likely()
    assert was is not None
    assert became is not None
    assert sum(reason.days for reason in why) == (became - was).days
    assert len({reason.cause for reason in why}) == len(why)
    return {reason.cause: reason.days for reason in why}


def walked(*hours: float) -> Diary:
    diary = enrolled()
    for week, each in enumerate(hours):
        diary.log("b", each, on=MONDAY + week * WEEK + DAY)
    return diary


def test_three_weeks_with_half_the_hours_move_it_later_and_the_reason_is_pace() -> None:
    before = situation(ROAD, enrolled())
    now = situation(ROAD, walked(5, 5, 5), today=LATER)
    why = moved(before, now)
    assert why.keys() == {"pace"}
    assert why["pace"] > 14


def test_nothing_moves_when_a_week_goes_as_it_should() -> None:
    before, now = situation(ROAD, enrolled()), situation(ROAD, walked(10), today=MONDAY + WEEK)
    assert reasons(before, now) == ()


class TestOneCause:
    def now(self, diary: Diary | None = None, document: Document = ROAD, *pauses: tuple[date, date]) -> Situation:
        return situation(document, diary or enrolled(), pauses=pauses)

    def test_a_claim_cuts_what_is_left_and_is_called_known(self) -> None:
        diary = enrolled()
        diary.mark("a", "known", on=MONDAY)
        now = self.now(diary)
        assert self.now().standing.hours.left - now.standing.hours.left == 20
        assert moved(self.now(), now) == {"known": -14}

    def test_a_skip(self) -> None:
        diary = enrolled()
        diary.mark("a", "skipped", on=MONDAY)
        assert moved(self.now(), self.now(diary)) == {"skipped": -14}
        assert moved(self.now(diary), self.now()) == {"skipped": 14}

    def test_more_hours(self) -> None:
        diary = enrolled()
        diary.write("enrolled", hours_per_week=20, target_on=None, on=MONDAY)
        assert moved(self.now(), self.now(diary)) == {"hours": -70}

    def test_a_pause(self) -> None:
        assert moved(self.now(), self.now(None, ROAD, (MONDAY + WEEK, MONDAY + 3 * WEEK))) == {"paused": 14}

    def test_a_new_edition(self) -> None:
        longer = edition(milestone("a", 20), milestone("b", 80), milestone("c", 130))
        assert moved(self.now(), self.now(None, longer)) == {"scope": 21}

    def test_a_choice(self) -> None:
        group = {"slug": "g", "members": ["a", "b"], "default": "a"}
        road = edition(milestone("a", 20), milestone("b", 80), groups=(group,))
        diary = enrolled()
        diary.choose("g", "b")
        assert moved(self.now(None, road), self.now(diary, road)) == {"choice": 42}

    def test_waiting(self) -> None:
        """Who does their hours and does not begin what takes its time."""
        road = edition(milestone("job", 10, elapsed_months=months(24)), milestone("b", 80))
        assert moved(self.now(None, road), situation(road, walked(10, 10, 10), today=LATER)) == {"calendar": 21}


def test_several_causes_each_have_their_days() -> None:
    diary = walked(5, 5, 5)
    diary.mark("a", "known", on=MONDAY + WEEK)
    diary.mark("c", "skipped", on=MONDAY + WEEK)
    pause = (LATER + WEEK, LATER + 2 * WEEK)
    why = moved(situation(ROAD, enrolled()), situation(ROAD, diary, today=LATER, pauses=[pause]))
    assert why.keys() == {"known", "skipped", "paused", "pace"}
    assert why["known"] < 0 < why["pace"]


class TestTakenBack:
    """What counted and is open again is no slowness."""

    def test_a_milestone_that_is_open_again(self) -> None:
        diary = enrolled()
        diary.mark("a", "done", on=MONDAY)
        before = situation(ROAD, diary)
        diary.mark("a", "todo", on=MONDAY + DAY)
        assert moved(before, situation(ROAD, diary)) == {"reopened": 14}

    def test_beside_a_week_that_went_as_it_should(self) -> None:
        diary = walked(10)
        diary.mark("a", "done", on=MONDAY + 2 * DAY)
        before = situation(ROAD, diary, today=MONDAY + WEEK)
        diary.mark("a", "todo", on=MONDAY + WEEK + DAY)
        diary.log("b", 10, on=MONDAY + WEEK + DAY)
        why = moved(before, situation(ROAD, diary, today=MONDAY + 2 * WEEK))
        assert why["reopened"] >= 14
        assert why.get("pace", 0) <= 0

    def test_a_step_that_is_open_again_beside_one_more(self) -> None:
        road = edition(milestone("a", 20, steps=steps(10, 10)), milestone("b", 180))
        diary = enrolled()
        diary.tick("a", "s1", 10, on=MONDAY)
        before = situation(road, diary)
        diary.tick("a", "s1", 10, done=False, on=MONDAY)
        diary.tick("a", "s2", 10, on=MONDAY)
        why = {reason.cause: reason.days for reason in reasons(before, situation(road, diary))}
        assert why["reopened"] > 0 > why["pace"]


def test_where_either_has_no_date_there_is_nothing_to_compare() -> None:
    endless = situation(edition(milestone("a", 90_000)))
    assert reasons(endless, situation(ROAD)) == reasons(situation(ROAD), endless) == ()


def test_the_week_before_is_today_a_week_ago_on_what_was_then() -> None:
    diary = walked(10)
    now = situation(ROAD, diary, today=MONDAY + WEEK)
    before = situation_before(now, document=ROAD, progress=enrolled().progress)
    assert before.today == MONDAY
    assert reasons(before, now) == ()


def test_a_finish_is_no_reason_when_it_came_as_planned() -> None:
    road = edition(milestone("a", 20, steps=steps(10, 10)), milestone("b", 180))
    diary = enrolled()
    diary.tick("a", "s1", 10, on=MONDAY + DAY)
    diary.tick("a", "s2", 10, on=MONDAY + WEEK + DAY)
    before = situation(road, enrolled())
    diary.mark("a", "done", on=MONDAY + WEEK + 2 * DAY)
    why = reasons(before, situation(road, diary, today=MONDAY + 2 * WEEK))
    assert sum(abs(reason.days) for reason in why) <= 1
    assert all(isinstance(reason, Reason) for reason in why)


@pytest.mark.parametrize("stage", ["all", "no-such-stage"])
def test_of_a_stage(stage: str) -> None:
    diary = enrolled()
    diary.mark("a", "known", on=MONDAY)
    assert reasons(situation(ROAD), situation(ROAD, diary), stage=stage) == (Reason("known", -14),)

"""What to do next, and what fits into a week."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from roadmap.document import Document, parse
from roadmap.planning import PlannedStep, next_milestones, this_week, to_confirm, worked_since
from tests.roadmap.diary import Diary, edition, milestone, steps

FIXTURE = Path(__file__).parents[3] / "fixtures" / "ml_architect.yaml"
MONDAY = date(2026, 11, 23)
WEEK = timedelta(weeks=1)


@pytest.fixture(scope="module")
def architect() -> Document:
    return parse(FIXTURE.read_bytes(), name=FIXTURE.name)


def planned(diary: Diary, road: Document, hours: float = 10, *, today: date = MONDAY) -> list[tuple[str, str, float]]:
    """Return a week as (milestone, step, hours)."""
    week = this_week(diary.on(road), hours_per_week=hours, today=today)
    return [(item.milestone.slug, item.step.slug if item.step else "", item.hours) for item in week]


class TestNext:
    def test_open_ones_in_the_documents_order_what_is_under_way_first(self) -> None:
        road = edition(
            milestone("a"),
            milestone("b", prerequisites=["a"]),
            milestone("c"),
            milestone("d", optional=True),
            milestone("e"),
        )
        diary = Diary()
        assert next_milestones(diary.on(road)) == ("a", "c", "e")
        diary.mark("e", "doing")
        assert next_milestones(diary.on(road)) == ("e", "a", "c")
        diary.mark("a", "done")
        diary.mark("c", "skipped")
        assert next_milestones(diary.on(road)) == ("e", "b")

    def test_what_was_started_anyway_is_carried_on_though_it_is_locked(self) -> None:
        road, diary = edition(milestone("a"), milestone("b", prerequisites=["a"])), Diary()
        diary.mark("b", "doing", anyway=True)
        assert next_milestones(diary.on(road)) == ("a",)
        assert planned(diary, road, 40)[0] == ("b", "", 10)

    def test_what_is_ticked_to_the_end_waits_to_be_called_done(self) -> None:
        road, diary = edition(milestone("a", 3, steps=steps(1, 2)), milestone("b")), Diary()
        diary.tick("a", "s1")
        assert to_confirm(diary.on(road)) == ()
        diary.tick("a", "s2")
        assert to_confirm(diary.on(road)) == ("a",)
        diary.mark("a", "done")
        assert to_confirm(diary.on(road)) == ()


class TestWeek:
    def test_steps_are_taken_in_order_as_far_as_they_fit(self) -> None:
        road = edition(milestone("a", 9, steps=steps(3, 4, 2)), milestone("b", 8, steps=steps(1, 7)))
        assert planned(Diary(), road) == [("a", "s1", 3), ("a", "s2", 4), ("a", "s3", 2), ("b", "s1", 1)]

    def test_a_long_step_is_carried_on_beside_a_short_one(self) -> None:
        road = edition(milestone("a", 22, steps=steps(22)), milestone("b", 20, steps=steps(7, 13)), milestone("c", 3))
        assert planned(Diary(), road) == [("a", "s1", 7), ("c", "", 3)]

    def test_where_no_other_is_short_the_shortest_that_fits(self) -> None:
        road = edition(milestone("a", 22), milestone("b", 9), milestone("c", 7))
        assert planned(Diary(), road) == [("a", "", 3), ("c", "", 7)]

    def test_what_comes_first_keeps_a_part_of_the_week(self) -> None:
        """Case 13: what fits fills the rest, and never takes the place of what the plan puts first."""
        road = edition(milestone("a", 22), milestone("b", 9))
        assert planned(Diary(), road) == [("a", "", 10)]

    def test_where_nothing_fits_the_whole_week_goes_into_the_long_one(self) -> None:
        road = edition(milestone("a", 22), milestone("b", 19))
        assert planned(Diary(), road) == [("a", "", 10)]

    def test_hours_put_into_a_step_show_how_far_it_is(self) -> None:
        road = edition(milestone("a", 30, steps=steps(8, 22)))
        diary = Diary(road)
        diary.tick("a", "s1", 8, on=MONDAY)
        diary.log("a", 2, on=MONDAY)
        diary.log("a", 2, on=MONDAY + timedelta(days=4))
        later = MONDAY + WEEK
        (item,) = this_week(diary.on(road), hours_per_week=10, today=later)
        assert (item.hours, item.remaining, item.total_hours) == (10, 18, 22)
        assert not item.is_finished_this_week
        (item,) = this_week(diary.on(road), hours_per_week=20, today=later)
        assert item.is_finished_this_week

    def test_a_step_that_took_longer_than_thought_still_takes_a_little(self) -> None:
        road, diary = edition(milestone("a", 4, steps=steps(4))), Diary()
        diary.log("a", 9, on=MONDAY - WEEK)
        assert planned(diary, road) == [("a", "s1", 0.5)]

    def test_what_was_done_this_week_is_taken_off(self) -> None:
        road = edition(milestone("a", 26, steps=steps(4, 22)), milestone("b", 3))
        diary = Diary(road)
        assert planned(diary, road) == [("a", "s1", 4), ("a", "s2", 6)]
        diary.tick("a", "s1", 4, on=MONDAY)
        assert worked_since(diary.on(road), MONDAY, hours_per_week=10) == 4
        assert planned(diary, road, today=MONDAY + timedelta(days=2)) == [("a", "s2", 6)]
        diary.log("a", 10, on=MONDAY)
        assert planned(diary, road, today=MONDAY + timedelta(days=2)) == []

    def test_a_week_may_begin_on_another_day(self) -> None:
        road, diary = edition(milestone("a", 26, steps=steps(4, 22))), Diary()
        diary.tick("a", "s1", 4, on=MONDAY)
        standing, friday = diary.on(road), MONDAY + timedelta(days=4)
        assert this_week(standing, hours_per_week=10, today=friday, since=friday)[0].hours == 10

    def test_a_step_brings_the_page_to_open(self, architect: Document) -> None:
        items = this_week(Diary().on(architect), hours_per_week=10, today=MONDAY)
        item = next(item for item in items if item.step and item.step.slug == "skim-guides")
        assert item.resource is not None
        assert (item.resource.format, item.resource.free) == ("text", True)
        assert item.title == item.step.title if item.step else False

    def test_nothing_left_nothing_planned(self) -> None:
        road, diary = edition(milestone("a")), Diary()
        diary.mark("a", "known")
        assert planned(diary, road) == []

    @pytest.mark.parametrize("hours", [0.5, 0.7, 168])
    def test_the_ends_of_the_scale(self, architect: Document, hours: float) -> None:
        week = this_week(Diary().on(architect), hours_per_week=hours, today=MONDAY)
        assert week
        assert sum(item.hours for item in week) <= hours


class TestCalendarTime:
    YEAR = {"low": 12, "likely": 12, "high": 12}

    def test_its_steps_come_one_by_one_while_others_go_on(self) -> None:
        road = edition(milestone("a", 4, steps=steps(1, 3), elapsed_months=self.YEAR), milestone("b", 100))
        diary = Diary()
        assert planned(diary, road) == [("a", "s1", 1), ("b", "", 9)]
        diary.tick("a", "s1", 1, on=MONDAY)
        assert planned(diary, road, today=MONDAY + 13 * WEEK) == [("b", "", 10)]
        assert planned(diary, road, today=MONDAY + 14 * WEEK) == [("a", "s2", 3), ("b", "", 7)]

    def test_a_later_beginning_is_no_hurry_an_earlier_one_is_no_wait(self) -> None:
        road = edition(milestone("a", 4, steps=steps(1, 3), elapsed_months=self.YEAR), milestone("b", 100))
        diary = Diary()
        diary.mark("a", "doing", on=MONDAY - 52 * WEEK)
        assert planned(diary, road)[:2] == [("a", "s1", 1), ("a", "s2", 3)]

    def test_where_only_time_moves_each_takes_its_share_of_a_week(self) -> None:
        road, diary = edition(milestone("a", 104, steps=steps(4, 100), elapsed_months=self.YEAR)), Diary()
        diary.tick("a", "s1", 4, on=MONDAY - timedelta(days=1))
        assert planned(diary, road) == [("a", "s2", 1.5)]


def walk(road: Document, *, hours: float, weeks: int) -> list[tuple[PlannedStep, ...]]:
    """Return the weeks of a learner who does exactly what is suggested, from the very beginning."""
    diary, plans = Diary(road), []
    for monday in (MONDAY + n * WEEK for n in range(weeks)):
        plan = this_week(diary.on(road), hours_per_week=hours, today=monday)
        plans.append(plan)
        for item in plan:
            if not item.is_finished_this_week:
                diary.log(item.milestone.slug, item.hours, on=monday + timedelta(days=4))
            elif item.step:
                diary.tick(item.milestone.slug, item.step.slug, item.step.hours, on=monday)
            else:
                diary.mark(item.milestone.slug, "done", on=monday)
        for slug in to_confirm(diary.on(road)):
            diary.mark(slug, "done", on=monday + timedelta(days=6))
    return plans


def test_a_beginner_begins_with_a_step_of_a_week_at_most(architect: Document) -> None:
    first = this_week(Diary().on(architect), hours_per_week=10, today=MONDAY)[0]
    assert first.step is not None
    assert first.step.hours <= 10


@pytest.mark.parametrize(("hours", "share"), [(10, 0.8), (5, 0.6), (20, 0.95)])
def test_a_beginner_has_something_to_tick_in_most_weeks(architect: Document, hours: float, share: float) -> None:
    weeks = walk(architect, hours=hours, weeks=104)
    assert all(week for week in weeks)
    assert all(sum(item.hours for item in week) <= hours for week in weeks)
    ticked = sum(any(item.is_finished_this_week for item in week) for week in weeks)
    assert ticked >= share * len(weeks)


def test_who_does_what_is_suggested_works_on_few_things_at_a_time(architect: Document) -> None:
    for week in walk(architect, hours=10, weeks=52)[4:]:
        assert len({item.milestone.slug for item in week}) <= 4

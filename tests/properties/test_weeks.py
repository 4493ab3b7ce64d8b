"""Laws of a week as it is shown, whatever the road: what is done moves nothing, and what comes first leads.

Cases 7 and 13.
"""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from roadmap.calendar import monday_of
from roadmap.document import Document, from_data
from roadmap.planning import Plan, ShownStep, ShownWeek, Situation, shown_week, this_week
from tests.properties.roads import DAY, learner, road
from tests.properties.strategies import seeds
from tests.roadmap.diary import Diary

pytestmark = pytest.mark.property

Key = tuple[str, str]


class Life:
    """Somebody on a road with and without steps, who did this and that before this week began."""

    def __init__(self, chance: random.Random) -> None:
        found = learner(chance)
        self.chance, self.hours_per_week = chance, chance.choice([0.5, 3, 8, 10, 25, 60])
        data = road(chance, size=chance.randint(1, 25))
        for milestone in data["milestones"]:
            _give_steps(chance, milestone)
        self.document: Document = from_data(data)
        self.monday = monday_of(found.today)
        self.today = self.monday + chance.randrange(7) * DAY
        self.diary = Diary()
        for milestone in self.document.milestones:
            self._lived(milestone)

    def _lived(self, milestone: Any) -> None:
        on = self.monday - self.chance.randint(1, 200) * DAY
        if self.chance.random() < 0.3:
            self.diary.mark(milestone.slug, self.chance.choice(["done", "known", "skipped", "doing"]), on=on)
        for step in milestone.steps:
            if self.chance.random() < 0.15:
                self.diary.tick(milestone.slug, step.slug, step.hours, on=on)

    @property
    def plan(self) -> Plan:
        now = Situation(self.document, self.diary.progress, self.monday - 30 * DAY, self.today)
        return Plan(now.with_progress(hours_per_week=self.hours_per_week, paces=()))

    def do(self, item: ShownStep) -> None:
        if item.step:
            self.diary.tick(item.milestone.slug, item.step.slug, item.step.hours, on=self.today)
        else:
            self.diary.mark(item.milestone.slug, "done", on=self.today)

    def work(self) -> None:
        """Do something that the week shows, or anything else."""
        if (choices := open_items(shown_week(self.plan))) and self.chance.random() < 0.5:
            self.do(self.chance.choice(choices))
        else:
            self.work_elsewhere()

    def work_elsewhere(self) -> None:
        """Do something else on what is open; what is locked would open by two doors, so it has no one place."""
        standing = self.plan.standing
        milestone = self.chance.choice(self.document.milestones)
        found = standing.of(milestone.slug)
        if found.locked or not found.is_left or not found.on_path:
            return
        steps = [step for step in milestone.steps if step.slug not in found.ticked]
        if steps and self.chance.random() < 0.6:
            step = self.chance.choice(steps)
            self.diary.tick(milestone.slug, step.slug, step.hours, on=self.today)
        elif self.chance.random() < 0.5:
            self.diary.log(milestone.slug, self.chance.choice([1, 4.5]), on=self.today)
        else:
            self.diary.mark(milestone.slug, "done", on=self.today)


def _give_steps(chance: random.Random, milestone: dict[str, Any]) -> None:
    likely, number = milestone["effort_hours"]["likely"], chance.choice([0, 0, 1, 2, 4, 7])
    if likely and number:
        milestone["steps"] = [{"slug": f"s{n}", "title": f"Step {n}", "hours": likely / number} for n in range(number)]


def keys(week: ShownWeek) -> list[Key]:
    return [(item.milestone.slug, item.step.slug if item.step else "") for item in (*week.begun, *week.more)]


def open_items(week: ShownWeek) -> list[ShownStep]:
    return [item for item in (*week.begun, *week.more) if not item.is_done]


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_doing_what_is_shown_moves_nothing_and_adds_at_the_end(seed: random.Random) -> None:
    life = Life(seed)
    for _ in range(12):
        week = shown_week(life.plan)
        if not (choices := open_items(week)):
            break
        item = seed.choice(choices)
        before = keys(week)
        life.do(item)
        after = shown_week(life.plan)
        assert keys(after)[: len(before)] == before
        assert sum(found.is_done for found in (*after.begun, *after.more)) == 1 + len(before) - len(choices)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_what_was_done_elsewhere_reorders_nothing_either(seed: random.Random) -> None:
    life = Life(seed)
    for _ in range(8):
        week = shown_week(life.plan)
        before = keys(week)
        life.work()
        after = keys(shown_week(life.plan))
        both = set(before) & set(after)
        assert [key for key in after if key in both] == [key for key in before if key in both]
        assert len(set(after)) == len(after)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_a_tick_taken_back_finds_its_place(seed: random.Random) -> None:
    life = Life(seed)
    for _ in range(seed.randrange(5)):
        if choices := open_items(shown_week(life.plan)):
            life.do(seed.choice(choices))
    week = shown_week(life.plan)
    steps = [item for item in open_items(week) if item.step]
    if not steps:
        return
    item = seed.choice(steps)
    assert item.step
    events = deepcopy(life.diary.events)
    life.do(item)
    life.diary.tick(item.milestone.slug, item.step.slug, item.step.hours, done=False, on=life.today)
    assert shown_week(life.plan) == week
    life.diary.events = events


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_what_the_plan_puts_first_leads_the_week_and_the_next_letter(seed: random.Random) -> None:
    """Of what can be done now: what waits for its time, or to be called done, has no step.

    Where a step of what comes first was done this week, that one leads the page, and the letter goes on with the next.
    """
    life = Life(seed)
    for _ in range(seed.randrange(6)):
        life.work()
    plan = life.plan
    week = shown_week(plan)
    if not (shown := open_items(week)):
        return
    first = shown[0]
    if first.milestone.elapsed_months:  # where nothing else was open, the week began with its share of what only waits
        return
    letter = this_week(
        plan.standing,
        hours_per_week=life.hours_per_week,
        today=life.today,
        since=life.today + timedelta(days=1),
        order=plan.week_order,
    )
    items = [*week.begun, *week.more]
    done_before = {item.milestone.slug for item in items[: items.index(first)]}
    if letter[0].milestone.slug not in done_before:
        assert (letter[0].milestone, letter[0].step) == (first.milestone, first.step)
    before = plan.week_order[: plan.week_order.index(first.milestone.slug)]
    can_begin = {found.slug for found in plan.standing.path if not found.locked or found.state == "doing"}
    for slug in can_begin & set(before) - done_before:
        milestone = life.document.by_slug[slug]
        is_ticked = milestone.steps and len(plan.standing.of(slug).ticked) == len(milestone.steps)
        assert is_ticked or milestone.elapsed_months


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_a_week_holds_no_more_than_its_hours_and_has_something_to_tick(seed: random.Random) -> None:
    life = Life(seed)
    for _ in range(seed.randrange(8)):
        life.work()
        week, plan = shown_week(life.plan), life.plan
        assert week.planned_hours <= week.room + 1e-9
        assert all(0 <= item.hours <= item.remaining + 1e-9 for item in (*week.begun, *week.more))
        can_begin = [found for found in plan.standing.path if found.is_left and not found.locked]
        waits = [life.document.by_slug[found.slug] for found in can_begin]
        if any(
            not (m.elapsed_months or (m.steps and len(plan.standing.of(m.slug).ticked) == len(m.steps))) for m in waits
        ):
            assert open_items(week)

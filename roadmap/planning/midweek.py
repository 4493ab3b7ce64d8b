"""A week as it is shown while it goes on. Pure.

**The rule.** What the plan put into the week when it began keeps its place until the week is over: milestones in the
plan's order of then, steps in the document's. A tick, hours and a finish move nothing; a tick taken back finds its old
place again. What comes in addition stands behind all that: what else was ticked this week, and, when the week's hours
are used up or its steps done with, the next few that are open, "more, if you like". What opens during the week comes
last. What a person says (started, known, skipped, chosen, other hours) plans the week anew; Monday does as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from roadmap.calendar import monday_of
from roadmap.document import Milestone, Resource, Step
from roadmap.standing import MilestoneStanding, Standing

from .plan import Plan
from .week import GRAIN, PlannedStep, hours_left, open_steps, room_since

MORE = 3  # steps that are offered when the week is done
_Key = tuple[str, str]


class ShownStep(NamedTuple):
    """A step of this week: done in it, or open. `step` is None for a milestone that has none, or is done as a whole.

    `hours` are those of the `remaining` that fit into the rest of the week: 0 for what is done, or offered beyond it.
    """

    milestone: Milestone
    step: Step | None
    is_done: bool
    hours: float = 0.0
    remaining: float = 0.0

    @property
    def total_hours(self) -> float:
        return self.step.hours if self.step else self.milestone.effort_hours.likely

    @property
    def resource(self) -> Resource | None:
        return self.milestone.resource_by_url.get(self.step.resource) if self.step else None


class ShownWeek(NamedTuple):
    """What the week began with, in its place, and what came in addition. `room`: the hours that are still to fill."""

    begun: tuple[ShownStep, ...]
    more: tuple[ShownStep, ...]
    room: float

    @property
    def is_done(self) -> bool:
        """Tell whether the hours of the week are used up."""
        return self.room < GRAIN

    @property
    def planned_hours(self) -> float:
        """The hours that are still planned in it."""
        return sum(item.hours for item in (*self.begun, *self.more))


def shown_week(plan: Plan) -> ShownWeek:
    """Return this week of a plan."""
    return _Week(plan).shown()


class _Week:
    def __init__(self, plan: Plan) -> None:
        now = plan.situation
        self.plan, self.standing, self.today = plan, plan.standing, now.today
        self.monday = monday_of(now.today)
        self.planned = plan.began.week
        self.room = room_since(self.standing, self.monday, hours_per_week=now.progress.hours_per_week)
        self.done = set(_done_since(self.standing, self.monday))
        self.ticked = {milestone for milestone, step in self.done if step}
        self.open = {_key(item): item for item in open_steps(self.standing, today=self.today, order=plan.week_order)}

    def shown(self) -> ShownWeek:
        room, begun = self.room, dict[_Key, ShownStep]()
        for planned in self.planned:
            if item := self._begun(planned, room):
                begun[_key(item)] = item
                room -= item.hours
        items, room = self._topped_up(begun.values(), room)
        return ShownWeek(tuple(items), tuple(self._more(set(begun), room)), self.room)

    def _begun(self, planned: PlannedStep, room: float) -> ShownStep | None:
        """Return what has become of a step that the week began with: done, still open, or None where it is gone."""
        milestone, step = planned.milestone, planned.step
        if _key(planned) in self.done:
            return ShownStep(milestone, step, is_done=True)
        if (milestone.slug, "") in self.done:
            return None if milestone.slug in self.ticked else ShownStep(milestone, None, is_done=True)
        if (left := self._left(planned)) is None:
            return None
        planned_left = planned.hours - max(0.0, planned.remaining - left)
        hours = max(0.0, min(planned_left, left, room))
        return ShownStep(milestone, step, is_done=False, hours=hours, remaining=left)

    def _left(self, planned: PlannedStep) -> float | None:
        found = self.standing.of(planned.milestone.slug)
        if not (found.on_path and found.is_left):
            return None
        return hours_left(self.standing, found.slug, today=self.today).get(_key(planned)[1])

    def _topped_up(self, begun: Iterable[ShownStep], room: float) -> tuple[list[ShownStep], float]:
        """Give what is left of the week to the steps that were planned in part; no faster than their time passes."""
        full = []
        for item in begun:
            extra = min(item.remaining - item.hours, room) if _key(item) in self.open and room >= GRAIN else 0.0
            full.append(item._replace(hours=item.hours + extra))
            room -= extra
        return full, room

    def _more(self, seen: set[_Key], room: float) -> Iterator[ShownStep]:
        """Yield what was done besides, and the next steps where the week has room for them or is done."""
        # A milestone that was called done needs no line of its own beside its steps.
        done = [key for key in self.done - seen if key[1] or key[0] not in self.ticked]
        added = sum(self._item(key).total_hours for key in done)
        is_offered = self.room < GRAIN or room + added >= GRAIN
        offered = [key for key in self.open if key not in seen][:MORE] if is_offered else []
        for key in self._in_order([*done, *offered]):
            if key in self.done:
                yield self._item(key)
                continue
            milestone, step, _, left, _ = self.open[key]
            hours = max(0.0, min(left, room)) if room >= GRAIN else 0.0
            room -= hours
            yield ShownStep(milestone, step, is_done=False, hours=hours, remaining=left)

    def _item(self, key: _Key) -> ShownStep:
        milestone = self.standing.edition.by_slug[key[0]]
        return ShownStep(milestone, milestone.step_by_slug.get(key[1]), is_done=True)

    def _in_order(self, keys: Sequence[_Key]) -> list[_Key]:
        """Sort by the order of the week, then as the document has the steps; what was never planned comes last."""
        began, by_slug = self.plan.began, self.standing.edition.by_slug
        planned = [item.milestone.slug for item in self.planned]
        places = {slug: place for place, slug in enumerate(dict.fromkeys([*planned, *began.order, *self.plan.order]))}
        opened = self.plan.opened if began is not self.plan else {}
        steps = {slug: [step.slug for step in by_slug[slug].steps] for slug, _ in keys}

        def place(key: _Key) -> tuple[int, int, int]:
            slug, step = key
            return opened.get(slug, 0), places.get(slug, len(places)), steps[slug].index(step) if step else 0

        return sorted(keys, key=place)


def _key(item: PlannedStep | ShownStep) -> _Key:
    return item.milestone.slug, item.step.slug if item.step else ""


def _done_since(standing: Standing, since: date) -> Iterator[_Key]:
    """Yield the steps ticked since a day, and ("" for a step) the milestones called done."""
    for found in standing.milestones.values():
        yield from ((found.slug, step) for step in found.ticked if found.mark.ticks[step][0] >= since)
        if _is_finished_since(found, since):
            yield found.slug, ""


def _is_finished_since(found: MilestoneStanding, since: date) -> bool:
    return found.mark.finished_on is not None and found.mark.finished_on >= since

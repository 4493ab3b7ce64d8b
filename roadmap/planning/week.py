"""What to do next, and what fits into this week. Pure: `today` comes in as an argument.

The order is the plan's: what is under way first, then by slack, then as the document has it. A week is
filled from the top of that order, step by step, up to the hours that a person has:

- A step that is longer than what is left of the week is carried on in part ("about 7 h of 22 this week"). If the week
  would then end without anything to tick, a short step of another milestone fills the rest: it stands after what the
  plan puts first, and never in its place.
- How far a step is shows in the hours that went into it.
- A milestone that takes calendar time (`elapsed_months`: a degree, a job) offers a step once its share of that time has
  passed since it was begun, and goes on beside the others. Where only such are left, each takes its share of a week.
- A milestone without steps counts as one step. One whose steps are all ticked waits to be called done (`to_confirm`).
- No week holds more than its hours, nor more than twenty steps: those that take no time would all fit. What was earned
  since the week began is taken off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from roadmap.calendar import monday_of
from roadmap.document import Milestone, Resource, Step
from roadmap.standing import LOOSE, Mark, MilestoneStanding, Standing

from .earned import HELD_BACK, worked_by_day
from .network import WEEKS_PER_MONTH

GRAIN = 0.5  # hours; nobody plans by the minute
SHORT = 0.5  # a step beside a long one takes at most this part of the week, where one so short exists
LEAST = 0.2  # and this part at least is the long one's
MOST = 20  # steps of a week


class PlannedStep(NamedTuple):
    """Something to do this week. `hours` of the `remaining` ones; `step` is None for a milestone without steps."""

    milestone: Milestone
    step: Step | None
    hours: float
    remaining: float
    resource: Resource | None

    @property
    def title(self) -> str:
        return self.step.title if self.step else self.milestone.title

    @property
    def total_hours(self) -> float:
        return self.step.hours if self.step else self.milestone.effort_hours.likely

    @property
    def is_finished_this_week(self) -> bool:
        return self.hours >= self.remaining


def next_milestones(standing: Standing) -> tuple[str, ...]:
    """Return the milestones of my path that are open: under way first, then in the document's order.

    One that was started although it is locked is not among them; `this_week` carries it on all the same.
    """
    return tuple(found.slug for found in _in_order(standing) if not found.locked)


def to_confirm(standing: Standing) -> tuple[str, ...]:
    """Return the milestones of my path whose steps are all ticked, though they are not called done."""
    return tuple(
        found.slug
        for found in standing.path
        if found.is_left and found.ticked and len(found.ticked) == len(standing.edition.by_slug[found.slug].steps)
    )


def worked_since(standing: Standing, since: date, *, hours_per_week: float) -> float:
    """Return the hours that a week's bar shows as done: earned from a day on, and what finishes still earned.

    A finish may be of long work that was never told: it counts for what is left of the week's hours at most.
    """
    return _bar(standing, since, hours_per_week=hours_per_week, held_back=HELD_BACK)


def this_week(
    standing: Standing,
    *,
    hours_per_week: float,
    today: date,
    since: date | None = None,
    order: Sequence[str] = (),
) -> tuple[PlannedStep, ...]:
    """Return what to do in the week that began on `since` (this Monday when None), fitting the hours it still has.

    `order` is the plan's (`Plan.week_order`); without one it is what is under way, then the document's.
    """
    since = since or monday_of(today)
    room = room_since(standing, since, hours_per_week=hours_per_week)
    queues = [_Queue(standing, found, today) for found in _in_order(standing, order)]
    planned = tuple(_filled(queues, room, has_tick=_has_tick(standing, since)))
    return planned or tuple(_waiting(queues, room))


def is_open(found: MilestoneStanding) -> bool:
    """Tell whether nothing keeps a milestone from being worked on; what was started anyway is carried on."""
    return not found.locked or found.state == "doing"


def open_steps(standing: Standing, *, today: date, order: Sequence[str]) -> Iterator[PlannedStep]:
    """Yield all that can be done now, in order, each step whole."""
    for found in _in_order(standing, order):
        queue = _Queue(standing, found, today)
        while queue.is_due:
            yield queue.plan(queue.front)


def hours_left(standing: Standing, milestone: str, *, today: date) -> dict[str, float]:
    """Return the hours that each open step of a milestone still takes; "" stands for one without steps."""
    queue = _Queue(standing, standing.of(milestone), today)
    return {step.slug if step else "": hours for step, hours in queue.steps}


def room_since(standing: Standing, since: date, *, hours_per_week: float) -> float:
    """Return the hours that are left of the week that began on a day.

    What a milestone holds back until it is called done was worked all the same.
    """
    return _grained(hours_per_week - _bar(standing, since, hours_per_week=hours_per_week, held_back=0.0))


def _in_order(standing: Standing, order: Sequence[str] = ()) -> list[MilestoneStanding]:
    mine = [found for found in standing.path if found.is_left and is_open(found)]
    if not order:
        return sorted(mine, key=lambda found: found.effective_state != "doing")
    places = {slug: place for place, slug in enumerate(order)}
    return sorted(mine, key=lambda found: places.get(found.slug, len(places)))


def _bar(standing: Standing, since: date, *, hours_per_week: float, held_back: float) -> float:
    earned, finished = _earned_since(standing, since, held_back=held_back)
    return earned + min(finished, max(0.0, hours_per_week - earned))


def _earned_since(standing: Standing, since: date, *, held_back: float) -> tuple[float, float]:
    """Return the hours earned from a day on by ticks and hours put in, and by finishes."""
    earned = finished = 0.0
    for milestone in standing.milestones.values():
        mark, likely = milestone.mark, milestone.likely_hours
        is_over = mark.finished_on is not None
        if not any(on >= since for on in _days(mark)):
            continue
        so_far = 0.0
        most = likely if is_over else (1 - held_back) * likely
        for on, hours, _ in worked_by_day(standing.edition, milestone.slug, mark, most=most):
            earned += hours if on >= since else 0.0
            so_far += hours
        if mark.finished_on and mark.finished_on >= since:
            finished += likely - so_far
    return earned, finished


def _days(mark: Mark) -> Iterator[date]:
    """Yield the days on which something was done."""
    yield from (on for on, _ in mark.ticks.values())
    yield from (entry.on for entry in mark.entries)
    if mark.finished_on:
        yield mark.finished_on


def _has_tick(standing: Standing, since: date) -> bool:
    return any(on >= since for milestone in standing.milestones.values() for on, _ in milestone.mark.ticks.values())


class _Queue:
    """The open steps of one milestone with the hours that each still takes, taken from the front."""

    def __init__(self, standing: Standing, found: MilestoneStanding, today: date) -> None:
        self.milestone = standing.edition.by_slug[found.slug]
        self.mark, self.day = found.mark, today
        steps = self.milestone.steps
        put_in = standing.put_in(found.slug) if found.mark.entries else {}
        # A step that is full of hours waits for its tick: that takes a moment too.
        self.steps: list[tuple[Step | None, float]] = [
            (step, max(step.hours - put_in.get(step.slug, 0.0), min(step.hours, GRAIN)))
            for step in steps
            if step.slug not in found.mark.ticks
        ]
        if not steps:
            effort = self.milestone.effort_hours.likely
            self.steps = [(None, max(effort - put_in.get(LOOSE, 0.0), min(effort, GRAIN)))]

    @property
    def weeks(self) -> float:
        """The least time that the milestone takes, whatever the diligence."""
        elapsed = self.milestone.elapsed_months
        return elapsed.likely * WEEKS_PER_MONTH if elapsed else 0.0

    @property
    def front(self) -> float:
        return self.steps[0][1]

    @property
    def is_due(self) -> bool:
        """Tell whether there is a front step, and its turn on the calendar has come."""
        effort = self.milestone.effort_hours.likely
        if not self.steps or not self.weeks or not effort:
            return bool(self.steps)
        open_hours = sum(step.hours if step else effort for step, _ in self.steps)
        began_on = self.mark.began_on or self.day
        return (self.day - began_on).days >= 7 * self.weeks * (1 - open_hours / effort)

    def plan(self, hours: float) -> PlannedStep:
        """Take `hours` of the front step into the week."""
        step, remaining = self.steps.pop(0)
        resource = self.milestone.resource_by_url.get(step.resource) if step else None
        return PlannedStep(self.milestone, step, min(hours, remaining), remaining, resource)


def _filled(queues: list[_Queue], room: float, *, has_tick: bool) -> Iterator[PlannedStep]:
    """Yield a week's work: what can be finished, in order, up to the first step that cannot; then a part of that."""
    long, number = None, 0
    for queue in queues:
        while queue.is_due and queue.front <= room and number < MOST:
            room, has_tick, number = room - queue.front, True, number + 1
            yield queue.plan(queue.front)
        if queue.is_due:
            long = queue
            break
    if long is None or room < GRAIN or number == MOST:
        return
    beside = None if has_tick else _short_step(queues, long, room)
    yield long.plan(room - beside.front if beside else room)
    if beside:
        yield beside.plan(beside.front)


def _waiting(queues: list[_Queue], room: float) -> Iterator[PlannedStep]:
    """Yield a week's share of what only time moves."""
    for queue in queues:
        if queue.steps and queue.weeks and room >= GRAIN:
            share = queue.milestone.effort_hours.likely / queue.weeks
            hours = min(room, queue.front, max(GRAIN, _grained(share)))
            room -= hours
            yield queue.plan(hours)


def _short_step(queues: list[_Queue], long: _Queue, room: float) -> _Queue | None:
    """Return the first other queue with a step for half the room, else the one with the shortest that leaves some."""
    most = room - max(GRAIN, LEAST * room)
    fitting = [queue for queue in queues if queue is not long and queue.is_due and queue.front <= most]
    short = [queue for queue in fitting if queue.front <= SHORT * room]
    return short[0] if short else min(fitting, key=lambda queue: queue.front, default=None)


def _grained(hours: float) -> float:
    return max(0.0, hours // GRAIN * GRAIN)

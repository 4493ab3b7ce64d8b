"""When will I be there, why did it move, and what if I am behind: a plan for the page, in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from roadmap.calendar import about, is_named
from roadmap.charts.burnup import BurnUp, Finish, Forecast, burn_up
from roadmap.charts.timeline import Leg, Timeline, timeline
from roadmap.document import Stage
from roadmap.planning import Interval, Plan, Situation, StageForecast, moves, sentences
from roadmap.queries import OwnJourney
from roadmap.standing import Sum

DAY = timedelta(days=1)
FEW_WEEKS = 3  # of evidence; less says nothing about being behind
FAR_BELOW = 0.8  # of the stated hours
HINT_RESTS = timedelta(weeks=4)
MOST_HOURS = 168.0  # of a week


@dataclass(frozen=True)
class Outlook:
    """A forecast for people. `first_role` is when all is done that a first job asks for, where one is left."""

    plan: Plan
    today: date
    next_stage: StageForecast | None
    first_role: date | None
    has_first_role: bool
    why: tuple[str, ...]
    burnup: BurnUp
    timeline: Timeline
    misses_target: bool
    has_passed: bool
    is_slower: bool
    pace_setters: tuple[str, ...]
    are_waits: bool

    @property
    def finish(self) -> Interval | None:
        return self.plan.finish

    @property
    def is_behind(self) -> bool:
        return self.misses_target or self.is_slower


def outlook(mine: OwnJourney, before: Situation | None) -> Outlook | None:
    """Return the outlook of a journey; None when nothing is left. `before` is last week's situation."""
    plan = mine.plan
    if plan.finish is None:
        return None
    target = mine.progress.target_on
    misses_target = bool(target and (plan.finish.likely is None or plan.finish.likely > target))
    # Where no hours make the target, what counts is what would hold up the quickest.
    hours = plan.pace.hours if plan.required_hours_per_week else MOST_HOURS
    setters, are_waits = plan.pace_setters(hours) if misses_target else ((), False)
    return Outlook(
        plan=plan,
        today=mine.today,
        next_stage=next(iter(plan.stages), None),
        first_role=first_role(plan),
        has_first_role=entry_role(plan) is not None,
        why=tuple(sentences(moves(before, mine.situation), mine.today)),
        burnup=_burnup(mine),
        timeline=_timeline(mine),
        misses_target=misses_target,
        has_passed=bool(target and target < mine.today),
        is_slower=_is_slower(mine),
        pace_setters=tuple(mine.document.by_slug[slug].title for slug in setters),
        are_waits=are_waits,
    )


def _is_slower(mine: OwnJourney) -> bool:
    """Tell whether the hint that one is slower than one meant stands: four weeks after it was put away, again."""
    dismissed_on = mine.enrolment.pace_hint_dismissed_on
    if dismissed_on and mine.today < dismissed_on + HINT_RESTS:
        return False
    return mine.plan.pace.weeks >= FEW_WEEKS and mine.plan.pace.hours < FAR_BELOW * mine.progress.hours_per_week


def entry_role(plan: Plan) -> str | None:
    """Return the entry role on the path that is still ahead."""
    by_slug = plan.situation.document.by_slug
    return next((slug for slug in plan.situation.network.slugs if by_slug[slug].kind == "entry-role"), None)


def first_role(plan: Plan) -> date | None:
    """Return when all is likely done that the entry role on the path waits for; None beyond the horizon, or if none."""
    role = entry_role(plan)
    return plan.situation.ready_for(role) if role else None


def _burnup(mine: OwnJourney) -> BurnUp:
    standing, today, finish = mine.standing, mine.today, mine.plan.finish
    days = sorted(mine.situation.earned.items())
    # What was brought along, or came over from what was replaced, was there before the first hour.
    climbed = max(0.0, standing.hours.earned - sum(hours for _, hours in days))
    points = [(mine.enrolment.started_on, climbed)]
    for on, hours in days:
        climbed = min(standing.hours.earned, climbed + hours)
        if on > points[-1][0]:
            points.append((min(on, today), climbed))
        else:
            points[-1] = (points[-1][0], climbed)
    return burn_up(
        earned=_weekly(points),
        total=[(mine.enrolment.started_on, standing.hours.total - standing.hours.skipped)],
        today=today,
        forecast=Forecast(*(Finish(_named(day, today), about(day, today)) for day in finish)) if finish else None,
        pauses=_last_days(mine),
        target_on=mine.progress.target_on,
    )


def _named(on: date | None, today: date) -> date | None:
    """Return a day that a chart may show: none so far away that no year is named."""
    return on if is_named(on, today) else None


def _weekly(points: Sequence[tuple[date, float]]) -> list[tuple[date, float]]:
    """Keep the last point of each week."""
    return list({on.isocalendar()[:2]: (on, hours) for on, hours in points}.values())


def _timeline(mine: OwnJourney) -> Timeline:
    begins = mine.plan.begins
    finishes = {found.stage.slug: found.finish for found in mine.plan.stages}
    legs = []
    for stage in mine.document.stages:
        figures = mine.standing.in_stage(stage.slug)
        if figures.counts.total:
            legs.append(_leg(mine, stage, figures, begins.get(stage.slug), finishes.get(stage.slug)))
    return timeline(legs, today=mine.today, pauses=_last_days(mine))


def _leg(mine: OwnJourney, stage: Stage, figures: Sum, begins: date | None, finish: Interval | None) -> Leg:
    if finish is None:
        ended = max(_days(mine, stage, "finished_on", "state_on"), default=mine.today)
        start = min(_days(mine, stage, "began_on", "finished_on"), default=ended)
        return Leg(stage.title, "done", start, ended, ended, ended, "done")
    started = min(_days(mine, stage, "began_on", "finished_on"), default=None)
    state: Literal["doing", "todo"] = "doing" if figures.hours.earned else "todo"
    start = started or begins or mine.today
    early, likely, late = (_named(day, mine.today) for day in finish)
    return Leg(stage.title, state, _named(start, mine.today), early, likely, late, about(finish.likely, mine.today))


def _days(mine: OwnJourney, stage: Stage, *names: str) -> list[date]:
    marks = (mine.mark_of(milestone.slug) for milestone in mine.document.in_stage(stage.slug))
    return [day for mark in marks for name in names if (day := getattr(mark, name))]


def _last_days(mine: OwnJourney) -> list[tuple[date, date]]:
    """Return the pauses by first and last day."""
    return [(starts_on, until - DAY) for starts_on, until in mine.pauses.spans]

"""Learners who live the stated model, drawn from a seed: an independent simulation that the forecast is held against.

Nothing here asks the planner. Somebody's true pace is drawn around what they said and drifts from week to week; a
week's hours scatter around it; what a milestone takes, in hours and on the calendar, is drawn from its three points.
They work off what is open: what they have begun, then what the longest chain hangs on. On the way they begin, tick and
finish, and that is all that the planner gets to see.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from roadmap.document import Document, Effort, Elapsed
from roadmap.standing import Mark, Progress
from tests.roadmap.diary import milestone
from tests.roadmap.planning.situations import MONDAY, staged

WEEKS_PER_MONTH = 365.2425 / 12 / 7
PRIOR, WEEKLY, DRIFT = 0.40, 0.70, 0.03  # the model's: see `roadmap.planning.pace`
SAID = 8.0
NOTHING = 1e-9


def year_and_a_half() -> Document:
    """Return six hundred hours at eight a week: study beside a course, skills, and a search for a job."""

    def leg(
        slug: str, stage: str, hours: float, *before: str, months: tuple[float, float, float] | None = None
    ) -> dict[str, Any]:
        number = max(1, round(hours / 4))
        found = milestone(
            slug,
            stage=stage,
            effort_hours={"low": round(0.6 * hours), "likely": hours, "high": round(1.7 * hours)},
            prerequisites=list(before),
            steps=[{"slug": f"s{step}", "title": "Step", "hours": hours / number} for step in range(number)],
        )
        return found | ({"elapsed_months": dict(zip(("low", "likely", "high"), months, strict=True))} if months else {})

    return staged(
        ("base", "skills", "job"),
        leg("orientation", "base", 4),
        leg("course", "base", 24, months=(3, 4, 6)),
        leg("maths", "base", 60),
        leg("statistics", "base", 40, "maths"),
        leg("python", "base", 40),
        leg("algorithms", "base", 50, "python"),
        leg("learning", "skills", 60, "statistics", "algorithms", "course"),
        leg("git", "skills", 10),
        leg("databases", "skills", 30),
        leg("tables", "skills", 24, "python"),
        leg("containers", "skills", 16, "git"),
        leg("deep-learning", "skills", 60, "learning"),
        leg("practice", "skills", 40, "learning", "tables"),
        leg("talks", "skills", 12),
        leg("project", "job", 50, "practice", "containers"),
        leg("certificate", "job", 30, "learning"),
        leg("search", "job", 30, "project", "certificate", months=(2, 3, 6)),
        leg("first-weeks", "job", 20, "search"),
    )


class Glance(NamedTuple):
    """What there was to see of a learner on the Monday after so many weeks."""

    weeks: int
    progress: Progress

    @property
    def today(self) -> date:
        return MONDAY + timedelta(weeks=self.weeks)


class Road:
    """A document as the simulation walks it: milestones by how early they must be begun, and what waits for what."""

    def __init__(self, document: Document) -> None:
        starts: dict[str, float] = {}
        for found in reversed(document.milestones):
            waits = found.elapsed_months.likely * WEEKS_PER_MONTH if found.elapsed_months else 0.0
            after = [starts[other.slug] for other in document.milestones if found.slug in other.prerequisites]
            starts[found.slug] = min(after, default=0.0) - max(waits, found.effort_hours.likely / SAID)
        self.milestones = sorted(document.milestones, key=lambda found: starts[found.slug])
        places = {found.slug: place for place, found in enumerate(self.milestones)}
        self.before = [[places[slug] for slug in found.prerequisites] for found in self.milestones]
        self.after = [
            [later for later, before in enumerate(self.before) if place in before] for place in range(len(self.before))
        ]
        self.likely = [found.effort_hours.likely for found in self.milestones]


def drawn(chance: random.Random, points: Effort | Elapsed) -> float:
    """Draw from a PERT distribution: a beta between low and high."""
    low, likely, high = points.low, points.likely, points.high
    if low == high:
        return likely
    shapes = 1 + 4 * (likely - low) / (high - low), 1 + 4 * (high - likely) / (high - low)
    return low + (high - low) * chance.betavariate(*shapes)


class Walker:
    """One learner. Time runs in weeks since they began."""

    def __init__(self, road: Road, chance: random.Random) -> None:
        self.road, self.chance = road, chance
        self.log_pace = math.log(SAID) + chance.gauss(0, PRIOR)
        self.effort = [drawn(chance, found.effort_hours) for found in road.milestones]
        self.waits = [
            drawn(chance, found.elapsed_months) * WEEKS_PER_MONTH if found.elapsed_months else 0.0
            for found in road.milestones
        ]
        number = len(self.effort)
        self.waits_for = [len(before) for before in road.before]
        self.worked, self.earned = [0.0] * number, [0.0] * number
        self.began: dict[int, float] = {}
        self.finished: dict[int, float] = {}
        self.ticks: list[dict[str, tuple[date, float]]] = [{} for _ in range(number)]
        self.open: list[int] = []
        for place, count in enumerate(self.waits_for):
            if not count:
                self._open(place, 0.0)

    def walk(self, shares: Iterable[float]) -> tuple[list[Glance], float]:
        """Walk to the end; return a glance when each share of the hours was first earned, and when the end was."""
        glances, total, week = list[Glance](), sum(self.road.likely), 0
        ahead = list(shares)
        while len(self.finished) < len(self.effort):
            while ahead and sum(self.earned) >= ahead[0] * total:
                del ahead[0]
                glances.append(Glance(week, self._progress()))
            self._live(week)
            self.log_pace += self.chance.gauss(0, DRIFT)
            week += 1
        return glances, max(self.finished.values())

    def _live(self, week: int) -> None:
        """Live a week: hours scatter around the pace and go where they can, one milestone after the other."""
        shape = 1 / WEEKLY**2
        hours = room = self.chance.gammavariate(shape, math.exp(self.log_pace) / shape)
        now, idle = float(week), set[int]()
        while waiting := [place for place in self._in_order() if place not in idle]:
            place = waiting[0]
            left = self.effort[place] - self.worked[place]
            share = min(left, room)
            if self.waits[place]:  # no faster than its time passes
                passed = min(1.0, (week + 1 - self.began[place]) / self.waits[place])
                share = min(share, self.effort[place] * passed - self.worked[place])
            if share > NOTHING:
                self.began.setdefault(place, now)
                room -= share
                now = week + (hours - room) / hours
                self._work(place, share, now)
            over = self.began.get(place, math.inf) + self.waits[place]
            if left - share <= NOTHING and over <= week + 1:
                self._finish(place, max(now, over) if self.waits[place] else now)
                idle.clear()
            else:
                idle.add(place)

    def _in_order(self) -> Sequence[int]:
        return sorted(self.open, key=lambda place: (place not in self.began or self.waits[place] > 0, place))

    def _work(self, place: int, hours: float, now: float) -> None:
        """Put hours in, and tick the steps they come to."""
        self.worked[place] += hours
        likely, ticks = self.road.likely[place], self.ticks[place]
        steps = self.road.milestones[place].steps
        reached = self.worked[place] / self.effort[place] * len(steps) + NOTHING
        for step in steps[len(ticks) : int(reached)]:
            ticks[step.slug] = day(now), step.hours
        self.earned[place] = min(0.9 * likely, likely * len(ticks) / len(steps))

    def _open(self, place: int, now: float) -> None:
        self.open.append(place)
        if self.waits[place]:
            self.began[place] = now

    def _finish(self, place: int, now: float) -> None:
        self.finished[place], self.earned[place] = now, self.road.likely[place]
        self.open.remove(place)
        for later in self.road.after[place]:
            self.waits_for[later] -= 1
            if not self.waits_for[later]:
                self._open(later, now)

    def _progress(self) -> Progress:
        marks = {}
        for place, began in self.began.items():
            state, state_on = "doing", day(began)
            if place in self.finished:
                state, state_on = "done", day(self.finished[place])
            elif not self.waits[place] and not self.ticks[place]:
                continue
            marks[self.road.milestones[place].slug] = Mark(
                state=state,
                state_on=state_on,
                state_event=1,
                began_on=day(began),
                finished_on=state_on if state == "done" else None,
                ticks=dict(self.ticks[place]),
            )
        return Progress(marks=marks, hours_per_week=SAID)


def day(weeks: float) -> date:
    """Return the day at a point in time; a moment before the very end of a week belongs to it."""
    return MONDAY + timedelta(days=int(7 * weeks - NOTHING))

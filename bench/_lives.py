"""Made lives: a year of weeks on a long road, with hours by a rule and what a page would see of them each Monday."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from roadmap.document import Document, from_data
from roadmap.planning import Situation
from roadmap.standing import LOOSE, Entry, Mark, Progress

MONDAY, DAY, WEEK = date(2026, 11, 23), timedelta(days=1), timedelta(weeks=1)
HOURS = 8.0
YEAR = 52
NOTHING = 1e-9
Week = Callable[[random.Random, int], float]  # the hours of a week, as a part of those planned


def around(chance: random.Random) -> float:
    """Return a week of somebody steady: the plan, give or take 30 %."""
    return chance.uniform(0.7, 1.3)


def normal(chance: random.Random) -> float:
    """Return the same by the normal distribution."""
    return max(0.0, chance.gauss(1, 0.3))


def irregular(chance: random.Random) -> float:
    """Return a week of somebody whom no two weeks treat alike: the scatter of the pace's model."""
    return chance.gammavariate(1 / 0.7**2, 0.7**2)


def with_holidays(chance: random.Random) -> float:
    """Return a week of somebody steady who stays away three weeks a year, and announces no pause."""
    return 0.0 if chance.random() < 0.06 else around(chance)


DRAWS = {"even": around, "normal": normal, "irregular": irregular, "holidays": with_holidays}


@dataclass(frozen=True)
class Kind:
    """A way to live: `factor` on the hours from `changes_in` on, where it changes. Ticks steps, or logs hours."""

    name: str
    factor: float = 1.0
    changes: bool = False
    scatter: str = "even"
    ticks: bool = False
    own_pace: bool = False
    misjudged: bool = False

    def hours(self, chance: random.Random, changes_in: int) -> list[float]:
        """Return the hours of each week of a year."""
        own = min(2.0, max(0.5, chance.lognormvariate(0, 0.4))) if self.own_pace else 1.0
        changed = [self.factor if self.changes and week >= changes_in else 1.0 for week in range(YEAR)]
        return [HOURS * own * DRAWS[self.scatter](chance) * factor for factor in changed]


def long_road() -> Document:
    """Return some two thousand hours in three stages: chains of milestones of five-hour steps beside a course."""
    stages, milestones = ("base", "skills", "job"), []
    for number in range(40):
        hours = (20, 40, 60, 80)[number % 4]
        milestones.append(
            {
                "slug": f"m{number}",
                "stage": stages[number * 3 // 40],
                "title": f"Milestone {number}",
                "effort_hours": {"low": hours * 0.7, "likely": hours, "high": hours * 1.5},
                "prerequisites": [f"m{number - 2}"] if number > 1 else [],
                "steps": [{"slug": f"s{step}", "title": "Step", "hours": 5} for step in range(hours // 5)],
            }
        )
    course = {
        "slug": "course",
        "stage": "base",
        "title": "Course",
        "effort_hours": {"low": 1, "likely": 2, "high": 3},
        "elapsed_months": {"low": 9, "likely": 12, "high": 18},
    }
    titles = [{"slug": stage, "title": stage.title()} for stage in stages]
    return from_data(
        {"format": 1, "slug": "road", "title": "Road", "stages": titles, "milestones": [course, *milestones]}
    )


def lives(kind: Kind, number: int, seed: int) -> Iterator[tuple[int, list[Situation]]]:
    """Yield in which week each life changes, and its situations on the Mondays of a year, the first at its start."""
    document, chance = long_road(), random.Random(f"{kind.name}-{seed}")
    for _ in range(number):
        changes_in = chance.randrange(2, YEAR - 12)
        yield changes_in, _lived(kind, document, kind.hours(chance, changes_in), chance)


def _lived(kind: Kind, document: Document, weekly: list[float], chance: random.Random) -> list[Situation]:
    """Live week after week, an evening on Tuesday and one on Friday; return what there is to see on the Mondays."""
    walk = _Walk(kind, document, chance)
    situations = [walk.seen(MONDAY)]
    for week, hours in enumerate(weekly):
        for weekday, share in ((1, 0.4), (4, 0.6)):
            walk.work(MONDAY + week * WEEK + weekday * DAY, hours * share)
        situations.append(walk.seen(MONDAY + (week + 1) * WEEK))
    return situations


class _Walk:
    """Somebody who takes one milestone after the other, beside the course."""

    def __init__(self, kind: Kind, document: Document, chance: random.Random) -> None:
        self.kind, self.document = kind, document
        self.road = [milestone for milestone in document.milestones if milestone.slug != "course"]
        self.efforts = [
            milestone.effort_hours.likely * (0.7 + 0.8 * chance.betavariate(2.5, 4.5) if kind.misjudged else 1.0)
            for milestone in self.road
        ]
        self.marks = {"course": _begun(MONDAY)}
        self.place, self.spent, self.entries = 0, 0.0, 0

    def seen(self, today: date) -> Situation:
        progress = Progress(marks=dict(self.marks), hours_per_week=HOURS, paces=((MONDAY, HOURS),))
        return Situation(self.document, progress, MONDAY, today)

    def work(self, on: date, hours: float) -> None:
        """Put hours in, and call done what they finish."""
        while hours > NOTHING and self.place < len(self.road):
            milestone, effort = self.road[self.place], self.efforts[self.place]
            part = min(hours, effort - self.spent)
            hours, self.spent, self.entries = hours - part, self.spent + part, self.entries + 1
            mark = self.marks.get(milestone.slug) or _begun(on)
            mark = (
                self._ticked(mark, on)
                if self.kind.ticks
                else _logged(mark, Entry(self.entries, on, part, into=((LOOSE, part),)))
            )
            if self.spent >= effort - NOTHING:
                mark = replace(mark, state="done", state_on=on, finished_on=on)
                self.place, self.spent = self.place + 1, 0.0
            self.marks[milestone.slug] = mark

    def _ticked(self, mark: Mark, on: date) -> Mark:
        steps, share = self.road[self.place].steps, self.spent / self.efforts[self.place]
        reached = steps[len(mark.ticks) : int(share * len(steps) + NOTHING)]
        return replace(mark, ticks={**mark.ticks, **{step.slug: (on, step.hours) for step in reached}})


def _begun(on: date) -> Mark:
    return Mark(state="doing", state_on=on, state_event=1, began_on=on)


def _logged(mark: Mark, entry: Entry) -> Mark:
    return replace(mark, entries=(*mark.entries, entry))

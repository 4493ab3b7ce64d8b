"""Made-up learners with lives that could be true: who they are, how far they came, and the events that led there.

Pure: the same dice, edition and day give the same events. The command `create_learners` writes them down, with the
projection that they fold to, so that nothing tells these learners from people who clicked.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from roadmap.document import Document, Milestone
from roadmap.placement import suggest
from roadmap.standing import RULE, Event, Mark, Progress, fold, settle, sizes_of, standing_of

QUIET_AT_MOST = 12  # days since the last sign of life
SETTLED_IN = 4  # days since enrolling, at least
IN_DETAIL = 3  # times a milestone's hours: so near the end its steps were ticked one by one
SKIPPED, NOTED = 0.04, 0.2  # shares of milestones, and of learners
HIGHEST_SHARE = 0.95  # of the path's hours: nobody here is finished


@dataclass(frozen=True)
class Persona:
    """Where somebody comes from; `weeks` and `hours` a week are ranges."""

    weight: int
    degree: str
    subject: str
    experience: tuple[str, ...]
    weeks: tuple[int, int]
    hours: tuple[int, int]


PERSONAS = (
    Persona(30, "none", "", (), (1, 30), (3, 10)),
    Persona(20, "studying", "", (), (4, 120), (5, 20)),
    Persona(12, "bachelor", "mathematics", (), (4, 140), (4, 12)),
    Persona(14, "bachelor", "computing", ("software",), (2, 180), (4, 15)),
    Persona(8, "bachelor", "economics", ("data",), (6, 160), (3, 10)),
    Persona(6, "none", "", ("operations", "software"), (10, 200), (4, 12)),
    Persona(6, "master", "engineering", ("data-engineering",), (20, 240), (5, 15)),
    Persona(4, "master", "data-science", ("machine-learning", "leading"), (60, 320), (8, 25)),
)
NOTES = (
    "The worked examples helped more than the lecture.",
    "Come back to the **proofs** before the exam.",
    "Asked in the forum; answer was in chapter 4.",
    "Repository is up, README still to write.",
)


class Diary:
    """The events of one learner, oldest first, with ids from `ids`."""

    def __init__(self, dice: Random, document: Document, today: date, edition: int, ids: Iterator[int]) -> None:
        self.dice, self.document, self.today, self.edition, self.ids = dice, document, today, edition, ids
        self.events: list[Event] = []

    def write(self) -> list[Event]:
        dice = self.dice
        who = dice.choices(PERSONAS, [persona.weight for persona in PERSONAS])[0]
        weeks, hours = dice.randint(*who.weeks), float(dice.randint(*who.hours))
        last = self.today - timedelta(days=dice.randint(0, QUIET_AT_MOST))
        first = min(last, self.today - timedelta(days=SETTLED_IN)) - timedelta(weeks=weeks - 1)
        target = self.today + timedelta(weeks=dice.randint(50, 600)) if dice.random() < 0.3 else None
        wish = target.isoformat() if target else None
        self._add("enrolled", first, {"hours_per_week": hours, "target_on": wish})
        known = suggest(self.document, degree=who.degree, subject=who.subject, experience=who.experience)
        brought = uuid.UUID(int=dice.getrandbits(128), version=4)
        for state, slugs in (("known", known.known), ("doing", known.doing)):
            for slug in slugs:
                self._add("state", first, {"state": state, "anyway": False}, milestone=slug, change=brought)
        chosen = self._choose(first)
        path = self._path({*known.known, *known.doing}, chosen)
        self._walk(path, weeks * hours * dice.uniform(0.4, 1.0), first, last)
        return self.events

    def _add(
        self,
        kind: str,
        on: date,
        data: dict[str, Any],
        *,
        milestone: str = "",
        step: str = "",
        change: uuid.UUID | None = None,
    ) -> None:
        at = datetime.combine(on, time(9), UTC) + timedelta(seconds=len(self.events))
        change = change or uuid.UUID(int=self.dice.getrandbits(128), version=4)
        number = next(self.ids)
        self.events.append(
            Event(
                id=number,
                kind=kind,
                change=change,
                at=at,
                on=on,
                edition=self.edition,
                milestone=milestone,
                step=step,
                data=data | {"rule": RULE},
            )
        )

    def _choose(self, on: date) -> dict[str, str]:
        chosen = {}
        for group in self.document.groups:
            members = [slug for slug in group.members if self.document.by_slug[slug].retired_on is None]
            if members and self.dice.random() < 0.3:
                chosen[group.slug] = self.dice.choice(members)
                self._add("chose", on, {"group": group.slug, "milestone": chosen[group.slug]})
        return chosen

    def _walk(self, path: list[Milestone], budget: float, first: date, last: date) -> None:
        """Spend the hours along the path, evenly over the days: finished milestones, then one that is half done."""
        budget = min(budget, HIGHEST_SHARE * sum(m.effort_hours.likely for m in path))
        pace, spent = _Pace(first, last, budget), 0.0
        while path and spent + path[0].effort_hours.likely <= budget:
            milestone = path.pop(0)
            self._finish(milestone, pace, spent, in_detail=budget - spent < IN_DETAIL * milestone.effort_hours.likely)
            spent += milestone.effort_hours.likely
        if path:
            self._begin(path[0], pace, spent)

    def _path(self, brought: set[str], chosen: dict[str, str]) -> list[Milestone]:
        """Return what is on the path and not brought along, in an order in which it can be done."""
        paths = self.document.derived.setdefault("demo.paths", {})
        key = tuple(chosen.items())
        if key not in paths:
            newcomer = standing_of(self.document, Progress(choices=chosen))
            paths[key] = [self.document.by_slug[slug] for slug in self.document.order if newcomer.of(slug).on_path]
        return [milestone for milestone in paths[key] if milestone.slug not in brought]

    def _finish(self, milestone: Milestone, pace: _Pace, spent: float, *, in_detail: bool) -> None:
        slug, ended = milestone.slug, pace.on(spent + milestone.effort_hours.likely)
        if self.dice.random() < SKIPPED:
            self._add("state", ended, {"state": "skipped", "anyway": False}, milestone=slug)
            return
        if in_detail:
            for step in milestone.steps:
                spent += step.hours
                self._add("step", pace.on(spent), {"done": True, "hours": step.hours}, milestone=slug, step=step.slug)
        else:
            self._add("state", pace.on(spent), {"state": "doing", "anyway": False}, milestone=slug)
        self._add("state", ended, {"state": "done", "anyway": False}, milestone=slug)

    def _begin(self, milestone: Milestone, pace: _Pace, spent: float) -> None:
        """Tick what the hours reached and log the rest; one learner in five writes something down."""
        slug = milestone.slug
        for step in milestone.steps:
            if spent + step.hours > pace.budget:
                break
            spent += step.hours
            self._add("step", pace.on(spent), {"done": True, "hours": step.hours}, milestone=slug, step=step.slug)
        logged = min(max(0.5, round(pace.budget - spent, 1)), 8.0)
        mark = fold(event for event in self.events if event.milestone == slug).marks.get(slug, Mark())
        into = settle(self.document, slug, mark, logged)
        sizes = sizes_of(self.document, slug, mark, into)
        self._add(
            "hours",
            pace.last,
            {"hours": logged, "corrects": None, "into": dict(into), "sizes": sizes},
            milestone=slug,
        )
        if self.dice.random() < NOTED:
            self._add("note", pace.last, {"note": self.dice.choice(NOTES), "evidence_url": ""}, milestone=slug)


@dataclass(frozen=True)
class _Pace:
    """So many hours, spread evenly from the first day to the last."""

    first: date
    last: date
    budget: float

    def on(self, spent: float) -> date:
        """Return the day on which so many hours had been put in."""
        share = min(1.0, spent / self.budget) if self.budget else 0.0
        return self.first + timedelta(days=int((self.last - self.first).days * share))

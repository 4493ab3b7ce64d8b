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
from roadmap.standing import Event, Progress, standing_of

QUIET_AT_MOST = 12  # days since the last sign of life
SETTLED_IN = 4  # days since enrolling, at least
IN_DETAIL = 3  # milestones, the latest, whose steps were ticked one by one
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
        self._walk(first, last, weeks * hours * dice.uniform(0.4, 1.0), {*known.known, *known.doing}, chosen)
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
                data=data,
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

    def _walk(self, first: date, last: date, budget: float, known: set[str], chosen: dict[str, str]) -> None:
        """Spend the hours along the path: finished milestones, then one that is half done."""
        path = self._path(known, chosen)
        budget = min(budget, HIGHEST_SHARE * sum(m.effort_hours.likely for m in path))
        finished: list[Milestone] = []
        while path and path[0].effort_hours.likely <= budget:
            finished.append(path.pop(0))
            budget -= finished[-1].effort_hours.likely
        days = (last - first).days
        for number, milestone in enumerate(finished):
            begun = first + timedelta(days=days * number // (len(finished) + 1))
            ended = first + timedelta(days=days * (number + 1) // (len(finished) + 1))
            self._finish(milestone, begun, ended, in_detail=number >= len(finished) - IN_DETAIL)
        if path:
            self._begin(path[0], last, budget)

    def _path(self, known: set[str], chosen: dict[str, str]) -> list[Milestone]:
        newcomer = standing_of(self.document, Progress(choices=chosen))
        slugs = (slug for slug in self.document.order if newcomer.of(slug).on_path and slug not in known)
        return [self.document.by_slug[slug] for slug in slugs]

    def _finish(self, milestone: Milestone, begun: date, ended: date, *, in_detail: bool) -> None:
        if self.dice.random() < 0.04:
            self._add("state", ended, {"state": "skipped", "anyway": False}, milestone=milestone.slug)
            return
        if in_detail:
            for step in milestone.steps:
                self._add("step", ended, {"done": True, "hours": step.hours}, milestone=milestone.slug, step=step.slug)
        else:
            self._add("state", begun, {"state": "doing", "anyway": False}, milestone=milestone.slug)
        self._add("state", ended, {"state": "done", "anyway": False}, milestone=milestone.slug)

    def _begin(self, milestone: Milestone, last: date, budget: float) -> None:
        """Tick what the hours reached, or log them; one learner in five writes something down."""
        reached = False
        for step in milestone.steps:
            if step.hours > budget:
                break
            budget, reached = budget - step.hours, True
            self._add("step", last, {"done": True, "hours": step.hours}, milestone=milestone.slug, step=step.slug)
        if budget >= 0.5 or not reached:
            logged = max(0.5, min(round(budget, 1), 40.0))
            self._add("hours", last, {"hours": logged, "corrects": None}, milestone=milestone.slug)
        if self.dice.random() < 0.2:
            self._add("note", last, {"note": self.dice.choice(NOTES), "evidence_url": ""}, milestone=milestone.slug)

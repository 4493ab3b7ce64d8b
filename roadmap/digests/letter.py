"""What a digest says, before it is set as text or HTML. Pure: the same reading gives the same letter."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date, timedelta

from roadmap.document import Milestone
from roadmap.news import News
from roadmap.planning import PlannedStep, this_week, to_confirm, worked_since
from roadmap.standing import MilestoneStanding

from .reading import Journey, Reading

LOOKING_BACK = timedelta(days=7)
STEPS = 3
SUBJECT_LENGTH = 150
TITLE_LENGTH = 56  # in a subject: two titles are about what a wide inbox shows


@dataclass(frozen=True, slots=True)
class Worked:
    """What happened to one milestone in the days that a letter looks back on: titles of ticked steps, hours logged."""

    milestone: Milestone
    is_finished: bool
    steps: tuple[str, ...]
    logged_hours: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a letter says about one roadmap. `to_confirm` are milestones with every step ticked, not yet called done."""

    journey: Journey
    worked: tuple[Worked, ...]
    hours: float
    next: tuple[PlannedStep, ...]
    to_confirm: tuple[Milestone, ...]
    news: News

    @property
    def is_finished(self) -> bool:
        return self.journey.standing.counts.left == 0


@dataclass(frozen=True, slots=True)
class Letter:
    """What one learner is told this week."""

    reading: Reading
    parts: tuple[Part, ...]

    @property
    def has_worked(self) -> bool:
        return any(part.worked for part in self.parts)

    @property
    def is_finished(self) -> bool:
        return all(part.is_finished for part in self.parts)

    @property
    def is_due(self) -> bool:
        """Whether there is anything to say: who has walked the whole road hears of it once."""
        return self.has_worked or not self.is_finished

    @property
    def told(self) -> dict[str, int]:
        """Up to which edition the reader has been told what is new, this letter included."""
        before = {slug: edition for part in self.parts for slug, edition in part.journey.told.items()}
        return before | {part.journey.slug: part.journey.edition for part in self.parts}

    @property
    def hours(self) -> float:
        return sum(part.hours for part in self.parts)

    @property
    def opening(self) -> str:
        """The first sentence: true whatever the week was like, and never a reproach."""
        if self.has_worked:
            return f"You got {in_hours(self.hours)} further this week." if self.hours else "You got further this week."
        if any(part.journey.progress.marks for part in self.parts):
            return "A week without a tick is all right. Nothing is lost: the road is where you left it."
        return "Your road lies ahead of you, and it begins with one step."

    @property
    def subject(self) -> str:
        """What was done and what is next, in one line without control characters."""
        return clean(" ".join(filter(None, [self._past(), self._future()])))[:SUBJECT_LENGTH].rstrip()

    def _past(self) -> str:
        worked = [worked for part in self.parts for worked in part.worked]
        finished = [found.milestone.title for found in worked if found.is_finished]
        if finished:
            others = f" and {len(finished) - 1} more" if finished[1:] else ""
            return f"{short(finished[0])}{others}: done."
        if steps := sum(len(found.steps) for found in worked):
            return f"{steps} {'step' if steps == 1 else 'steps'} done."
        return f"{in_hours(self.hours)} put in." if self.hours else ""

    def _future(self) -> str:
        if step := next((step for part in self.parts for step in part.next), None):
            return f"Next: {short(step.title)}, {in_hours(step.hours)}"
        return "You have walked the whole road" if self.is_finished else "Your week on the road"


def letter_for(reading: Reading) -> Letter:
    """Return the letter of one reader: everything they follow, with one to three next steps in all."""
    share = max(1, STEPS // max(1, len(reading.journeys)))
    return Letter(reading, tuple(_part(journey, reading.today, share) for journey in reading.journeys))


def _part(journey: Journey, today: date, share: int) -> Part:
    standing, since = journey.standing, today - LOOKING_BACK
    worked = [found for milestone in standing.milestones.values() if (found := _worked(journey, milestone, since))]
    # The week that a letter opens has all its hours: what was done today belongs to the one that it looks back on.
    week_begins = today + timedelta(days=1)
    planned = this_week(standing, hours_per_week=journey.progress.hours_per_week, today=today, since=week_begins)
    return Part(
        journey=journey,
        worked=tuple(sorted(worked, key=lambda found: not found.is_finished)),
        hours=worked_since(standing, since),
        next=planned[:share],
        news=journey.news,
        to_confirm=tuple(standing.edition.by_slug[slug] for slug in to_confirm(standing)),
    )


def _worked(journey: Journey, found: MilestoneStanding, since: date) -> Worked | None:
    mark, milestone = found.mark, journey.standing.edition.by_slug[found.slug]
    ticked = {step for step, (on, _) in mark.ticks.items() if on >= since}
    steps = tuple(step.title for step in milestone.steps if step.slug in ticked)
    logged = sum(hours for _, on, hours in mark.logged if on >= since)
    is_finished = mark.finished_on is not None and mark.finished_on >= since
    return Worked(milestone, is_finished, steps, logged) if is_finished or steps or logged else None


def short(title: str) -> str:
    """Return a title cut at a word's end, so that what follows it in a subject is still seen."""
    if len(title) <= TITLE_LENGTH:
        return title
    return textwrap.shorten(title, TITLE_LENGTH, placeholder="").rstrip(" ,;:") + "…"


def in_hours(amount: float) -> str:
    """Return hours as people read them: `6 h`, `2.5 h`, `1,250 h`."""
    return f"{amount:,.1f}".removesuffix(".0") + " h"


def clean(text: str) -> str:
    """Return text fit for a header: one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

"""What a digest says, before it is set as text or HTML. Pure: the same reading gives the same letter."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from roadmap.bidi import ISOLATES, isolated
from roadmap.calendar import about, is_named
from roadmap.document import Milestone, Stage
from roadmap.news import News
from roadmap.planning import Plan, PlannedStep, Situation, hours, moves, sentences, this_week, to_confirm
from roadmap.standing import MilestoneStanding, Standing

from . import words
from .reading import Journey, Reading

DATED_BACK = timedelta(weeks=4)  # what was told since the last letter and lies longer back than that is no news
LONG = timedelta(days=9)  # more than a late letter's week
JOINERS = "\u200c\u200d"
_KEPT = frozenset({*JOINERS, *ISOLATES})
STEPS = 3
SUBJECT_LENGTH = 150
TITLE_LENGTH = 56  # in a subject: two titles are about what a wide inbox shows
CAUSES = 2


@dataclass(frozen=True, slots=True)
class Worked:
    """What was told of one milestone since the last letter: titles of ticked steps, hours logged and hours earned."""

    milestone: Milestone
    is_finished: bool
    steps: tuple[str, ...]
    logged_hours: float
    earned_hours: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the stage at hand is likely done, in words, and which moves of the forecast are told.

    `is_near`: near enough for a year. `is_slower`: something is later above all since less was done than the plan
    counted on, which is no reproach.
    """

    stage: Stage
    when: str
    is_near: bool
    why: tuple[str, ...]
    is_slower: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What a letter says about one roadmap.

    `stages` are those that what was worked on brought to an end. `kept` is how many of the steps that the last letter
    named are done, and how many those were. `to_confirm` are milestones with every step ticked, not yet called done.
    """

    journey: Journey
    worked: tuple[Worked, ...]
    stages: tuple[Stage, ...]
    kept: tuple[int, int]
    next: tuple[PlannedStep, ...]
    can_go_on: bool
    to_confirm: tuple[Milestone, ...]
    outlook: Outlook | None
    news: News

    @property
    def is_finished(self) -> bool:
        return self.journey.standing.counts.left == 0

    @property
    def is_over(self) -> bool:
        """Tell whether there is no more to say about it: it was finished before, and nothing changed."""
        return self.is_finished and not (self.worked or self.news.lines or self.journey.has_changed)

    @property
    def is_waiting(self) -> bool:
        """Tell whether something is left, and nothing of it can be done now."""
        return not (self.is_finished or self.can_go_on or self.to_confirm)


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
    def reason_against(self) -> str:
        """Why there is no letter, in the ledger's words: who has walked the whole road needs none."""
        if not self.parts:
            return "nobody to write to"
        if self.reading.is_paused:
            return "paused"
        return "all finished" if self.is_finished else ""

    @property
    def told(self) -> dict[str, int]:
        """Up to which edition the reader has been told what is new, this letter included."""
        return {**self.reading.reader.told, **{part.journey.slug: part.journey.edition for part in self.parts}}

    @property
    def known(self) -> dict[str, int]:
        """The last event of each enrolment that this letter knows of, with those that an earlier one knew of."""
        journeys = self.reading.journeys
        return {**self.reading.reader.known, **{str(found.enrolment.pk): found.last_event for found in journeys}}

    @property
    def hours(self) -> float:
        """How far the reader got, in whole tenths of an hour: what the steps and milestones count for."""
        return round(sum(found.earned_hours for part in self.parts for found in part.worked), 1)

    @property
    def logged_hours(self) -> float:
        return sum(found.logged_hours for part in self.parts for found in part.worked)

    @property
    def is_of_a_week(self) -> bool:
        """Tell whether it looks back on a week, and not on some that had no letter."""
        return all(self.reading.today - part.journey.since < LONG for part in self.parts)

    @property
    def next(self) -> PlannedStep | None:
        return next((step for part in self.parts for step in part.next), None)

    @property
    def heading(self) -> str:
        if self.has_worked:
            return "Your week" if self.is_of_a_week else "How far you came"
        return "Your next step"

    @property
    def opening(self) -> str:
        """The first sentence: true whatever the week was like, never a reproach, and another one next week."""
        if self.hours:
            wheel = words.WORKED_HOURS if self.is_of_a_week else words.WORKED_LONGER
            return self._turned(wheel).format(in_hours(self.hours))
        if self.has_worked:
            logged = self.logged_hours
            return self._turned(words.LOGGED).format(in_hours(logged)) if logged else self._turned(words.WORKED)
        if any(part.journey.has_changed for part in self.parts):
            return self._turned(words.CHANGED)
        has_begun = any(part.journey.progress.marks for part in self.parts)
        return self._turned(words.QUIET if has_begun else words.AHEAD)

    @property
    def question(self) -> str:
        """A question about what comes next, answered in its note; empty where nothing comes next."""
        return self._turned(words.QUESTIONS) if self.next else ""

    def _turned(self, wheel: tuple[str, ...]) -> str:
        return words.turned(wheel, self.reading.reader.period)

    @property
    def subject(self) -> str:
        """What was done and what is next, in one line without control characters: `3 of 4 done, next: Pots, 6 h`."""
        text = ", ".join(filter(None, [self._past(), self._future()]))
        return clean(text[:1].upper() + text[1:])[:SUBJECT_LENGTH].rstrip()

    def _past(self) -> str:
        worked = [worked for part in self.parts for worked in part.worked]
        finished = [found.milestone.title for found in worked if found.is_finished]
        if finished:
            others = f" and {len(finished) - 1} more" if finished[1:] else ""
            return f"“{isolated(short(finished[0]))}”{others} done"
        done, named = (sum(column) for column in zip(*(part.kept for part in self.parts), strict=True))
        steps = sum(len(found.steps) for found in worked)
        if done and done >= steps:  # more than the last letter named is more than "3 of 3"
            return f"{done} of {named} done"
        if steps:
            return f"{steps} {'step' if steps == 1 else 'steps'} done"
        return f"{in_hours(self.logged_hours)} put in" if self.logged_hours else ""

    def _future(self) -> str:
        if (first := self.next) is None:
            if ticked := next((found for part in self.parts for found in part.to_confirm), None):
                return self._turned(words.TICKED).format(isolated(short(ticked.title)))
            return self._turned(words.WAITING)
        hours = sum(step.hours for part in self.parts for step in part.next if step.milestone is first.milestone)
        return self._turned(words.NEXT).format(isolated(short(first.milestone.title)), in_hours(hours))


def letter_for(reading: Reading) -> Letter:
    """Return the letter of one reader: everything they follow, with one to three next steps in all."""
    journeys = reading.journeys
    now = _shares([journey.situation for journey in journeys])
    before = _shares([journey.before for journey in journeys])
    parts = tuple(_part(*found) for found in zip(journeys, now, before, strict=True))
    return Letter(reading, tuple(part for part in parts if not part.is_over) or parts)


def _shares(situations: Sequence[Situation | None]) -> list[int]:
    """Return how many steps a letter names on each roadmap: three in all, of those with something left."""
    are_open = [found is not None and not found.is_finished for found in situations]
    share = max(1, STEPS // max(1, sum(are_open)))
    return [share if is_open and sum(are_open[:place]) < STEPS else 0 for place, is_open in enumerate(are_open)]


def _part(journey: Journey, share: int, share_before: int) -> Part:
    standing = journey.standing
    worked = [found for milestone in standing.milestones.values() if (found := _worked(journey, milestone))]
    steps = _named(journey.plan, STEPS)
    return Part(
        journey=journey,
        worked=tuple(sorted(worked, key=lambda found: not found.is_finished)),
        stages=_finished_stages(journey) if worked else (),
        kept=_kept(journey, share_before) if worked else (0, 0),
        next=steps[:share],
        can_go_on=bool(steps),
        news=journey.news,
        to_confirm=tuple(standing.edition.by_slug[slug] for slug in to_confirm(standing)),
        outlook=_outlook(journey),
    )


def _named(plan: Plan, share: int) -> tuple[PlannedStep, ...]:
    """Return the steps that a letter names, in the plan's order."""
    now = plan.situation
    # The week that a letter opens has all its hours: what was done today belongs to the one that it looks back on.
    begins = now.today + timedelta(days=1)
    hours = now.progress.hours_per_week
    return this_week(now.standing, hours_per_week=hours, today=now.today, since=begins, order=plan.week_order)[:share]


def _finished_stages(journey: Journey) -> tuple[Stage, ...]:
    """Return the stages of which something was left before, and nothing is now."""
    before = journey.before_as_of_now
    ended = _stages_with_something_left(before) - _stages_with_something_left(journey.standing) if before else set()
    return tuple(stage for stage in journey.document.stages if stage.slug in ended)


def _stages_with_something_left(standing: Standing) -> set[str]:
    milestones = standing.milestones.values()
    return {standing.edition.by_slug[found.slug].stage for found in milestones if found.on_path and found.is_left}


def _kept(journey: Journey, share: int) -> tuple[int, int]:
    """Return how many of the steps that the last letter named are done by now, and how many they were."""
    if journey.before is None or not journey.follows:
        return 0, 0
    named = _named(Plan(journey.before), share)
    marks = journey.progress.marks
    done = 0
    for step in named:
        mark = marks.get(step.milestone.slug)
        done += mark is not None and (mark.finished_on is not None or bool(step.step and step.step.slug in mark.ticks))
    return done, len(named)


def _outlook(journey: Journey) -> Outlook | None:
    now = journey.situation
    if (stage := now.stage_at_hand) is None:
        return None
    likely = now.likely(stage.slug)
    # What the last letter told is not told again while it lasts; it is compared with four weeks ago.
    moved = [move for move in moves(journey.before, now) if move.is_new or not journey.follows]
    is_slower = bool(moved) and moved[0].cause == "pace" and moved[0].days > 0 and moved[0].put_in is None
    why = tuple(sentences(moved, now.today))[:CAUSES]
    return Outlook(stage, about(likely, now.today), is_named(likely, now.today), why, is_slower)


def _worked(journey: Journey, found: MilestoneStanding) -> Worked | None:
    """Return what the learner told of a milestone since the last letter, which may be of the days before it."""
    mark, milestone = found.mark, journey.standing.edition.by_slug[found.slug]
    was = journey.mark_before(found.slug)
    begin = journey.since - DATED_BACK
    ticked = {step for step, (on, _) in mark.ticks.items() if on >= begin and step not in was.ticks}
    steps = tuple(step.title for step in milestone.steps if step.slug in ticked)
    known = {entry: hours for entry, _, hours in was.logged}
    logged = sum(max(0.0, hours - known.get(entry, 0.0)) for entry, on, hours in mark.logged if on >= begin)
    is_finished = was.finished_on is None and mark.finished_on is not None and mark.finished_on >= begin
    if not (is_finished or steps or logged):
        return None
    before = journey.before_as_of_now.milestones.get(found.slug) if journey.before_as_of_now else None
    earned = found.earned_hours - (before.earned_hours if before else 0)
    return Worked(milestone, is_finished, steps, logged, max(0.0, earned))


def short(title: str) -> str:
    """Return a title cut at a word's end, so that what follows it in a subject is still seen."""
    if len(title) <= TITLE_LENGTH:
        return title
    return textwrap.shorten(title, TITLE_LENGTH, placeholder="").rstrip(" ,;:") + "…"


def in_hours(amount: float) -> str:
    """Return hours as people read them: `6 h`, `2.5 h`, `1,250 h`."""
    return f"{hours(amount)} h"


def clean(text: str) -> str:
    """Return text fit for a header: one line, without control characters; what joins and isolates letters stays."""
    printable = text if text.isprintable() else "".join(c if c.isprintable() or c in _KEPT else " " for c in text)
    return " ".join(printable.split())

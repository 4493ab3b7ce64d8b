"""Where a learner stands on an edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from roadmap.document import Document

from .events import FINISHED, SATISFIED, Event, Mark, Progress, fold
from .hours import hours_in
from .paths import Choice, choices_in, is_on_path, missing_for
from .reached import reached_in
from .shape import UNITS, shape_of, units


class Counts(NamedTuple):
    """Milestones; the first four sum to the last."""

    done: int
    known: int
    skipped: int
    left: int
    total: int

    @property
    def is_all_skipped(self) -> bool:
        """Tell whether nothing is left because all of it was skipped, which is no finish."""
        return 0 < self.total == self.skipped


class Hours(NamedTuple):
    """Hours with one decimal; the first three sum to the last."""

    earned: float
    skipped: float
    left: float
    total: float


class Sum(NamedTuple):
    """Counts, hours and percentage of a whole path or a stage of it."""

    counts: Counts
    hours: Hours
    percent: float


class MilestoneStanding(NamedTuple):
    """One milestone for one learner. `state` is their mark, `effective_state` what counts, credit included.

    `ticked` are steps of this edition; `locked_by` names direct prerequisites on the path that are not yet satisfied.
    Hours are floats of whole 1/10,000 h; `left_hours` is 0 when finished or skipped.
    """

    slug: str
    mark: Mark
    effective_state: str
    on_path: bool
    taken_up: bool
    likely_hours: float
    earned_hours: float
    left_hours: float
    ticked: tuple[str, ...]
    carried_hours: float
    carried_from: tuple[str, ...]
    locked_by: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        return self.mark.state

    @property
    def locked(self) -> bool:
        return bool(self.locked_by)

    @property
    def anyway(self) -> bool:
        return self.mark.anyway

    @property
    def is_finished(self) -> bool:
        return self.effective_state in FINISHED

    @property
    def is_left(self) -> bool:
        return self.effective_state not in SATISFIED

    @property
    def logged_hours(self) -> float:
        return self.mark.logged_hours


@dataclass(frozen=True)
class Standing:
    """One learner on one edition; see the package's docstring for the rules. Milestones in the document's order."""

    edition: Document
    milestones: Mapping[str, MilestoneStanding]
    choices: Mapping[str, Choice]

    def of(self, milestone: str) -> MilestoneStanding:
        return self.milestones[milestone]

    def put_in(self, milestone: str) -> dict[str, float]:
        """Return the hours put into each step of a milestone, also beyond what the step counts for; "" for no step."""
        item = shape_of(self.edition).by_slug[milestone]
        return {step: amount / UNITS for step, amount in hours_in(item, self.milestones[milestone].mark).items()}

    @cached_property
    def path(self) -> tuple[MilestoneStanding, ...]:
        return tuple(milestone for milestone in self.milestones.values() if milestone.on_path)

    @cached_property
    def locked(self) -> dict[str, tuple[str, ...]]:
        """Every locked milestone, also off the path, with what is missing."""
        return {milestone.slug: milestone.locked_by for milestone in self.milestones.values() if milestone.locked_by}

    @cached_property
    def _sum(self) -> Sum:
        return summed(self.path)

    @property
    def counts(self) -> Counts:
        return self._sum.counts

    @property
    def hours(self) -> Hours:
        return self._sum.hours

    @property
    def percent(self) -> float:
        return self._sum.percent

    def in_stage(self, stage: str) -> Sum:
        """Return the same figures for the part of the path that lies in one stage."""
        return summed(self.milestones[m.slug] for m in self.edition.in_stage(stage) if self.milestones[m.slug].on_path)


def standing(edition: Document, choices: Mapping[str, str], events: Iterable[Event]) -> Standing:
    """Interpret a learner's events (oldest first) and explicit choices on an edition."""
    return standing_of(edition, replace(fold(events), choices=choices))


def standing_of(edition: Document, progress: Progress) -> Standing:
    """The same, from what the events were folded to."""
    shape = shape_of(edition)
    reached = reached_in(shape, progress)
    choices = choices_in(edition, shape, progress, reached)
    chosen = frozenset(choice.member for choice in choices.values() if choice.how == "explicit")
    on_path = {item.slug: is_on_path(item, reached[item.slug], choices, chosen) for item in shape.items}
    milestones = {}
    for slug in edition.by_slug:
        item, mark, state, earned, _, carried, carried_from = reached[slug]
        milestones[slug] = MilestoneStanding(
            slug=slug,
            mark=mark,
            effective_state=state,
            on_path=on_path[slug],
            taken_up=state != "todo" or slug in chosen,
            likely_hours=item.likely / UNITS,
            earned_hours=earned / UNITS,
            left_hours=0.0 if state in SATISFIED else (item.likely - earned) / UNITS,
            ticked=tuple(step for step in item.steps if step in mark.ticks) if mark.ticks else (),
            carried_hours=carried / UNITS,
            carried_from=carried_from,
            locked_by=missing_for(item, state, reached, on_path),
        )
    return Standing(edition=edition, milestones=milestones, choices=choices)


def summed(milestones: Iterable[MilestoneStanding]) -> Sum:
    """Count milestones and hours so that what is published adds up to the last digit.

    Hours are rounded cumulatively (earned, then earned and skipped, then all), so that the parts sum to the total and
    nothing is left when nothing is. The percentage is taken of the exact hours and rounded down; where there are no
    hours at all it is that of the milestones, so that a finished path is whole and a skipped one is not.
    """
    states = dict.fromkeys(("done", "known", "skipped", "left"), 0)
    earned = skipped = total = 0
    for milestone in milestones:
        state = milestone.effective_state
        likely = units(milestone.likely_hours)
        states[state if state in SATISFIED else "left"] += 1
        earned += units(milestone.earned_hours)
        skipped += likely if state == "skipped" else 0
        total += likely
    done, gone, all_hours = _tenths(earned), _tenths(earned + skipped), _tenths(total)
    hours = Hours(done / 10, (gone - done) / 10, (all_hours - gone) / 10, all_hours / 10)
    counts = Counts(**states, total=sum(states.values()))
    part, whole = (earned, total) if total else (counts.done + counts.known, counts.total)
    return Sum(counts, hours, 1000 * part // whole / 10 if whole else 0.0)


def _tenths(amount: int) -> int:
    return (amount + UNITS // 20) // (UNITS // 10)

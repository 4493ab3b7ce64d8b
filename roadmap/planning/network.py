"""What is left of a road, as a network: hours, calendar time, and what waits for what.

Half of it depends on the edition only and is kept with it; the other half is one learner's.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from operator import mul

from roadmap.document import Document, Elapsed, Milestone
from roadmap.standing import SATISFIED, Standing

from .pauses import Pauses

WEEKS_PER_MONTH = 365.2425 / 12 / 7
_KEY, _RATIO = "planning.estimates", "planning.effort_per_earned_hour"
_GRAIN = 48  # slices of a distribution


@dataclass(frozen=True, slots=True)
class Estimate:
    """A milestone's three-point estimates as PERT distributions: median and variance, hours and weeks."""

    likely: float
    hours: float
    hours_variance: float
    weeks: float
    weeks_variance: float
    elapsed: Elapsed | None
    before: tuple[str, ...]  # prerequisites, and all members of required groups; whoever reads it picks the path's
    stage: int
    is_optional: bool  # nobody walks it unless they took it up


@dataclass(frozen=True)
class Network:
    """The milestones left, in an order in which each follows what it waits for. Lists run along `slugs`.

    `likely` are the hours of the plan, `hours` their medians, both of what is left; `weeks` is the calendar time
    left; `before` holds indices.
    """

    slugs: tuple[str, ...]
    likely: list[float]
    hours: list[float]
    weeks: list[float]
    weeks_variance: list[float]
    spread: float  # variance of all hours over their sum, so that a part of them has its share
    before: list[tuple[int, ...]]
    stages: list[int]
    begun: list[bool]

    @cached_property
    def upstream(self) -> list[int]:
        """For each milestone, all that has to be finished before it starts, as a bit mask."""
        masks: list[int] = []
        for before in self.before:
            mask = 0
            for index in before:
                mask |= masks[index] | 1 << index
            masks.append(mask)
        return masks

    @cached_property
    def slow(self) -> tuple[int, ...]:
        """The milestones that take calendar time."""
        return tuple(index for index, weeks in enumerate(self.weeks) if weeks)

    @cached_property
    def everything(self) -> int:
        return (1 << len(self.slugs)) - 1

    def up_to(self, stage: int) -> int:
        """Return the milestones of a stage, of those before it, and what these wait for."""
        mask = 0
        for index, other in enumerate(self.stages):
            if other <= stage:
                mask |= self.upstream[index] | 1 << index
        return mask

    @cached_property
    def stages_left(self) -> tuple[int, ...]:
        return tuple(sorted(set(self.stages)))


def network_of(standing: Standing, *, today: date, pauses: Pauses, stage: int | None = None) -> Network:
    """Return what is left of a learner's path, or of a stage, those before it and what they wait for.

    What is under way waits for nothing: it goes on.
    """
    estimates, left = estimates_of(standing.edition), standing.milestones
    slugs = _left(standing, estimates, stage)
    index = {slug: number for number, slug in enumerate(slugs)}
    likely, hours, weeks, weeks_variance = [], [], [], []
    before: list[tuple[int, ...]] = []
    stages, begun = [], []
    total = variance = 0.0
    for slug in slugs:
        found, estimate = left[slug], estimates[slug]
        share = found.left_hours / estimate.likely if estimate.likely else 1.0
        part = estimate.hours * share
        likely.append(found.left_hours)
        hours.append(part)
        total += part
        variance += estimate.hours_variance * share * share
        under_way = found.effective_state == "doing"
        waiting = estimate.weeks, estimate.weeks_variance
        if under_way and estimate.elapsed and found.mark.began_on:
            waiting = weeks_beyond(estimate.elapsed, pauses.active_days(found.mark.began_on, today) / 7)
        weeks.append(waiting[0])
        weeks_variance.append(waiting[1])
        before.append(() if under_way else tuple([index[other] for other in estimate.before if other in index]))
        stages.append(estimate.stage)
        begun.append(under_way)
    spread = variance / total if total else 0.0
    return Network(slugs, likely, hours, weeks, weeks_variance, spread, before, stages, begun)


def _left(standing: Standing, estimates: dict[str, Estimate], stage: int | None) -> tuple[str, ...]:
    """Return what is left of a path, or of it what has to be finished by the end of a stage, in an order to walk."""
    milestones, needed, slugs = standing.milestones, set[str](), list[str]()
    for slug in reversed(standing.edition.order):
        if stage is None or slug in needed or estimates[slug].stage <= stage:
            found = milestones[slug]
            if found.on_path and found.effective_state not in SATISFIED:
                slugs.append(slug)
                if found.effective_state != "doing":
                    needed.update(estimates[slug].before)
    return tuple(reversed(slugs))


def estimates_of(document: Document) -> dict[str, Estimate]:
    """Return the estimates of an edition; kept with it."""
    found: dict[str, Estimate] | None = document.derived.get(_KEY)
    if found is None:
        stage = {stage.slug: number for number, stage in enumerate(document.stages)}
        found = document.derived[_KEY] = {
            milestone.slug: _estimate(document, milestone, stage[milestone.stage]) for milestone in document.milestones
        }
    return found


def effort_per_earned_hour(document: Document) -> float:
    """Return how many hours of effort an earned one takes: medians over likely hours. What is earned counts likely."""
    found: float | None = document.derived.get(_RATIO)
    if found is None:
        estimates = estimates_of(document).values()
        likely = sum(estimate.likely for estimate in estimates)
        found = document.derived[_RATIO] = sum(e.hours for e in estimates if e.likely) / likely if likely else 1.0
    return found


def _estimate(document: Document, milestone: Milestone, stage: int) -> Estimate:
    effort, elapsed = milestone.effort_hours, milestone.elapsed_months
    hours, hours_variance = pert(effort.low, effort.likely, effort.high)
    weeks, weeks_variance = weeks_beyond(elapsed, 0.0) if elapsed else (0.0, 0.0)
    groups = document.groups_of(milestone.slug)
    required = (member for group in milestone.requires_groups for member in document.group_by_slug[group].members)
    return Estimate(
        likely=effort.likely,
        hours=hours,
        hours_variance=hours_variance,
        weeks=weeks,
        weeks_variance=weeks_variance,
        elapsed=elapsed,
        before=tuple(dict.fromkeys((*milestone.prerequisites, *required))),
        stage=stage,
        is_optional=all(group.optional for group in groups) and (milestone.optional or bool(groups)),
    )


def pert(low: float, likely: float, high: float) -> tuple[float, float]:
    """Return median and variance of a PERT distribution: a beta on [low, high] with its mode at `likely`.

    The mean is (low + 4 likely + high) / 6 (Malcolm et al., 1959); the variance that of the beta with shapes that sum
    to 6; the median by (a - 1/3) / (a + b - 2/3), good to a hundredth of the range for these shapes.
    """
    mean = (low + 4 * likely + high) / 6
    return (low + 6 * likely + high) / 8, (mean - low) * (high - mean) / 7


def weeks_beyond(elapsed: Elapsed, passed: float) -> tuple[float, float]:
    """Return median and variance of the weeks still to come of what has gone on for `passed` weeks and is not over.

    The PERT distribution without the part that has passed: who is late will not be there tomorrow.
    """
    low, likely, high = (months * WEEKS_PER_MONTH for months in (elapsed.low, elapsed.likely, elapsed.high))
    width, begin = high - low, max(low, passed)
    if width <= 0 or begin >= high:
        return max(0.0, likely - passed) if width <= 0 else 0.0, 0.0
    rise, fall, slice_ = 4 * (likely - low) / width, 4 * (high - likely) / width, (high - begin) / _GRAIN
    points = [begin + (number + 0.5) * slice_ for number in range(_GRAIN)]
    weights = [((point - low) / width) ** rise * ((high - point) / width) ** fall for point in points]
    total = sum(weights)
    mean = sum(map(mul, points, weights)) / total
    variance = sum(map(mul, map(mul, points, points), weights)) / total - mean**2
    sums = list(accumulate(weights))
    number = bisect(sums, total / 2)
    median = points[number] + slice_ * (0.5 - (sums[number] - total / 2) / weights[number])
    return median - passed, max(0.0, variance)

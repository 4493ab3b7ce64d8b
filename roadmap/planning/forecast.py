"""When the end is reached: a bound on the schedule, and an interval around it.

For a pace of p hours a week no schedule can beat these, in weeks of learning:

- what has to be done before a milestone takes its hours / p;
- a milestone takes its calendar time, or its hours / p where that is more;
- between two milestones that take calendar time lie the hours of all that follows one and leads to the other.

`finish` is the largest sum along any chain of them. Each term grows with hours, calendar time and prerequisites and
falls with the pace, so the forecast cannot show the anomalies of list schedules (Graham, 1969): at a fixed pace more
hours never finish later, a finished milestone never delays, an added prerequisite never speeds up.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cached_property
from itertools import compress
from typing import NamedTuple

from .network import Network
from .pace import WEEKLY, Pace
from .pauses import Pauses

Z80 = 1.2815515655446004  # a normal is within so many sd of its median in 80 % of cases
DAYS_AHEAD = round(50 * 365.2425)  # nobody is helped by a date beyond 50 years
_BITS = bytes.maketrans(b"01", b"\0\1")


class Span(NamedTuple):
    """A finish in weeks of learning, and what it is made of on the chain that decides it."""

    weeks: float
    hours: float
    waiting_variance: float


class Interval(NamedTuple):
    """Local dates; `likely` is the median, the others bound 80 %. None: not within 50 years."""

    early: date | None
    likely: date | None
    late: date | None


class _Target(NamedTuple):
    hours: float
    tails: tuple[tuple[int, float], ...]  # milestones that take calendar time, in order, and the hours after each


class _Chain(NamedTuple):
    first: float
    earlier: tuple[tuple[int, float], ...]


class Bound:
    """The bound for one learner's network. Sums of hours are made once; a pace then costs a few dozen additions."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._targets: dict[int | None, _Target] = {}
        self._chains: dict[int, _Chain] = {}

    def finish(self, pace: float, stage: int | None = None, *, before: int | None = None) -> Span:
        """Return when the path is finished at `pace`: all of it, up to a stage, or what is `before` a milestone."""
        target = self._target(stage) if before is None else self._targeted(self.network.upstream[before])
        best = Span(target.hours / pace, target.hours, 0.0)
        ends = self._ends(pace, target)
        for slow, hours in target.tails:
            end = ends[slow]
            weeks = end.weeks + hours / pace
            if weeks > best.weeks:
                best = Span(weeks, end.hours + hours, end.waiting_variance)
        return best

    def waits(self, pace: float) -> tuple[int, ...]:
        """Return what takes calendar time on the chain that decides the path's finish at `pace`, the first first."""
        target = self._target(None)
        ends = self._ends(pace, target)
        tails = {slow: ends[slow].weeks + hours / pace for slow, hours in target.tails}
        slow = max(tails, key=tails.__getitem__, default=None)
        chain: list[int] = []
        if slow is None or tails[slow] <= target.hours / pace:
            return ()
        while slow is not None:
            if self.network.weeks[slow] * pace >= self.network.hours[slow]:
                chain.append(slow)
            first, earlier = self._chain(slow)
            before = {other: ends[other].weeks + between / pace for other, between in earlier}
            slow = max(
                (other for other in before if before[other] > first / pace), key=before.__getitem__, default=None
            )
        return tuple(reversed(chain))

    def work(self, stage: int | None = None) -> float:
        """Return the hours of the whole path, or of the path up to a stage."""
        return self._target(stage).hours

    def _ends(self, pace: float, target: _Target) -> dict[int, Span]:
        """Return when each milestone of a target that takes calendar time ends."""
        network, ends = self.network, dict[int, Span]()
        for slow, _ in target.tails:
            first, earlier = self._chain(slow)
            weeks, hours, variance = first / pace, first, 0.0
            for other, between in earlier:
                end = ends[other]
                if end.weeks + between / pace > weeks:
                    weeks, hours, variance = end.weeks + between / pace, end.hours + between, end.waiting_variance
            waiting, work = network.weeks[slow], network.hours[slow]
            if waiting * pace >= work:
                ends[slow] = Span(weeks + waiting, hours, variance + network.weeks_variance[slow])
            else:
                ends[slow] = Span(weeks + work / pace, hours + work, variance)
        return ends

    def _chain(self, slow: int) -> _Chain:
        """Return the hours before a slow milestone, and the hours between each earlier slow one and it."""
        found = self._chains.get(slow)
        if found is None:
            upstream = self.network.upstream[slow]
            found = self._chains[slow] = _Chain(
                self._sum(upstream),
                tuple(
                    (other, self._sum(upstream & self._after[other]))
                    for other in self.network.slow
                    if upstream >> other & 1
                ),
            )
        return found

    def _target(self, stage: int | None) -> _Target:
        found = self._targets.get(stage)
        if found is None:
            network = self.network
            mask = network.everything if stage is None else network.up_to(stage)
            found = self._targets[stage] = self._targeted(mask)
        return found

    def _targeted(self, mask: int) -> _Target:
        slow = (index for index in self.network.slow if mask >> index & 1)
        return _Target(self._sum(mask), tuple((index, self._sum(mask & self._after[index])) for index in slow))

    @cached_property
    def _after(self) -> dict[int, int]:
        """For each slow milestone, all that waits for it, as a bit mask."""
        masks = dict.fromkeys(self.network.slow, 0)
        every = sum(1 << slow for slow in masks)
        for index, upstream in enumerate(self.network.upstream):
            found = upstream & every
            while found:
                slow = found & -found
                masks[slow.bit_length() - 1] |= 1 << index
                found ^= slow
        return masks

    def _sum(self, mask: int) -> float:
        bits = f"{mask:b}".encode().translate(_BITS)
        return sum(compress(reversed(self.network.hours[: len(bits)]), bits))


def interval(bound: Bound, pace: Pace, *, today: date, pauses: Pauses, stage: int | None = None) -> Interval:
    """Return when a stage, or the whole path, is finished.

    The pace's uncertainty is carried through the bound; that of the deciding chain's hours and waiting, and the scatter
    of the weeks that its hours take, is added to it on a log scale, as independent: as the log-normal distribution of
    that variance, which stays finite where next to nothing is left.
    """
    likely = bound.finish(pace.hours, stage)
    if likely.weeks <= 0:
        return Interval(today, today, today)
    swing = math.exp(Z80 * pace.sigma_over(likely.weeks))
    work = likely.hours / pace.hours
    variance = bound.network.spread * work / pace.hours + WEEKLY**2 * work + likely.waiting_variance
    own = Z80 * math.sqrt(math.log1p(variance / likely.weeks**2))
    early = math.log(likely.weeks / bound.finish(pace.hours * swing, stage).weeks)
    late = math.log(bound.finish(pace.hours / swing, stage).weeks / likely.weeks)
    return Interval(
        day_in(likely.weeks * math.exp(-math.hypot(early, own)), today=today, pauses=pauses),
        day_in(likely.weeks, today=today, pauses=pauses),
        day_in(likely.weeks * math.exp(math.hypot(late, own)), today=today, pauses=pauses),
    )


def day_in(weeks: float, *, today: date, pauses: Pauses) -> date | None:
    """Return the day after so many weeks of learning; None where that is not within 50 years."""
    if weeks * 7 > DAYS_AHEAD:
        return None
    try:
        day = pauses.day_after(today, round(weeks * 7))
    except OverflowError:
        return None
    return day if (day - today).days <= DAYS_AHEAD else None


def required_hours(
    network: Network, target_on: date, *, today: date, pauses: Pauses, at_most: float = 168.0
) -> float | None:
    """Return the hours a week, in tenths from 0.5, that bring the likely finish to the target at the latest.

    None where no hours suffice.
    """
    bound = Bound(network)

    def holds(hours: float) -> bool:
        finish = day_in(bound.finish(hours).weeks, today=today, pauses=pauses)
        return finish is not None and finish <= target_on

    low, high = 5, round(at_most * 10)
    if not holds(high / 10):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle / 10) else (middle + 1, high)
    return low / 10

"""What to do in which week: the likely hours laid out at the pace, week by week.

A list schedule (Graham, 1966) for one person: in each week the hours go to the open milestones in the order under way,
least slack, document order, each as much as it takes. What takes calendar time takes hours only as fast as its time
passes, and others go on beside it. A successor may start in its prerequisite's last week.

Weeks in which the same thing happens are one `Run`, so that half an hour a week costs no more than forty.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from heapq import heappop, heappush
from math import ceil
from typing import NamedTuple

from roadmap.calendar import monday_of

from .network import Network
from .pauses import Pauses

WEEK = timedelta(weeks=1)
NOTHING = 1e-9  # hours or weeks; less is rounding


class Run(NamedTuple):
    """`weeks` weeks on end from a Monday, in each of which every milestone gets these hours."""

    starts_on: date
    weeks: int
    hours: tuple[tuple[str, float], ...]


class Week(NamedTuple):
    """One week of the plan: (milestone, hours), the first first."""

    starts_on: date
    milestones: tuple[tuple[str, float], ...]

    @property
    def hours(self) -> float:
        return sum(hours for _, hours in self.milestones)


def weeks_of(runs: tuple[Run, ...]) -> Iterator[Week]:
    """Yield the weeks in which something is laid out, one by one."""
    for run in runs:
        for number in range(run.weeks):
            yield Week(run.starts_on + number * WEEK, run.hours)


def latest_starts(network: Network, pace: float, dues: Mapping[int, float]) -> list[float]:
    """Return when, in weeks from now, each milestone has to start at `pace` for its stage to end when it is due.

    Among those that are open, the least slack is the earliest such start.
    """
    lasts = _lasts(network, pace)
    starts = [dues[stage] - last for stage, last in zip(network.stages, lasts, strict=True)]
    for index in range(len(starts) - 1, -1, -1):
        for other in network.before[index]:
            starts[other] = min(starts[other], starts[index] - lasts[other])
    return starts


def slack_of(network: Network, pace: float) -> list[float]:
    """Return how many weeks each milestone may wait without delaying the end, at `pace` (Kelley, 1961)."""
    lasts = _lasts(network, pace)
    begins = [0.0] * len(lasts)
    for index, before in enumerate(network.before):
        begins[index] = max([begins[other] + lasts[other] for other in before], default=0.0)
    end = max((begin + last for begin, last in zip(begins, lasts, strict=True)), default=0.0)
    starts = latest_starts(network, pace, dict.fromkeys(network.stages, end))
    return [start - begin for start, begin in zip(starts, begins, strict=True)]


def _lasts(network: Network, pace: float) -> list[float]:
    return [max(weeks, hours / pace) for weeks, hours in zip(network.weeks, network.likely, strict=True)]


def schedule(network: Network, pace: float, *, today: date, pauses: Pauses, rank: list[int]) -> tuple[Run, ...]:
    """Lay out the likely hours from the current week on; `rank` is each milestone's place in the order.

    The current week offers the part of it that is still to come; a week has as much less as it has paused days. Weeks
    beyond the calendar's end are left out.
    """
    return tuple(_Scheduler(network, pace, rank).run(today, pauses))


class _Scheduler:
    """Time runs in weeks of learning: `now` counts those that have passed."""

    def __init__(self, network: Network, pace: float, rank: list[int]) -> None:
        self.slugs, self.weeks, self.pace = network.slugs, network.weeks, pace
        self.rank, self.by_rank = rank, sorted(range(len(rank)), key=rank.__getitem__)
        self.left = list(network.likely)
        self.waits_for = [len(before) for before in network.before]
        self.after: list[list[int]] = [[] for _ in self.slugs]
        for index, before in enumerate(network.before):
            for other in before:
                self.after[other].append(index)
        self.now = 0.0
        self.queue: list[int] = []  # ranks of what is open and takes hours
        self.ends: dict[int, float] = {}  # when the calendar time of what is open has passed
        self.resting: list[tuple[float, int]] = []  # what has its hours and waits for its time
        self.unfinished = len(self.slugs)
        for index, before in enumerate(network.before):
            if not before:
                self._open(index)

    def run(self, today: date, pauses: Pauses) -> Iterator[Run]:
        begin, monday = today, monday_of(today)
        spans = list(pauses.spans)
        while self.unfinished:
            try:
                following = monday + WEEK
                while spans and spans[0][1] <= begin:
                    del spans[0]
                paused = bool(spans) and spans[0][0] < following
                share = (pauses.active_days(begin, following) if paused else (following - begin).days) / 7
                weeks = 1
                if share:
                    hours, is_steady = self._fill(share)
                    if is_steady and share == 1:
                        ahead = ((spans[0][0] if spans else date.max) - following).days // 7
                        weeks += self._repeat(hours, ahead)
                    self.now += share + weeks - 1
                    if hours:
                        yield Run(monday, weeks, tuple((self.slugs[index], each) for index, each in hours))
                elif spans:
                    weeks = max(1, (spans[0][1] - monday).days // 7)
                begin = monday = monday + weeks * WEEK
            except OverflowError:
                return

    def _open(self, index: int) -> None:
        if self.weeks[index]:
            self.ends[index] = self.now + self.weeks[index]
        if self.left[index] > NOTHING:
            insort(self.queue, self.rank[index])
        elif self.weeks[index]:
            heappush(self.resting, (self.ends[index], index))
        else:
            self._finish(index)

    def _fill(self, share: float) -> tuple[list[tuple[int, float]], bool]:
        """Give a week's hours away, `share` of a whole week's; tell whether nothing ended in it."""
        room, end, unfinished = self.pace * share, self.now + share, self.unfinished
        got: dict[int, float] = {}
        place = 0
        while True:
            while place < len(self.queue) and room > NOTHING:
                index = self.by_rank[self.queue[place]]
                if index in got:
                    place += 1
                    continue
                hours = self.left[index]
                time = self.ends.get(index, 0.0) - self.now
                if time > share:
                    hours *= share / time
                got[index] = hours = min(hours, room)
                room -= hours
                self.left[index] -= hours
                if self.left[index] <= NOTHING:
                    del self.queue[place]
                    place = 0
                    if self.ends.get(index, 0.0) > end + NOTHING:
                        heappush(self.resting, (self.ends[index], index))
                    else:
                        self._finish(index)
            if not self.resting or self.resting[0][0] > end + NOTHING:
                return list(got.items()), unfinished == self.unfinished
            self._finish(heappop(self.resting)[1])
            place = 0

    def _repeat(self, hours: list[tuple[int, float]], at_most: int) -> int:
        """Give the same hours for as many more weeks as nothing ends in; return how many."""
        end = self.now + 1
        weeks = at_most
        if self.resting:
            weeks = min(weeks, ceil(self.resting[0][0] - end - NOTHING) - 1)
        for index, each in hours:
            weeks = min(weeks, ceil((self.left[index] - NOTHING) / each) - 1)
            if self.ends.get(index, 0.0) > end:
                weeks = min(weeks, int(self.ends[index] - end) - 1)
        if weeks <= 0:
            return 0
        for index, each in hours:
            self.left[index] -= each * weeks
        return weeks

    def _finish(self, index: int) -> None:
        self.unfinished -= 1
        self.ends.pop(index, None)
        for other in self.after[index]:
            self.waits_for[other] -= 1
            if not self.waits_for[other]:
                self._open(other)

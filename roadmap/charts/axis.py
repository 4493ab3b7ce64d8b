"""Axes that people can read: years, months or weeks, and round hours. Places are percentages of the axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from math import floor, log10
from typing import NamedTuple

MOST_TICKS = 5
_WEEKS, _MONTHS = (1, 2), (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
_ROUND = (1, 2, 2.5, 5, 10)


class Tick(NamedTuple):
    """A mark on an axis, in per cent, and what stands there."""

    at: float
    label: str

    @property
    def anchor(self) -> str:
        """How SVG aligns the label: it stays within the plot, on a phone too, by more the longer it is."""
        room = 0.75 * len(self.label)
        return "start" if self.at < room else "end" if self.at > 100 - room else "middle"


class Stretch(NamedTuple):
    """A part of an axis, in per cent."""

    at: float
    width: float


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """From the first day to the last (later) one."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Return a day's place, 0 to 100; what lies outside is at the edge."""
        share = (day - self.first).days / (self.last - self.first).days
        return round(100 * min(max(share, 0.0), 1.0), 2)

    def stretch(self, begin: date, end: date) -> Stretch:
        at = self.at(begin)
        return Stretch(at, round(self.at(end) - at, 2))

    def stretches(self, periods: Sequence[tuple[date, date]]) -> tuple[Stretch, ...]:
        """Return the periods (first and last day) that lie on the axis."""
        shown = (p for p in periods if p[0] < self.last and p[1] >= self.first)
        return tuple(self.stretch(first, last + timedelta(days=1)) for first, last in shown)

    def ticks(self) -> tuple[Tick, ...]:
        """Return a few ticks: weeks for weeks, months for months, years for years."""
        days = (self.last - self.first).days
        for weeks in _WEEKS:
            if days < 7 * weeks * MOST_TICKS:
                return tuple(Tick(self.at(day), f"{day.day} {day:%b}") for day in self._mondays(weeks))
        months = next(
            months for months in _MONTHS if days < (37 if months >= 12 else 30) * months * MOST_TICKS
        )  # a bare year is short
        found = tuple(self._firsts(months))
        return tuple(Tick(self.at(day), _month(day, months, day == found[0])) for day in found)

    def _mondays(self, weeks: int) -> Iterator[date]:
        day = self.first + timedelta(days=-self.first.weekday() % 7)
        while day <= self.last:
            yield day
            day += timedelta(weeks=weeks)

    def _firsts(self, months: int) -> Iterator[date]:
        """Yield the first days of every so many months, counted so that Januaries and round years are among them."""
        begin = self.first.year * 12 + self.first.month - (self.first.day == 1)
        for month in count(-(-begin // months) * months, months):
            day = date(month // 12, month % 12 + 1, 1)
            if day > self.last:
                return
            yield day


def _month(day: date, months: int, is_first: bool) -> str:
    if months >= 12:
        return f"{day.year}"
    return f"{day:%b %Y}" if is_first or day.month == 1 else f"{day:%b}"


@dataclass(frozen=True, slots=True)
class HourAxis:
    """From 0 hours at the bottom (at 100 per cent) to `top`, with a tick every `step` hours."""

    top: float
    step: float

    @classmethod
    def holding(cls, most: float) -> HourAxis:
        """Return an axis with at most five ticks and a little air above the highest value."""
        most = max(most, 1.0)
        power = 10 ** floor(log10(most / MOST_TICKS))
        return cls(1.06 * most, next(factor * power for factor in _ROUND if most < MOST_TICKS * factor * power))

    def at(self, hours: float) -> float:
        return round(100 - 100 * min(max(hours / self.top, 0.0), 1.0), 2)

    def ticks(self) -> tuple[Tick, ...]:
        return tuple(
            Tick(self.at(self.step * n), f"{self.step * n:,g}") for n in range(floor(self.top / self.step) + 1)
        )

"""Pauses on the calendar: which days count, and where a span of counted days ends."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import NamedTuple

DAY = timedelta(days=1)


class Pauses(NamedTuple):
    """Days without learning: spans from a day up to another and without it, in order, not touching."""

    spans: tuple[tuple[date, date], ...] = ()

    @classmethod
    def of(cls, spans: Iterable[tuple[date, date]]) -> Pauses:
        """Return pauses in order; those that overlap or touch become one."""
        merged: list[tuple[date, date]] = []
        for starts_on, until in sorted(span for span in spans if span[0] < span[1]):
            if merged and starts_on <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
            else:
                merged.append((starts_on, until))
        return cls(tuple(merged))

    @classmethod
    def from_iso(cls, spans: Iterable[Sequence[str]]) -> Pauses:
        """Return the pauses of pairs of ISO dates."""
        return cls.of((date.fromisoformat(starts_on), date.fromisoformat(until)) for starts_on, until in spans)

    def active_days(self, starts_on: date, until: date) -> int:
        """Return how many days from one up to another, and without it, are not paused."""
        days = (until - starts_on).days
        for begin, end in self.spans:
            days -= max(0, (min(end, until) - max(begin, starts_on)).days)
        return max(0, days)

    def holds(self, on: date) -> bool:
        """Tell whether a day is paused."""
        number = bisect(self.spans, on, key=itemgetter(0))
        return number > 0 and on < self.spans[number - 1][1]

    def between(self, starts_on: date, until: date) -> Iterator[tuple[date, date]]:
        """Yield the stretches of days from one up to another that are not paused."""
        for begin, end in self.spans:
            if starts_on < min(begin, until):
                yield starts_on, min(begin, until)
            starts_on = max(starts_on, end)
        if starts_on < until:
            yield starts_on, until

    def day_after(self, today: date, active_days: int) -> date:
        """Return the day on which so many active days have passed; raise `OverflowError` beyond the calendar."""
        day, left = today, active_days
        for begin, end in self.spans:
            if end <= day:
                continue
            ahead = max(0, (begin - day).days)
            if left <= ahead:
                break
            day, left = end, left - ahead
        return day + left * DAY

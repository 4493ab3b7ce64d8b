"""What lies behind a learner, as evidence of their pace: completed weeks, and the hours earned in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from roadmap.calendar import monday_of

from .earned import Earned, Sudden
from .pace import WEEK, Level, Pace, Week, followed, prior, said_at
from .pauses import Pauses


@dataclass(frozen=True)
class Past:
    """All that a pace follows from. What was `earned` in an hour took `effort` hours.

    `said` are (local date, hours a week), oldest first; `resting` the pauses and the spans in which only what takes
    calendar time was open: days that are no evidence, nor is what was earned on them.
    """

    said: tuple[tuple[date, float], ...]
    earned: Earned
    resting: Pauses
    effort: float
    started_on: date
    today: date

    @cached_property
    def weeks(self) -> list[Week]:
        """The completed local weeks since the learner began, but those in which no day was there to learn in."""
        first, this = monday_of(self.started_on), monday_of(self.today)
        origin, number = first.toordinal(), (this - first).days // 7
        days, hours = [0] * number, [0.0] * number
        for begin, end in self.resting.between(self.started_on, this):
            _count(days, begin.toordinal() - origin, end.toordinal() - origin)
        has_rested = bool(self.resting.spans)
        for on, earned in self.earned.by_day.items():
            if self.started_on <= on < this and not (has_rested and self.resting.holds(on)):
                hours[(on.toordinal() - origin) // 7] += earned
        for told in self.earned.sudden:
            if self.started_on <= told.on < this and not (has_rested and self.resting.holds(told.on)):
                _tell_back(told, hours, days, origin)
        mondays = map(date.fromordinal, range(origin, origin + 7 * number, 7))
        exposures = [active / 7 for active in days]
        worked = [self.effort * earned for earned in hours]
        return [week for week in zip(mondays, worked, exposures, strict=True) if week[2]]

    @cached_property
    def _a_week_ago(self) -> Level:
        """Where the filter stood a week ago, had it known what is known today."""
        return followed(prior(self.said), self.said, self.weeks[: -self._lately or None])

    @property
    def _lately(self) -> int:
        """How many of the weeks have ended since: one, or none where there was no learning in it."""
        return bool(self.weeks) and self.weeks[-1][0] == monday_of(self.today) - WEEK

    @cached_property
    def pace(self) -> Pace:
        """The pace as it is learned from these weeks."""
        lately = self.weeks[-1:] if self._lately else []
        return said_at(followed(self._a_week_ago, self.said, lately), self.said)

    def pace_a_week_before(self, later: Past) -> Pace:
        """Return `pace`; what `later`, the same learner's a week on, worked out serves where it is the same."""
        until = monday_of(self.today)
        is_a_week_on = later.today - self.today == WEEK and not later._reaches_back(until)
        if is_a_week_on and self._is_known(until) == later._is_known(until):
            return said_at(later._a_week_ago, self.said)
        return self.pace

    def _reaches_back(self, until: date) -> bool:
        """Tell whether work from before a day was told after it: it is spread over the weeks since it began."""
        return any(told.on >= until and (not told.since or told.since < until) for told in self.earned.sudden)

    def _is_known(self, until: date) -> tuple[object, ...]:
        """Return all that moved the filter before a day."""
        return (
            self.said[0],
            [statement for statement in self.said if statement[0] < until],
            {on: hours for on, hours in self.earned.by_day.items() if on < until},
            [told for told in self.earned.sudden if told.on < until],
            tuple(self.resting.between(self.started_on, until)),
            self.effort,
            self.started_on,
        )


def _count(days: list[int], begin: int, end: int) -> None:
    """Count the days from one up to another, from the first Monday on, into their weeks."""
    first, last = begin // 7, end // 7
    if first == last:
        days[first] += end - begin
        return
    days[first] += 7 * first + 7 - begin
    days[first + 1 : last] = [7] * (last - first - 1)
    if end > 7 * last:
        days[last] += end - 7 * last


def _tell_back(told: Sudden, hours: list[float], days: list[int], origin: int) -> None:
    """Give the weeks of the work their part of sudden hours, each no more than it has left of what was said.

    Where nothing shows when the work began, it took the week of the telling and the silent weeks before it. What is
    left over counts when it was told.
    """
    last = (told.on.toordinal() - origin) // 7
    if told.since is None:
        first = last
        while first and not hours[first - 1]:
            first -= 1
    else:
        first = max(0, (told.since.toordinal() - origin) // 7)
    share = told.hours / max(1, sum(days[first : last + 1]))
    rest = told.hours
    for week in range(first, last + 1):
        part = min(days[week] * share, max(0.0, told.said * days[week] / 7 - hours[week]))
        hours[week] += part
        rest -= part
    hours[last] += rest

"""How many hours a week a person really learns: what they said, then more and more what they did.

The model is a local level on a log scale (West and Harrison, 1997, ch. 2): the log of the weekly pace drifts from week
to week by a normal step; the hours of a week scatter around the pace. A prior stands on the stated hours. An extended
Kalman filter follows it, so recent weeks weigh more, few weeks are shrunk towards what was said, and a week moves the
estimate by the filter's gain at most, however much or little it held. The gain comes from the log scale; the step is
taken in hours, so that who comes back after a silence is believed within weeks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from roadmap.calendar import monday_of
from roadmap.document import Document
from roadmap.standing import Mark

from .pauses import Pauses

PRIOR = 0.40  # sd of the log of the true pace around the stated one
WEEKLY = 0.70  # a week's scatter around the pace, as a part of it
DRIFT = 0.03  # sd of the weekly step of the log pace
MOST = 3.0  # a week counts at most as so many times the pace, or what was said where that is more
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class Pace(NamedTuple):
    """Hours a week: the median, and the sd of its log; `weeks` of evidence stand behind it."""

    hours: float
    sigma: float
    weeks: int = 0

    def sigma_over(self, weeks: float) -> float:
        """Return the sd of the log of the mean pace over the coming weeks, drift included."""
        return math.sqrt(self.sigma**2 + DRIFT**2 * min(weeks, 1_000) / 3)


class Week(NamedTuple):
    """A week of evidence: what was earned, and which part of the week was there to learn in (0 to 1]."""

    starts_on: date
    hours: float
    exposure: float = 1.0


def pace_of(statements: Sequence[tuple[date, float]], weeks: Iterable[Week]) -> Pace:
    """Return the pace after these weeks. `statements` are (local date, hours a week), oldest first, at least one.

    Saying what one does anyway changes nothing; saying more or less than before, and than one does, moves the pace in
    the same proportion and makes it less certain.
    """
    waiting = list(statements)
    _, said = waiting.pop(0)
    pace, variance, seen = said, PRIOR**2, 0
    for week in weeks:
        while waiting and waiting[0][0] < week.starts_on + WEEK:
            pace, variance = _restated(pace, variance, said, waiting[0][1])
            _, said = waiting.pop(0)
        gain = variance / (variance + WEEKLY**2 / week.exposure)
        pace += gain * (min(week.hours / week.exposure, MOST * max(pace, said)) - pace)
        variance = variance * (1 - gain) + DRIFT**2
        seen += 1
    for _, hours in waiting:
        pace, variance = _restated(pace, variance, said, hours)
        said = hours
    return Pace(pace, math.sqrt(variance), seen)


def _restated(pace: float, variance: float, before: float, after: float) -> tuple[float, float]:
    """Move the pace with a new statement; what lies between the old statement and the pace moves nothing."""
    low, high = sorted((before, pace))
    times = after / high if after > high else after / low if after < low else 1.0
    return pace * times, min(PRIOR**2, variance + math.log(times) ** 2)


def evidence(
    earned: Mapping[date, float],
    *,
    started_on: date,
    today: date,
    pauses: Pauses,
    idle: Sequence[tuple[date, date]] = (),
) -> list[Week]:
    """Return the completed local weeks since a learner began, as evidence.

    Left out are paused days, and days in `idle` spans, in which only what takes calendar time was open: they are no
    evidence, nor is what was earned on them.
    """
    first, this = monday_of(started_on), monday_of(today)
    resting = Pauses.of((*pauses.spans, *idle))
    days, hours = [0] * ((this - first).days // 7), [0.0] * ((this - first).days // 7)
    for begin, end in resting.between(started_on, this):
        one, other = (begin - first).days, (end - first).days
        for week in range(one // 7, -(-other // 7)):
            days[week] += min(other, 7 * week + 7) - max(one, 7 * week)
    for on, earned_then in earned.items():
        if started_on <= on < this and not resting.holds(on):
            hours[(on - first).days // 7] += earned_then
    return [Week(first + number * WEEK, hours[number], active / 7) for number, active in enumerate(days) if active]


def earned_hours(
    document: Document, marks: Mapping[str, Mark], *, started_on: date, pauses: Pauses, held_back: float = 0.1
) -> dict[date, float]:
    """Return the hours earned on each local day by ticks, logged hours and finishes; not what is known or skipped.

    What a finish earns at once is spread over the active days since the milestone was begun or last earned, or since
    the learner started where nothing shows when it was begun. Until then a part of the milestone is `held_back`, as in
    a standing; as evidence of pace, all that was worked counts when it was.
    """
    found: dict[date, float] = {}
    for slug, mark in marks.items():
        milestone = document.by_slug.get(slug)
        if milestone is None or not (mark.ticks or mark.logged or mark.finished_on):
            continue
        likely = milestone.effort_hours.likely
        finished_on = mark.finished_on
        so_far, last = _worked(found, mark, most=likely if finished_on else (1 - held_back) * likely, until=finished_on)
        if finished_on and so_far < likely:
            begin = mark.began_on if mark.began_on and mark.began_on <= finished_on else started_on
            spread_on = _active_days(last + DAY if last else begin, finished_on, pauses) or [finished_on]
            for on in spread_on:
                found[on] = found.get(on, 0.0) + (likely - so_far) / len(spread_on)
    return found


def _active_days(first: date, last: date, pauses: Pauses) -> list[date]:
    return [
        begin + number * DAY for begin, end in pauses.between(first, last + DAY) for number in range((end - begin).days)
    ]


def _worked(found: dict[date, float], mark: Mark, *, most: float, until: date | None) -> tuple[float, date | None]:
    """Add what ticks and logged hours earned day by day; return their sum and the last such day."""
    days = sorted({on for on, _ in mark.ticks.values()} | {on for _, on, _ in mark.logged})
    ticked = logged = so_far = 0.0
    last = None
    for on in days:
        if until and on > until:
            break
        ticked += sum(hours for day, hours in mark.ticks.values() if day == on)
        logged += sum(hours for _, day, hours in mark.logged if day == on)
        now = min(most, max(ticked, logged))
        found[on] = found.get(on, 0.0) + now - so_far
        so_far, last = now, on
    return so_far, last

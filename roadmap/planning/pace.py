"""How many hours a week a person really learns: what they said, then more and more what they did.

The model is a local level on a log scale (West and Harrison, 1997, ch. 2): the log of the weekly pace drifts from week
to week by a normal step; the hours of a week scatter around the pace. A prior stands on the stated hours. An extended
Kalman filter follows it, so recent weeks weigh more, few weeks are shrunk towards what was said, and a week moves the
estimate by the filter's gain at most, however much or little it held. The gain comes from the log scale; the step is
taken in hours, so that who comes back after a silence is believed within weeks.

One empty week is a holiday or a cold, and says next to nothing of the weeks to come; two within two months do. So the
first counts a tenth (`ALONE`), and what was held back of it counts with those that follow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

PRIOR = 0.40  # sd of the log of the true pace around the stated one
WEEKLY = 0.70  # a week's scatter around the pace, as a part of it
DRIFT = 0.03  # sd of the weekly step of the log pace
MOST = 3.0  # a week counts at most as so many times the pace, or what was said where that is more
ALONE = 0.1  # what an empty week counts that stands alone
EMPTY = 0.05  # of the pace; less is an empty week
TOGETHER = 8  # weeks within which two empty weeks do not stand alone
WEEK = timedelta(weeks=1)
Week = tuple[date, float, float]  # of evidence: its Monday, the hours earned, which part was there to learn in (0 to 1]


class Pace(NamedTuple):
    """Hours a week: the median, and the sd of its log; `weeks` of evidence stand behind it."""

    hours: float
    sigma: float
    weeks: int = 0

    def sigma_over(self, weeks: float) -> float:
        """Return the sd of the log of the mean pace over the coming weeks, drift included."""
        return math.sqrt(self.sigma**2 + DRIFT**2 * min(weeks, 1_000) / 3)


class Level(NamedTuple):
    """Where the filter stands: the pace and the variance of its log, after so many weeks and statements.

    The last empty week lies `empty_ago` weeks back; of it `held_back` is still to count, in weeks.
    """

    pace: float
    variance: float
    weeks: int
    statements: int
    empty_ago: int = TOGETHER
    held_back: float = 0.0


def pace_of(statements: Sequence[tuple[date, float]], weeks: Iterable[Week]) -> Pace:
    """Return the pace after these weeks. `statements` are (local date, hours a week), oldest first, at least one.

    Saying what one does anyway changes nothing; saying more or less than before, and than one does, moves the pace in
    the same proportion and makes it less certain. Of what is said between two weeks of evidence the last counts: a slip
    that is put right leaves no trace.
    """
    return said_at(followed(prior(statements), statements, weeks), statements)


def prior(statements: Sequence[tuple[date, float]]) -> Level:
    """Return where the filter begins: at the first statement."""
    return Level(statements[0][1], PRIOR**2, 0, 1)


def followed(level: Level, statements: Sequence[tuple[date, float]], weeks: Iterable[Week]) -> Level:
    """Return where the filter stands after more weeks, and the statements up to the last of them."""
    pace, variance, seen, told, empty_ago, held_back = level
    said = statements[told - 1][1]
    following = statements[told][0] - WEEK if told < len(statements) else date.max
    scatter, step = WEEKLY**2, DRIFT**2
    for starts_on, hours, exposure in weeks:
        if starts_on > following:
            while starts_on > following:
                told += 1
                following = statements[told][0] - WEEK if told < len(statements) else date.max
            pace, variance = _restated(pace, variance, said, statements[told - 1][1])
            said = statements[told - 1][1]
        weight, empty_ago = exposure, empty_ago + 1
        if hours < EMPTY * pace * exposure:
            weight = ALONE * exposure if empty_ago > TOGETHER else exposure + min(held_back, exposure / 2)
            held_back = exposure - weight + (held_back if empty_ago <= TOGETHER else 0.0)
            empty_ago = 0
        gain = variance / (variance + scatter / weight)
        found, most = hours / exposure, MOST * (pace if pace > said else said)
        pace += gain * ((found if found < most else most) - pace)
        variance = variance * (1 - gain) + step
        seen += 1
    return Level(pace, variance, seen, told, empty_ago, held_back)


def said_at(level: Level, statements: Sequence[tuple[date, float]]) -> Pace:
    """Return the pace at a level once all that was said since is heard too."""
    pace, variance, seen, told, *_ = level
    pace, variance = _restated(pace, variance, statements[told - 1][1], statements[-1][1])
    return Pace(pace, math.sqrt(variance), seen)


def _restated(pace: float, variance: float, before: float, after: float) -> tuple[float, float]:
    """Move the pace with a new statement; what lies between the old statement and the pace moves nothing."""
    low, high = sorted((before, pace))
    times = after / high if after > high else after / low if after < low else 1.0
    return pace * times, min(PRIOR**2, variance + math.log(times) ** 2)

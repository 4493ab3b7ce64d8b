"""Which moves of the forecast are told to people, of what, and in which words: the same for page and mail.

**What somebody did is told only beyond its noise.** No two weeks are alike, and a forecast that says so every week says
nothing. The hours of the last four weeks in which there was learning to do are held against the pace that the plan
counted on before them. Their deviation has a scatter: the learner's own, from the weeks before, and that of a pace
learned from few weeks. Told is what lies beyond `BEYOND` times that, while the last week points the same way. It is
news in its first week, and again for each four weeks that it lasts, so that no week is told of twice. `make bench
ONLY=moves` lives some thousand years to set the figures.

**What somebody said** (hours, pauses, choices, what is known, skipped or open again), and a new edition, moves the date
by just as much as it does, and is told in the week in which it happened.

A date beyond what is named to people cannot be said to move. What only waiting moves is not told as a move: it would be
told every week.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from roadmap.calendar import DAY, is_named, monday_of
from roadmap.standing import Mark, Progress, up_to

from .pace import MOST, WEEK, Week, followed, prior, said_at
from .past import Past
from .plan import Situation
from .reasons import Cause, has_causes, reasons

SPAN = 4  # weeks of evidence that are held against the pace before them
AT_LEAST = 2  # with fewer nothing is said of a pace
BEYOND = 1.9  # times the scatter
SCATTER, SCATTER_WEEKS = 0.35, 6  # of a week, as a part of the pace: where one begins, and what weeks that is worth
LEAST_SCATTER = 0.3
REMEMBERED = 26  # weeks before, from which the scatter comes
LEARNING = 3  # weeks that the prior of a pace is worth: PRIOR and WEEKLY of `pace`
SETTLED = 0.02  # and the variance, in squared scatters, that a pace learned from many weeks keeps
WORTH_DAYS = 7  # days by which a finish has moved, if what somebody did is told
CHANGED_DAYS = 2  # and if something was changed
_OF_LEARNING: frozenset[Cause] = frozenset({"pace", "calendar"})


@dataclass(frozen=True)
class Move:
    """A move of the likely finish that is told: of a stage, by its title, or of the whole road where that is None.

    `since` is the day it is compared with, None for what was changed lately; `is_new`: it was not told a week ago.
    `put_in` are hours logged in a week that
    reached what was planned, though the finish is later; `milestone` is the title of what then took longer than its
    estimate.
    """

    cause: Cause
    days: int
    stage: str | None
    since: date | None = None
    has_just_begun: bool = False
    is_new: bool = True
    put_in: float | None = None
    milestone: str | None = None


class Evidence(NamedTuple):
    """Some weeks against the pace before them: the sum of their deviations in weeks of that pace, and its scatter."""

    deviation: float
    scatter: float
    last: float
    first: int

    @property
    def is_told(self) -> bool:
        return abs(self.deviation) >= BEYOND * self.scatter and self.deviation * self.last > 0


def moves(before: Situation | None, now: Situation) -> tuple[Move, ...]:
    """Return the moves that are told, the largest first. `before` is the situation that is looked back to, if any."""
    if now.is_finished:
        return ()
    moved = [*(_changes(before, now) if before else ()), *_of_learning(now)]
    return tuple(sorted(moved, key=lambda move: -abs(move.days)))


def _changes(before: Situation, now: Situation) -> Iterator[Move]:
    """Yield what was changed between two situations, and by how much that moved the stage at hand, else the whole."""
    if not has_causes(before, now):
        return
    seen = set[Cause]()
    for slug, title in _subjects(now):
        for reason in reasons(before, now, stage=slug):
            if reason.cause in _OF_LEARNING or reason.cause in seen or abs(reason.days) < CHANGED_DAYS:
                continue
            seen.add(reason.cause)
            yield Move(reason.cause, reason.days, title)


def _of_learning(now: Situation) -> Iterator[Move]:
    """Yield the move that what was done in the last weeks made, where that is told."""
    past = now.past
    weeks = past.weeks
    evidence = _evidence(past, weeks, len(weeks))
    if not now.progress.marks or evidence is None or not evidence.is_told:
        return
    is_new = _weeks_told(past, weeks) % SPAN == 1
    span = monday_of(now.today) - weeks[evidence.first][0]
    earlier = _as_of(now, max(now.started_on, now.today - span))
    for slug, title in _subjects(now):
        days = next((reason.days for reason in reasons(earlier, now, stage=slug) if reason.cause == "pace"), 0)
        if abs(days) >= WORTH_DAYS and days * evidence.deviation < 0:
            move = Move("pace", days, title, earlier.today, earlier.today == now.started_on, is_new)
            yield _explained(move, now) if days > 0 else move
            return


def _subjects(now: Situation) -> Iterator[tuple[str | None, str | None]]:
    """Yield slug and title of the stage at hand, then the whole road, of those whose finish is named to people."""
    stage = now.stage_at_hand
    subjects = [(stage.slug, stage.title)] if stage else []
    for slug, title in [*subjects, (None, None)]:
        likely = now.likely(slug)
        if likely and is_named(likely, now.today):
            yield slug, title


def _evidence(past: Past, weeks: Sequence[Week], end: int) -> Evidence | None:
    """Hold the last weeks of the first `end` against the pace before them; None where there are too few."""
    first = max(0, end - SPAN)
    window = weeks[first:end]
    if len(window) < AT_LEAST:
        return None
    base = followed(prior(past.said), past.said, weeks[:first])
    deviations = []
    for monday, hours, exposure in window:
        statements = [statement for statement in past.said if statement[0] < monday + WEEK] or past.said[:1]
        pace = said_at(base, statements).hours
        deviations.append(min(hours / pace, MOST * exposure) - exposure)
    exposed = sum(exposure for _, _, exposure in window)
    scatter = _scatter(weeks[max(0, first - REMEMBERED) : first], base.pace)
    learned = max(SETTLED, first / (first + LEARNING) ** 2) if first else 0.0
    return Evidence(sum(deviations), scatter * math.sqrt(exposed + exposed**2 * learned), deviations[-1], first)


def _scatter(weeks: Sequence[Week], pace: float) -> float:
    """Return by what part of the pace one week differs from another, shrunk towards what is usual.

    A pace that changed for good is no scatter (the mean square of successive differences shows that: von Neumann,
    1941), and neither is a big step that takes its turn with small ones (the variance shows that): the less of both.
    """
    parts = [min(hours / exposure / pace, MOST) for _, hours, exposure in weeks]
    number = len(parts) - 1
    if number < 1:
        return SCATTER
    mean = sum(parts) / len(parts)
    around = sum((part - mean) ** 2 for part in parts)
    successive = sum((after - before) ** 2 / 2 for before, after in pairwise(parts))
    squares = min(around, successive)
    return max(LEAST_SCATTER, math.sqrt((squares + SCATTER_WEEKS * SCATTER**2) / (number + SCATTER_WEEKS)))


def _weeks_told(past: Past, weeks: Sequence[Week]) -> int:
    """Return for how many weeks on end it has been beyond the noise on the same side."""
    number, side = 0, 0.0
    for end in range(len(weeks), 0, -1):
        evidence = _evidence(past, weeks, end)
        if evidence is None or not evidence.is_told or evidence.deviation * side < 0:
            break
        number, side = number + 1, evidence.deviation
    return number


def _as_of(now: Situation, on: date) -> Situation:
    """Return the situation at the beginning of an earlier day, had all been known and wished that is now."""
    marks = {slug: _mark_as_of(mark, on) for slug, mark in now.progress.marks.items()}
    return replace(now, progress=replace(now.progress, marks=marks), today=on, later=None)


def _mark_as_of(mark: Mark, on: date) -> Mark:
    """Return a mark without what was done from a day on; what is known or skipped stays so."""
    if mark.state in ("known", "skipped"):
        return mark
    earlier = up_to(mark, on - DAY)
    if mark.finished_on and mark.finished_on < on:
        return earlier
    has_begun = bool(earlier.ticks or earlier.logged or (mark.began_on and mark.began_on < on))
    began_on = mark.began_on if has_begun else None
    return replace(earlier, state="doing" if has_begun else "todo", began_on=began_on, finished_on=None)


def _explained(move: Move, now: Situation) -> Move:
    """Blame no week in which as many hours were logged as planned, but what took longer than its estimate."""
    put_in = _most_in_a_week(now.progress, now.today)
    planned = now.progress.hours_per_week
    weeks = (now.today - (move.since or now.today)) / WEEK
    in_all = sum(_logged(mark, move.since or now.today) for mark in now.progress.marks.values())
    if in_all >= planned * weeks > 0:
        put_in = in_all
    elif put_in < planned:
        return move
    title = _longest(now, move.since or now.today)
    return replace(move, put_in=put_in, milestone=title) if title else replace(move, cause="learned")


def _most_in_a_week(progress: Progress, today: date) -> float:
    """Return the most hours logged in seven days on end of the last fourteen."""
    by_day = [0.0] * 14
    for mark in progress.marks.values():
        for entry in mark.logged:
            back = (today - entry[1]).days
            if 0 <= back < 14:
                by_day[back] += entry[2]
    return max(sum(by_day[back : back + 7]) for back in range(8))


def _logged(mark: Mark, since: date) -> float:
    return sum(entry[2] for entry in mark.logged if entry[1] >= since)


def _longest(now: Situation, since: date) -> str | None:
    """Return the title of what has had the most hours beyond what they earned, of what hours were logged for lately."""
    over: list[tuple[float, str]] = []
    for found in now.standing.milestones.values():
        excess = found.mark.logged_hours - found.earned_hours
        if excess > 0 and _logged(found.mark, since):
            over.append((excess, now.document.by_slug[found.slug].title))
    return max(over, default=(0.0, None))[1]

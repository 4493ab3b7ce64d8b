"""The hours that a learner earned, day by day."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from roadmap.document import Document
from roadmap.standing import Mark, counted_hours, up_to

from .pace import MOST
from .pauses import DAY, Pauses

HELD_BACK = 0.1  # the part of a milestone that only its finish earns


class Sudden(NamedTuple):
    """More hours ticked on a day than a week counts for, with those `said` for a week.

    The work began on `since`; None where nothing shows when.
    """

    on: date
    hours: float
    said: float
    since: date | None


class Earned(NamedTuple):
    """Hours by local day, and beside them those of which a day's ticks tell too many to have been worked in a week."""

    by_day: dict[date, float]
    sudden: list[Sudden]


def earned_hours(
    document: Document,
    marks: Mapping[str, Mark],
    *,
    started_on: date,
    pauses: Pauses,
    held_back: float = HELD_BACK,
    said: Sequence[tuple[date, float]] = (),
) -> Earned:
    """Return the hours earned on each local day by ticks, logged hours and finishes; not what is known or skipped.

    What a finish earns at once is spread over the active days since the milestone was begun or last earned, or since
    the learner started where nothing shows when it was begun. Until then a part of the milestone is `held_back`, as in
    a standing; as evidence of pace, all that was worked counts. Nothing is sudden where nothing was `said`.
    """
    found, sudden = dict[date, float](), list[Sudden]()
    at_least = MOST * min((hours for _, hours in said), default=math.inf)
    for slug, mark in marks.items():
        milestone = document.by_slug.get(slug)
        if milestone is None or not (mark.ticks or mark.entries or mark.finished_on):
            continue
        likely, began_on, finished_on = milestone.effort_hours.likely, mark.began_on, mark.finished_on
        so_far, last = 0.0, None
        most = likely if finished_on else (1 - held_back) * likely
        for on, hours, ticked in worked_by_day(document, slug, mark, most=most):
            if hours > at_least and ticked and hours > MOST * (a_week := _said_on(on, said)):
                begin = last + DAY if last else began_on if began_on and began_on < on else None
                sudden.append(Sudden(on, hours, a_week, begin))
            else:
                found[on] = found.get(on, 0.0) + hours
            so_far, last = so_far + hours, on
        if finished_on and so_far < likely:
            begin = began_on if began_on and began_on <= finished_on else started_on
            _spread(found, likely - so_far, last + DAY if last else begin, finished_on, pauses)
    return Earned(found, sorted(sudden, key=itemgetter(0)))


def _said_on(on: date, said: Sequence[tuple[date, float]]) -> float:
    """Return the hours a week that held on a day."""
    return said[max(0, bisect(said, on, key=itemgetter(0)) - 1)][1]


def _spread(found: dict[date, float], hours: float, first: date, last: date, pauses: Pauses) -> None:
    """Add hours evenly on the active days of a span; on its last where there are none."""
    spans = list(pauses.between(first, last + DAY)) or [(last, last + DAY)]
    share = hours / sum((end - begin).days for begin, end in spans)
    for begin, end in spans:
        for number in range(begin.toordinal(), end.toordinal()):
            on = date.fromordinal(number)
            found[on] = found.get(on, 0.0) + share


def worked_by_day(
    document: Document, milestone: str, mark: Mark, *, most: float
) -> Iterator[tuple[date, float, float]]:
    """Yield the days on which ticks and hours earned something up to a finish, what, and the hours ticked.

    What a day earned is the rule of earned hours on all that is dated up to that day, at most `most`, less the same for
    the day before, and never below 0.
    """
    days = sorted({on for on, _ in mark.ticks.values()} | {entry.on for entry in mark.entries if entry.hours})
    if mark.finished_on:
        days = days[: bisect(days, mark.finished_on)]
    so_far = 0.0
    for on in days:
        reached = min(counted_hours(document, milestone, up_to(mark, on)), most)
        yield on, max(0.0, reached - so_far), sum(hours for day, hours in mark.ticks.values() if day == on)
        so_far = reached

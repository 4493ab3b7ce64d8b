"""The timeline of stages: a bar each, solid as far as it will surely go, faint where it may end.

Places are percentages of the width and em from the top: a page stretches the chart and keeps its letters' size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from roadmap.calendar import NAMED

from .axis import Stretch, Tick, TimeAxis
from .lettering import fold, measure

_SHORTEST = timedelta(weeks=8)
ROW, _THICK = 3.4, 0.75  # em: from stage to stage, and a bar
_ROOM = 19.5  # em: what a title and the words on its end have to share on a phone


class Leg(NamedTuple):
    """A stage: when it begins and when it ends, early, likely and late; None beyond the horizon or where not known.

    `words` tell the end to people ("spring 2030"). What is done has one end: its day, three times.
    """

    title: str
    state: Literal["done", "doing", "todo"]
    start: date | None
    early: date | None
    likely: date | None
    late: date | None
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage's line: `sure` from its beginning to the early end, `maybe` from there to the late one."""

    leg: Leg
    title: str
    sure: Stretch | None
    maybe: Stretch | None
    likely_at: float | None
    title_y: float
    bar_y: float

    @property
    def middle_y(self) -> float:
        return round(self.bar_y + _THICK / 2, 2)


@dataclass(frozen=True, slots=True)
class Timeline:
    bars: tuple[Bar, ...]
    times: tuple[Tick, ...]
    now_at: float
    pauses: tuple[Stretch, ...]
    height: float


def timeline(legs: Sequence[Leg], *, today: date, pauses: Sequence[tuple[date, date]] = ()) -> Timeline:
    """Lay out the timeline, as far as years are named to people; `pauses`: first and last day."""
    days = [day for leg in legs for day in (leg.start, leg.early, leg.likely, leg.late) if day]
    first = min([today, *days])
    latest = max(first + _SHORTEST, min(max([today, *days]), today + NAMED))
    axis = TimeAxis(first, max(latest, min(latest + (latest - first) * 0.03, today + NAMED)))
    return Timeline(
        bars=tuple(_bar(leg, axis, index * ROW) for index, leg in enumerate(legs)),
        times=axis.ticks(),
        now_at=axis.at(today),
        pauses=axis.stretches(pauses),
        height=round(len(legs) * ROW, 2),
    )


def _bar(leg: Leg, axis: TimeAxis, top: float) -> Bar:
    sure = maybe = None
    if leg.start and leg.early:
        sure = axis.stretch(leg.start, max(leg.start, leg.early))
        maybe = axis.stretch(leg.early, leg.late or axis.last) if leg.late != leg.early else None
    elif leg.start:
        maybe = axis.stretch(leg.start, axis.last)
    (title,) = fold(leg.title, width=_ROOM - measure(leg.words), lines=1)
    return Bar(
        leg, title, sure, maybe, axis.at(leg.likely) if leg.likely else None, round(top + 1.2, 2), round(top + 1.75, 2)
    )

"""Which moves of the forecast are told: lives of a year by the week, and how many sentences they read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench import Figure
from bench._lives import YEAR, Kind, lives
from roadmap.planning import Move, Situation, moves

LIVES = 500
MOST_A_YEAR, WEEKS_TO_CHANGE, WEEKS_TO_QUIT = 4, 4, 6
KINDS = (
    Kind("steady"),
    Kind("steady, normal", scatter="normal"),
    Kind("steady, ticking", ticks=True),
    Kind("steady, own pace", own_pace=True),
    Kind("steady, misjudged", ticks=True, misjudged=True),
    Kind("with holidays", scatter="holidays"),
    Kind("irregular", scatter="irregular"),
    Kind("halved", 0.5, changes=True),
    Kind("halved, normal", 0.5, changes=True, scatter="normal"),
    Kind("halved, ticking", 0.5, changes=True, ticks=True),
    Kind("doubled", 2.0, changes=True),
    Kind("doubled, ticking", 2.0, changes=True, ticks=True),
    Kind("quitting", 0.0, changes=True),
    Kind("quitting, normal", 0.0, changes=True, scatter="normal"),
    Kind("quitting, irregular", 0.0, changes=True, scatter="irregular"),
)
Teller = Callable[[Situation | None, Situation], Sequence[Move]]


class Telling(NamedTuple):
    """A move read in a week; whether it is news; whether the date was still on that side four weeks on, if known."""

    week: int
    days: int
    is_new: bool
    keeps: bool | None


@dataclass
class Tally:
    """What the lives of a kind were told. `shown` are the weeks of a year in which the page tells something."""

    kind: Kind
    a_year: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)
    weeks_until: list[int | None] = field(default_factory=list)

    @property
    def mean(self) -> float:
        return sum(self.a_year) / len(self.a_year)

    @property
    def mean_shown(self) -> float:
        return sum(self.shown) / len(self.shown)

    @property
    def keeping(self) -> float:
        return sum(self.kept) / len(self.kept) if self.kept else 1.0

    def within(self, weeks: int) -> float:
        """Return the part of the lives that were told of their change within so many weeks."""
        return sum(until is not None and until <= weeks for until in self.weeks_until) / len(self.weeks_until)


def measure(size: int | None) -> tuple[Figure, ...]:
    """Return the figures of `size` lives a kind."""
    number = size or LIVES
    return tuple(figure for kind in KINDS for figure in _figures(tally(kind, number), number))


def _figures(result: Tally, number: int) -> Iterator[Figure]:
    kind, how = (
        result.kind,
        f"{number} lives of {YEAR} weeks, seen each Monday; {result.mean_shown:.1f} weeks a year show one",
    )
    if not kind.changes:
        yield _figure(kind, "told", round(result.mean, 2), "moves a year", how, at_most=MOST_A_YEAR)
    else:
        weeks = WEEKS_TO_QUIT if kind.factor == 0 else WEEKS_TO_CHANGE
        yield _figure(kind, f"told within {weeks} weeks", round(100 * result.within(weeks), 1), "%", how, at_least=90)
    yield _figure(kind, "keep their sign four weeks on", round(100 * result.keeping, 1), "%", how, at_least=80)


def _figure(
    kind: Kind,
    what: str,
    value: float,
    unit: str,
    how: str,
    *,
    at_least: float | None = None,
    at_most: float = math.inf,
) -> Figure:
    goal, holds = (at_most, value <= at_most) if at_least is None else (at_least, value >= at_least)
    return Figure(name=f"moves: {kind.name}: {what}", value=value, unit=unit, goal=goal, holds=holds, how=how)


def tally(kind: Kind, number: int, seed: int = 14, *, teller: Teller = moves) -> Tally:
    """Live a kind, and count."""
    result = Tally(kind)
    for changes_in, situations in lives(kind, number, seed):
        tellings = list(_tellings(situations, teller))
        result.a_year.append(sum(telling.is_new for telling in tellings))
        result.shown.append(len({telling.week for telling in tellings}))
        result.kept += [telling.keeps for telling in tellings if telling.is_new and telling.keeps is not None]
        if kind.changes:
            weeks = (t.week - changes_in for t in tellings if t.week > changes_in and (t.days > 0) == (kind.factor < 1))
            result.weeks_until.append(next(weeks, None))
    return result


def _tellings(situations: Sequence[Situation], teller: Teller) -> Iterator[Telling]:
    for week, now in enumerate(situations):
        for move in teller(situations[week - 1] if week else None, now):
            ahead = situations[week + 4] if week + 4 < len(situations) else None
            yield Telling(week, move.days, move.is_new, _keeps(situations, move, ahead) if ahead else None)


def _keeps(situations: Sequence[Situation], move: Move, ahead: Situation) -> bool:
    """Tell whether the date is still on the side of what it was when the move is counted from."""
    weeks = (move.since - situations[0].today).days // 7 if move.since else 0
    stage = next((stage.slug for stage in ahead.document.stages if stage.title == move.stage), None)
    was, became = situations[weeks].likely(stage), ahead.likely(stage)
    return was is None or became is None or (became - was).days * move.days > 0

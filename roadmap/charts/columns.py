"""Columns, one a week, stacked of parts. Places are percentages of the plot, from the top left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import floor
from typing import NamedTuple

from .axis import MOST_TICKS, Tick

AIR = 1.06  # above the highest column
FILLED = 0.7  # of a week's width


class Part(NamedTuple):
    """One kind of thing in a column; the first kind stands at the bottom."""

    kind: str
    y: float
    height: float


class Column(NamedTuple):
    label: str
    x: float
    width: float
    middle: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the template draws."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]


def columns(weeks: Sequence[tuple[str, Mapping[str, float]]]) -> Columns:
    """Lay out weeks: each a label and how much of each kind, all with the kinds in one order, none below zero."""
    most = max((sum(amounts.values()) for _, amounts in weeks), default=0.0)
    step, top = _step(most), AIR * max(most, 1.0)
    width = 100 / max(len(weeks), 1)
    return Columns(
        columns=tuple(
            Column(
                label,
                x=round(width * (index + (1 - FILLED) / 2), 2),
                width=round(width * FILLED, 2),
                middle=round(width * (index + 0.5), 2),
                parts=tuple(_stacked(amounts, top)),
            )
            for index, (label, amounts) in enumerate(weeks)
        ),
        ticks=tuple(
            Tick(round(100 - 100 * step * n / top, 2), f"{step * n:,}") for n in range(floor(max(most, 1) / step) + 1)
        ),
    )


def _step(most: float) -> int:
    """Return a round number, of which at most five fit below the highest column."""
    steps = (factor * 10**power for power in count() for factor in (1, 2, 5))
    return next(step for step in steps if most < MOST_TICKS * step)


def _stacked(amounts: Mapping[str, float], top: float) -> Iterator[Part]:
    below = 0.0
    for kind, amount in amounts.items():
        if amount > 0:
            yield Part(kind, round(100 - 100 * (below + amount) / top, 2), round(100 * amount / top, 2))
        below += amount

"""Hours put into a milestone: where they go, and what they come to.

An entry is settled once, by the action that appends it, and nothing settled moves afterwards. Entries from before that
rule (events without `rule`) name no step. Together they count for what they exceed the ticks of their time by, and fill
the steps that were open then, in order. Amounts are whole units, 1/10,000 h.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from roadmap.document import Document

from .events import LOOSE, Entry, Mark, cut
from .shape import UNITS, Item, shape_of, units

Into = tuple[tuple[str, float], ...]  # steps, or LOOSE, and hours
Share = tuple[str, int]  # a step's slug, or LOOSE, and an amount


def hours_in(item: Item, mark: Mark) -> dict[str, int]:
    """Return what was put into each step of a milestone, and loosely, whatever it counts for."""
    put: dict[str, int] = {}
    for entry in mark.entries:
        for step, hours in entry.into:
            put[step] = put.get(step, 0) + units(hours)
    if unsettled := sum(units(entry.unsettled) for entry in mark.entries):
        for step, amount in _in_open_steps(item, unsettled, mark.early_ticks):
            put[step] = put.get(step, 0) + amount
    return put


def _in_open_steps(item: Item, unsettled: int, early_ticks: Mapping[str, float]) -> Iterator[Share]:
    """Yield where hours from before the rule lie: what the ticks of that time don't explain, in the steps then open."""
    left = unsettled - sum(item.steps.get(step, units(hours)) for step, hours in early_ticks.items())
    for step, size in item.steps.items():
        if left > 0 and step not in early_ticks:
            yield step, min(left, size)
            left -= min(left, size)
    if left > 0:
        yield LOOSE, left


def sizes_of(document: Document, milestone: str, mark: Mark, into: Into) -> list[tuple[str, float]]:
    """Return for each of the steps that hours went into how many hours it has; 0 for none."""
    steps = document.by_slug[milestone].step_by_slug
    return [(step, steps[step].hours if step in steps else mark.sizes.get(step, 0.0)) for step, _ in into]


def beyond(document: Document, milestone: str, mark: Mark, entry: Entry | None, into: Into) -> float:
    """Return how many of an entry's hours count nothing: their step was ticked before, or is full."""
    item, ticked = shape_of(document).by_slug[milestone], mark.ticks
    others = mark if entry is None else replace(mark, entries=tuple(e for e in mark.entries if e.id != entry.id))
    put, over = hours_in(item, others), 0
    for step, amount in _in_units(into):
        if step != LOOSE:
            room = 0 if step in ticked else max(0, item.steps.get(step, 0) - put.get(step, 0))
            over += max(0, amount - room)
    return over / UNITS


def counted(item: Item, mark: Mark) -> int:
    """Return what ticks and hours count for, before anything is held back.

    A step that the edition no longer has keeps what it counted: the hours of its tick, else those put into it up to the
    hours that it had then.
    """
    if not mark.entries:
        return sum(item.steps.get(step, units(hours)) for step, (_, hours) in mark.ticks.items())
    put = hours_in(item, mark)
    total = put.pop(LOOSE, 0)
    for step in mark.ticks.keys() | put.keys():
        if step in mark.ticks:
            total += item.steps.get(step, units(mark.ticks[step][1]))
        else:
            total += min(put[step], item.steps.get(step, units(mark.sizes.get(step, 0.0))))
    return total


def settle(document: Document, milestone: str, mark: Mark, hours: float, *, step: str = "") -> Into:
    """Return where new hours go: all into `step`, else into the open steps in order, and the rest loose.

    The pairs are (step, hours), in that order; the hours sum to what was given.
    """
    item = shape_of(document).by_slug[milestone]
    if step:
        return ((step, hours),)
    put, left, into = hours_in(item, mark), units(hours), list[Share]()
    for name, size in item.steps.items():
        room = min(left, size - put.get(name, 0)) if name not in mark.ticks else 0
        if room > 0:
            into.append((name, room))
            left -= room
    if left:
        into.append((LOOSE, left))
    return _in_hours(into)


def settle_again(document: Document, milestone: str, mark: Mark, entry: Entry, hours: float, *, step: str = "") -> Into:
    """Return where the hours of a corrected entry are: less is taken off the end, more is settled like a new entry."""
    if step:
        return ((step, hours),)
    if (more := units(hours) - units(entry.hours)) >= 0:
        return _in_hours(_merged((*_in_units(entry.into), *_in_units(settle(document, milestone, mark, more / UNITS)))))
    return cut(entry.into, hours - entry.unsettled)


def counted_hours(document: Document, milestone: str, mark: Mark) -> float:
    """Return in hours what `counted` says on an edition."""
    return counted(shape_of(document).by_slug[milestone], mark) / UNITS


def up_to(mark: Mark, on: date) -> Mark:
    """Return a mark with the ticks and hours that are dated up to a day; what is early stays so."""
    ticks = {step: tick for step, tick in mark.ticks.items() if tick[0] <= on}
    early = {step: hours for step, hours in mark.early_ticks.items() if step in ticks or step not in mark.ticks}
    entries = tuple(entry for entry in mark.entries if entry.on <= on)
    return replace(mark, ticks=ticks, early_ticks=early, entries=entries)


def _merged(shares: Iterable[Share]) -> list[Share]:
    merged: dict[str, int] = {}
    for step, amount in shares:
        merged[step] = merged.get(step, 0) + amount
    return list(merged.items())


def _in_units(into: Iterable[tuple[str, float]]) -> Iterator[Share]:
    return ((step, units(hours)) for step, hours in into)


def _in_hours(shares: Iterable[Share]) -> Into:
    return tuple((step, amount / UNITS) for step, amount in shares)

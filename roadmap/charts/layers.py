"""Which milestone stands where on the map: columns by stage and prerequisite, in rows with few crossings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from roadmap.document import Document, Milestone

FEWEST, MOST = 4, 14  # rows
_SWEEPS = 12


class Link(NamedTuple):
    """What must come before `target`: one milestone, or one of the members of `group`."""

    sources: tuple[str, ...]
    target: str
    group: str | None = None


@dataclass(slots=True, eq=False)
class Unit:
    """What stays together in a column: a milestone, or the members of a group beside each other."""

    members: tuple[str, ...]
    stage: str
    group: str | None = None
    column: int = 0
    row: int = 0


class End(NamedTuple):
    """Where a line begins or ends: `offset` rows from the start of a unit."""

    unit: Unit
    offset: float

    @property
    def row(self) -> float:
        return self.unit.row + self.offset


def live(document: Document) -> dict[str, Milestone]:
    return {m.slug: m for m in document.milestones if m.retired_on is None}


def links_of(document: Document) -> tuple[Link, ...]:
    """Return the requirements that deserve a line: all but those that another requirement of the milestone implies.

    A chain only counts as implying where each of its links is on every learner's path: neither optional nor one of a
    choice.
    """
    shown, links = live(document), []
    before: dict[str, frozenset[str]] = {}
    for slug in filter(shown.__contains__, document.order):
        milestone = shown[slug]
        brings = {
            needed: frozenset() if shown[needed].optional or document.groups_of(needed) else before[needed]
            for needed in milestone.prerequisites
            if needed in shown
        }
        members = {
            group: tuple(m for m in document.group_by_slug[group].members if m in shown)
            for group in milestone.requires_groups
        }
        members = {group: found for group, found in members.items() if found}
        for group, found in members.items():
            brings[_one_of(group)] = frozenset.intersection(*(before[m] for m in found))
        implied = frozenset().union(*brings.values())
        before[slug] = implied.union(brings)
        links += [Link((needed,), slug) for needed in brings if needed in shown and needed not in implied]
        links += [Link(found, slug, group) for group, found in members.items() if _one_of(group) not in implied]
    return tuple(links)


def _one_of(group: str) -> str:
    return f"one of {group}"  # no slug has blanks


def stand(document: Document, links: Sequence[Link]) -> list[Unit]:
    """Return every live milestone in its place: `column` counts from the left, `row` from the top."""
    units: list[Unit] = []
    columns: list[list[Unit]] = []
    rows = rows_for(len(live(document)))
    for stage in document.stages:
        mine, needs = _acyclic(list(_units(document, stage.slug, rows)), links)
        columns += _stacked(mine, needs, rows)
        units += mine
    for number, column in enumerate(columns):
        _place(column, {id(unit): index for index, unit in enumerate(column)}, rows)
        for unit in column:
            unit.column = number
    _untangle(columns, spans(units, links), rows)
    return units


def rows_for(milestones: int) -> int:
    """Return how many rows a road of so many milestones has: about as many as make the map twice as wide as high."""
    return min(MOST, max(FEWEST, round(math.sqrt(milestones))))


def spans(units: Iterable[Unit], links: Iterable[Link]) -> list[tuple[End, End, Link]]:
    """Return each link's lines: one, or several where the members of a group don't stand together."""
    places = {member: End(unit, index) for unit in units for index, member in enumerate(unit.members)}
    found = []
    for link in links:
        begins = {id(places[slug].unit): places[slug] for slug in link.sources}
        for end in begins.values():
            whole = End(end.unit, (len(end.unit.members) - 1) / 2) if link.group and end.unit.group else end
            found.append((whole, places[link.target], link))
    return found


def _units(document: Document, stage: str, rows: int) -> Iterator[Unit]:
    remaining = {m.slug: m for m in document.in_stage(stage) if m.retired_on is None}
    for slug in list(remaining):
        if slug not in remaining:
            continue
        groups = document.groups_of(slug)
        members = [member for member in groups[0].members if member in remaining] if groups else [slug]
        for member in members:
            del remaining[member]
        for start in range(0, len(members), rows):
            part = tuple(members[start : start + rows])
            yield Unit(part, stage, groups[0].slug if groups else None)


def _acyclic(units: list[Unit], links: Sequence[Link]) -> tuple[list[Unit], dict[int, list[int]]]:
    """Return a stage's units with what each needs of them; a group that would close a circle is not kept together."""
    while True:
        home = {member: index for index, unit in enumerate(units) for member in unit.members}
        needs: dict[int, list[int]] = {index: [] for index in range(len(units))}
        for link in links:
            if link.target in home:
                needs[home[link.target]] += [home[slug] for slug in link.sources if slug in home]
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            knot = next(index for index in error.args[1] if units[index].group)
            units[knot : knot + 1] = [Unit((member,), units[knot].stage) for member in units[knot].members]
        else:
            return units, needs


def _stacked(units: list[Unit], needs: Mapping[int, Sequence[int]], rows: int) -> list[list[Unit]]:
    """Fill columns from the left, each after what it needs, what most depends on first (Coffman and Graham's idea)."""
    reach = dict.fromkeys(needs, 0)
    for index in reversed(tuple(TopologicalSorter(needs).static_order())):
        for needed in needs[index]:
            reach[needed] = max(reach[needed], reach[index] + 1)
    waiting = sorted(needs, key=lambda index: (-reach[index], index))
    before: set[int] = set()
    columns: list[list[Unit]] = []
    while waiting:
        column: list[int] = []
        room = rows
        for index in waiting:
            if before.issuperset(needs[index]) and len(units[index].members) <= room:
                column.append(index)
                room -= len(units[index].members)
        before.update(column)
        waiting = [index for index in waiting if index not in before]
        columns.append([units[index] for index in sorted(column)])
    return columns


def _place(column: list[Unit], wished: Mapping[int, float], rows: int) -> None:
    """Set a column's rows as near to the wishes as their order and the column's width allow."""
    column.sort(key=lambda unit: wished[id(unit)] + len(unit.members) / 2)
    end = 0
    for unit in column:
        unit.row = max(end, round(wished[id(unit)]))
        end = unit.row + len(unit.members)
    end = rows
    for unit in reversed(column):
        unit.row = min(unit.row, end - len(unit.members))
        end = unit.row


def _untangle(columns: list[list[Unit]], lines: Sequence[tuple[End, End, Link]], rows: int) -> None:
    """Sweep to the right and back, each unit to the barycentre of its neighbours; keep the best arrangement seen."""
    pulls: dict[int, list[tuple[float, End]]] = {id(unit): [] for column in columns for unit in column}
    for begin, end, _ in lines:
        pulls[id(begin.unit)].append((begin.offset, end))
        pulls[id(end.unit)].append((end.offset, begin))
    best, kept = tangle(lines), _rows(columns)
    for sweep in range(_SWEEPS):
        onwards = sweep % 2 == 0
        for column in columns if onwards else reversed(columns):
            wished = {id(unit): _barycentre(unit, pulls[id(unit)], onwards=onwards) for unit in column}
            _place(column, wished, rows)
        found = tangle(lines)
        if found < best:
            best, kept = found, _rows(columns)
    for unit, row in kept:
        unit.row = row


def _rows(columns: list[list[Unit]]) -> list[tuple[Unit, int]]:
    return [(unit, unit.row) for column in columns for unit in column]


def _barycentre(unit: Unit, pulls: Sequence[tuple[float, End]], *, onwards: bool) -> float:
    """Return where a unit's neighbours on one side (on both, where that has none) want it; near ones pull more."""
    side = [pull for pull in pulls if (pull[1].unit.column < unit.column) == onwards] or pulls
    weights = [1 / (abs(end.unit.column - unit.column) or 1) for _, end in side]
    if not weights:
        return unit.row
    return sum(w * (end.row - offset) for w, (offset, end) in zip(weights, side, strict=True)) / sum(weights)


def tangle(lines: Sequence[tuple[End, End, Link]]) -> float:
    """Return how tangled an arrangement is: crossings of straight lines, and a quarter for each row they stray."""
    drawn = sorted((b.unit.column, e.unit.column, b.row, e.row) for b, e, _ in lines if b.unit.column < e.unit.column)
    crossings, length = 0, 0.0
    for index, (left, right, start, stop) in enumerate(drawn):
        length += abs(stop - start)
        lean = (stop - start) / (right - left)
        for other_left, other_right, other_start, other_stop in drawn[index + 1 :]:
            if other_left >= right:
                break
            end = min(right, other_right)
            other_lean = (other_stop - other_start) / (other_right - other_left)
            before = start + lean * (other_left - left) - other_start
            after = start + lean * (end - left) - other_start - other_lean * (end - other_left)
            crossings += before * after < 0
    return crossings + length / 4

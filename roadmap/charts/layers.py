"""Which milestone stands where on the map: rows by stage and prerequisite, columns with few crossings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from roadmap.document import Document, Milestone

COLUMNS = 6
_SWEEPS = 12


class Link(NamedTuple):
    """What must come before `target`: one milestone, or one of the members of `group`."""

    sources: tuple[str, ...]
    target: str
    group: str | None = None


@dataclass(slots=True, eq=False)
class Unit:
    """What stays together in a row: a milestone, or the members of a group beside each other."""

    members: tuple[str, ...]
    stage: str
    group: str | None = None
    row: int = 0
    column: int = 0


class End(NamedTuple):
    """Where a line begins or ends: `offset` columns from the start of a unit."""

    unit: Unit
    offset: float

    @property
    def column(self) -> float:
        return self.unit.column + self.offset


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
    """Return every live milestone in its place: `row` counts from the top, `column` from the left."""
    units: list[Unit] = []
    rows: list[list[Unit]] = []
    for stage in document.stages:
        mine, needs = _acyclic(list(_units(document, stage.slug)), links)
        rows += _stacked(mine, needs)
        units += mine
    for number, row in enumerate(rows):
        _place(row, {id(unit): index for index, unit in enumerate(row)})
        for unit in row:
            unit.row = number
    _untangle(rows, spans(units, links))
    return units


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


def _units(document: Document, stage: str) -> Iterator[Unit]:
    remaining = {m.slug: m for m in document.in_stage(stage) if m.retired_on is None}
    for slug in list(remaining):
        if slug not in remaining:
            continue
        groups = document.groups_of(slug)
        members = [member for member in groups[0].members if member in remaining] if groups else [slug]
        for member in members:
            del remaining[member]
        for start in range(0, len(members), COLUMNS):
            part = tuple(members[start : start + COLUMNS])
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


def _stacked(units: list[Unit], needs: Mapping[int, Sequence[int]]) -> list[list[Unit]]:
    """Fill rows from the top, each after what it needs, what most depends on first (Coffman and Graham's idea)."""
    height = dict.fromkeys(needs, 0)
    for index in reversed(tuple(TopologicalSorter(needs).static_order())):
        for needed in needs[index]:
            height[needed] = max(height[needed], height[index] + 1)
    waiting = sorted(needs, key=lambda index: (-height[index], index))
    above: set[int] = set()
    rows: list[list[Unit]] = []
    while waiting:
        row: list[int] = []
        room = COLUMNS
        for index in waiting:
            if above.issuperset(needs[index]) and len(units[index].members) <= room:
                row.append(index)
                room -= len(units[index].members)
        above.update(row)
        waiting = [index for index in waiting if index not in above]
        rows.append([units[index] for index in sorted(row)])
    return rows


def _place(row: list[Unit], wished: Mapping[int, float]) -> None:
    """Set a row's columns as near to the wishes as their order and the row's width allow."""
    row.sort(key=lambda unit: wished[id(unit)] + len(unit.members) / 2)
    end = 0
    for unit in row:
        unit.column = max(end, round(wished[id(unit)]))
        end = unit.column + len(unit.members)
    end = COLUMNS
    for unit in reversed(row):
        unit.column = min(unit.column, end - len(unit.members))
        end = unit.column


def _untangle(rows: list[list[Unit]], lines: Sequence[tuple[End, End, Link]]) -> None:
    """Sweep down and up, each unit to the barycentre of its neighbours, and keep the best arrangement seen."""
    pulls: dict[int, list[tuple[float, End]]] = {id(unit): [] for row in rows for unit in row}
    for begin, end, _ in lines:
        pulls[id(begin.unit)].append((begin.offset, end))
        pulls[id(end.unit)].append((end.offset, begin))
    best, kept = tangle(lines), _columns(rows)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            _place(row, {id(unit): _barycentre(unit, pulls[id(unit)], downwards=downwards) for unit in row})
        found = tangle(lines)
        if found < best:
            best, kept = found, _columns(rows)
    for unit, column in kept:
        unit.column = column


def _columns(rows: list[list[Unit]]) -> list[tuple[Unit, int]]:
    return [(unit, unit.column) for row in rows for unit in row]


def _barycentre(unit: Unit, pulls: Sequence[tuple[float, End]], *, downwards: bool) -> float:
    """Return where a unit's neighbours on one side (on both, where that has none) want it; near ones pull more."""
    side = [pull for pull in pulls if (pull[1].unit.row < unit.row) == downwards] or pulls
    weights = [1 / (abs(end.unit.row - unit.row) or 1) for _, end in side]
    if not weights:
        return unit.column
    return sum(w * (end.column - offset) for w, (offset, end) in zip(weights, side, strict=True)) / sum(weights)


def tangle(lines: Sequence[tuple[End, End, Link]]) -> float:
    """Return how tangled an arrangement is: crossings of straight lines, and a quarter for each column they stray."""
    drawn = sorted((b.unit.row, e.unit.row, b.column, e.column) for b, e, _ in lines if b.unit.row < e.unit.row)
    crossings, length = 0, 0.0
    for index, (top, bottom, start, stop) in enumerate(drawn):
        length += abs(stop - start)
        lean = (stop - start) / (bottom - top)
        for other_top, other_bottom, other_start, other_stop in drawn[index + 1 :]:
            if other_top >= bottom:
                break
            end = min(bottom, other_bottom)
            other_lean = (other_stop - other_start) / (other_bottom - other_top)
            before = start + lean * (other_top - top) - other_start
            after = start + lean * (end - top) - other_start - other_lean * (end - other_top)
            crossings += before * after < 0
    return crossings + length / 4

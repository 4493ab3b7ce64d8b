"""Which way the map's lines run: along tracks between columns and lanes between rows, never behind a milestone.

All lines from one source are one net: they share their track and their lanes, as the branches of a path do, so that a
milestone that opens nine others sends out one line, not nine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .layers import End, Link

Place = tuple[int, int]  # (a channel or a gutter, a net)
_SHARED = 0.75  # rows of detour that a lane already in use is worth
_CROWD = 0.4  # and what each other net in a gutter adds


class Turn(NamedTuple):
    """Where a wire turns off: in a channel to the right, in a gutter downwards, if `onwards`."""

    at: float
    onwards: bool


class Wire(NamedTuple):
    """A net in one channel or gutter: from where to where, and its turns."""

    start: float
    stop: float
    turns: Sequence[Turn]


@dataclass(slots=True)
class Line:
    """One line of a net: from behind its source, by way of a gutter where columns lie between, to before its target."""

    net: int
    link: Link
    begin: End
    end: End
    gutter: int | None = None
    port: int = 0  # where it arrives: 0 in the middle, -1 the first above it, 1 below

    @property
    def leaves(self) -> int:
        """The channel behind the source; channel n is the space before column n."""
        return self.begin.unit.column + 1

    @property
    def arrives(self) -> int:
        return self.end.unit.column

    @property
    def is_straight(self) -> bool:
        """Whether it runs straight to what stands directly beside."""
        return self.leaves == self.arrives and not self.link.group and self.begin.row == self.end.row

    @property
    def approach(self) -> float:
        """Where it comes from on its last stretch, in rows."""
        return self.begin.row if self.gutter is None else self.gutter - 0.5


@dataclass(slots=True)
class Routes:
    """Lines with their lanes; tracks follow when it is known where the lanes are."""

    lines: list[Line]
    lanes: dict[Place, int] = field(default_factory=dict)
    lane_counts: list[int] = field(default_factory=list)


def routes_of(spans: Sequence[tuple[End, End, Link]], rows: int) -> Routes:
    """Choose a gutter and a lane for every line that passes columns, and where on its target each arrives."""
    nets: dict[tuple[int, float, str | None], int] = {}
    lines = []
    for begin, end, link in spans:
        net = nets.setdefault((id(begin.unit), begin.offset, link.group), len(nets))
        lines.append(Line(net, link, begin, end))
    lanes, counts = _lanes(lines, _through_gutters(lines, rows), rows)
    _arrive(lines)
    return Routes(lines, lanes, counts)


def _through_gutters(lines: Iterable[Line], rows: int) -> dict[Place, tuple[int, int]]:
    """Give each far line the gutter that costs least; return which columns each net passes in each gutter."""
    passed: dict[Place, tuple[int, int]] = {}
    far = [line for line in lines if line.leaves != line.arrives]
    for line in sorted(far, key=lambda line: (abs(line.arrives - line.leaves), line.begin.unit.column, line.net)):
        costs = [_cost(line, gutter, passed) for gutter in range(rows + 1)]
        line.gutter = costs.index(min(costs))
        columns = sorted((line.leaves, line.arrives))
        before = passed.get((line.gutter, line.net), columns)
        passed[line.gutter, line.net] = min(before[0], columns[0]), max(before[1], columns[1])
    return passed


def _cost(line: Line, gutter: int, passed: Mapping[Place, tuple[int, int]]) -> float:
    """Return a gutter's detour in rows, less where the net is in it already, more where others are."""
    low, high = sorted((line.leaves, line.arrives))
    others = [a <= high and low <= b for (g, net), (a, b) in passed.items() if g == gutter and net != line.net]
    way = abs(line.begin.row - gutter + 0.5) + abs(line.end.row - gutter + 0.5)
    return way + _CROWD * sum(others) - (_SHARED if (gutter, line.net) in passed else 0)


def _lanes(
    lines: Sequence[Line], passed: Mapping[Place, tuple[int, int]], rows: int
) -> tuple[dict[Place, int], list[int]]:
    """Number the lanes of each gutter from the top."""
    turns: defaultdict[Place, list[Turn]] = defaultdict(list)
    for line in lines:
        if line.gutter is not None:
            side = line.gutter - 0.5
            turns[line.gutter, line.net] += [
                Turn(line.leaves, line.begin.row > side),
                Turn(line.arrives, line.end.row > side),
            ]
    lanes: dict[Place, int] = {}
    counts = []
    for gutter in range(rows + 1):
        wires = {net: Wire(*span, turns[g, net]) for (g, net), span in passed.items() if g == gutter}
        numbers = packed(wires, apart=0.5)
        lanes |= {(gutter, net): lane for net, lane in numbers.items()}
        counts.append(max(numbers.values(), default=-1) + 1)
    return lanes, counts


def _arrive(lines: Iterable[Line]) -> None:
    """Keep the middle of each target for what runs straight to it; the others arrive beside it, from their side."""
    arriving: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if not line.is_straight:
            arriving[line.link.target].append(line)
    for found in arriving.values():
        found.sort(key=lambda line: (line.approach, line.leaves, line.net))
        above = [line for line in found if line.approach < line.end.row]
        for port, line in enumerate(reversed(above), 1):
            line.port = -port
        for port, line in enumerate(found[len(above) :], 1):
            line.port = port


def packed(wires: Mapping[int, Wire], *, apart: float) -> dict[int, int]:
    """Lay wires on as few parallels as keep them `apart` (the left-edge algorithm), ordered to cross little."""
    ends: list[float] = []
    parallels: list[list[int]] = []
    for net, wire in sorted(wires.items(), key=lambda item: (item[1].start, item[1].stop, item[0])):
        number = next((n for n, last in enumerate(ends) if last + apart <= wire.start), len(ends))
        ends[number : number + 1] = [wire.stop]
        if number == len(parallels):
            parallels.append([])
        parallels[number].append(net)
    for _ in parallels:
        for index in range(len(parallels) - 1):
            one, other = ([wires[net] for net in nets] for nets in parallels[index : index + 2])
            if _crossings(other, one) < _crossings(one, other):
                parallels[index : index + 2] = reversed(parallels[index : index + 2])
    return {net: number for number, nets in enumerate(parallels) for net in nets}


def _crossings(before: Iterable[Wire], after: Iterable[Wire]) -> int:
    """Count what crosses between neighbouring parallels: what leaves each of them on the other's side."""
    return sum(
        sum(turn.onwards and other.start < turn.at < other.stop for turn in one.turns)
        + sum(not turn.onwards and one.start < turn.at < one.stop for turn in other.turns)
        for one in before
        for other in after
    )


def in_channels(lines: Iterable[Line], ys: Mapping[int, tuple[float, ...]]) -> dict[Place, Wire]:
    """Return how each net runs in each channel; `ys[index]` are where a line leaves, changes columns and arrives."""
    turns: defaultdict[Place, list[Turn]] = defaultdict(list)
    for index, line in enumerate(lines):
        leave, *change, arrive = ys[index]
        ahead = line.arrives > line.leaves
        turns[line.leaves, line.net] += [Turn(leave, onwards=False), *(Turn(y, onwards=ahead) for y in change)]
        turns[line.arrives, line.net] += [*(Turn(y, onwards=not ahead) for y in change), Turn(arrive, onwards=True)]
    wires = {}
    for place, found in turns.items():
        places = [turn.at for turn in found]
        if min(places) < max(places):
            wires[place] = Wire(min(places), max(places), found)
    return wires

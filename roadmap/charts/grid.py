"""The map's grid: how far apart rows and columns stand, so that lines, frames and titles have their room.

One unit is a CSS pixel at the usual size of text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from roadmap.document import Document, Group

from .layers import Unit
from .lettering import fold
from .routes import Line, Routes, in_channels, packed

CARD_WIDTH, CARD_HEIGHT = 164, 58
LETTERS, LETTER = 12.5, 15  # size of a title's letters, and from line to line
BOX, QUESTION = 8, 22  # what the frame of a choice keeps around its cards, and the height of its title's first line
_GUTTER, _STEP = 18, 7  # a gutter without lanes; from lane to lane and from track to track
_CHANNEL, _HEADER, _GAP, _PAD = 26, 66, 14, 18
_PORT = 11


def question(group: Group) -> tuple[str, ...]:
    return fold(group.title, width=(CARD_WIDTH + 2 * BOX - 20) / LETTERS, lines=2)


class Rows:
    """Where things are from top to bottom: gutters are as high as their lanes, and the frames beside them, need."""

    def __init__(self, document: Document, units: Sequence[Unit], routes: Routes) -> None:
        self.routes = routes
        self.starts: list[float] = []
        self.gutters: list[float] = []
        questions = dict.fromkeys(range(len(routes.lane_counts)), 0)
        for unit in units:
            if unit.group:
                lines = len(question(document.group_by_slug[unit.group]))
                questions[unit.row] = max(questions[unit.row], QUESTION + LETTER * (lines - 1))
        closed = {unit.row + len(unit.members) for unit in units if unit.group}
        at = _HEADER - _GUTTER / 2
        for row, count in enumerate(routes.lane_counts):
            at += BOX if row in closed else 0
            height = _GUTTER + _STEP * max(0, count - 1) + (_STEP if count else 0)
            self.gutters.append(at + (height - _STEP * max(0, count - 1)) / 2)
            at += height + questions[row]
            self.starts.append(at)
            at += CARD_HEIGHT
        self.height = self.starts.pop() + _PAD - _GUTTER / 2
        arriving: defaultdict[str, int] = defaultdict(int)
        for line in routes.lines:
            arriving[line.link.target] = max(arriving[line.link.target], abs(line.port))
        self._port = {slug: min(_PORT, (CARD_HEIGHT / 2 - 6) / (count or 1)) for slug, count in arriving.items()}
        self.turns = {index: self._turns(line) for index, line in enumerate(routes.lines)}

    def _turns(self, line: Line) -> tuple[float, ...]:
        """Return the y at which a line leaves, changes columns where it does, and arrives."""
        card = self.starts[line.end.unit.row + int(line.end.offset)]
        arrival = card + CARD_HEIGHT / 2 + line.port * self._port[line.link.target]
        if line.gutter is None:
            return self.departure(line), arrival
        return (
            self.departure(line),
            self.gutters[line.gutter] + _STEP * self.routes.lanes[line.gutter, line.net],
            arrival,
        )

    def departure(self, line: Line) -> float:
        """Return the y of a source: the middle of a card, or the foot of the frame, beside its cards' middles."""
        unit, offset = line.begin
        if line.link.group and unit.group:
            return self.starts[unit.row + len(unit.members) - 1] + CARD_HEIGHT - 8
        return self.starts[unit.row + int(offset)] + CARD_HEIGHT / 2


class Columns:
    """Where things are from left to right: the space before a column is as wide as its tracks and frames need."""

    def __init__(self, units: Sequence[Unit], routes: Routes, rows: Rows) -> None:
        wires = in_channels(routes.lines, rows.turns)
        self._tracks: dict[tuple[int, int], int] = {}
        self._first: list[float] = []
        self.starts: list[float] = []
        self._stages: dict[int, str] = {unit.column: unit.stage for unit in units}
        self._framed = {unit.column for unit in units if unit.group}
        at = 0.0
        self.begins: dict[str, float] = {}
        self.ends: dict[str, float] = {}
        count = len(self._stages)
        for channel in range(count + 1):
            nets = packed({n: wire for (c, n), wire in wires.items() if c == channel}, apart=_STEP)
            self._tracks |= {(channel, net): track for net, track in nets.items()}
            tracks = max(nets.values(), default=-1) + 1
            at += BOX if channel - 1 in self._framed else 0
            self._first.append(at + _CHANNEL / 2)
            at += max(0, tracks - 1) * _STEP + (_CHANNEL if 0 < channel < count or tracks else 0)
            at = self._between(channel, at)
            self.starts.append(at)
            at += CARD_WIDTH
        self.width = self.starts.pop() - _GAP

    def _between(self, channel: int, at: float) -> float:
        """Close one stage and open the next where they meet in this channel; make room for the frame of a choice."""
        before, after = self._stages.get(channel - 1), self._stages.get(channel)
        if before != after:
            if before:
                at += 0 if after else _PAD
                self.ends[before] = at
                at += _GAP
            if after:
                self.begins[after] = at
                at += _PAD
        return at + (BOX if channel in self._framed else 0)

    def track(self, channel: int, net: int) -> float:
        return self._first[channel] + _STEP * self._tracks[channel, net]

"""The roadmap as a picture: stages as bands, milestones as cards in rows, requirements as lines from above.

Everything here depends on the edition alone and is worked out once for it. The steps are Sugiyama's: rows (`layers`),
few crossings (`layers`), then the ways of the lines (`routes`); this module turns them into lengths. One unit is a
CSS pixel at the usual size of text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from roadmap.document import Document, Group, Stage

from .layers import Unit, links_of, live, spans, stand
from .lettering import fold
from .routes import Line, Routes, in_channels, packed, routes_of

CARD_WIDTH, CARD_HEIGHT = 146, 58
LETTERS, LETTER = 12.5, 15  # size of a title's letters, and from line to line
MARK = 30  # what a card keeps free at its left for the waymark
_KEY = "charts.map"
_GUTTER, _STEP = 18, 7  # a gutter without lanes; from lane to lane and from track to track
_CHANNEL, _HEADER, _GAP, _PAD = 26, 46, 14, 18
_BOX, _QUESTION = 8, 22  # what the frame of a choice keeps around its cards, and the height of its title
_PORT, _ROUND, _TIP = 11, 6, 4


@dataclass(frozen=True, slots=True)
class Card:
    """A milestone's card; `lines` are its title, broken."""

    slug: str
    x: float
    y: float
    lines: tuple[str, ...]
    width: float = CARD_WIDTH
    height: float = CARD_HEIGHT

    @property
    def is_clipped(self) -> bool:
        return self.lines[-1].endswith("…")

    @property
    def mark_x(self) -> float:
        return self.x + 6

    @property
    def mark_y(self) -> float:
        return self.y + self.height / 2 - 11

    @property
    def text_x(self) -> float:
        return self.x + MARK + 2

    @property
    def baselines(self) -> tuple[tuple[float, str], ...]:
        """Each line of the title with its y."""
        first = self.y + self.height / 2 - (len(self.lines) - 1) * LETTER / 2 + LETTERS * 0.35
        return tuple((round(first + index * LETTER, 1), line) for index, line in enumerate(self.lines))


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame around the members of a choice; `title` fits into its width."""

    group: Group
    x: float
    y: float
    width: float
    height: float
    title: str

    @property
    def title_x(self) -> float:
        return self.x + 12

    @property
    def title_y(self) -> float:
        return self.y + 16


@dataclass(frozen=True, slots=True)
class Band:
    """A stage from edge to edge."""

    stage: Stage
    number: int
    y: float
    height: float

    @property
    def title_y(self) -> float:
        return self.y + 30


@dataclass(frozen=True, slots=True)
class Edge:
    """A requirement's line: `path` is path data, `points` its corners; several `sources` are alternatives."""

    sources: tuple[str, ...]
    target: str
    group: str | None
    points: tuple[tuple[float, float], ...]
    path: str


@dataclass(frozen=True, slots=True)
class Map:
    """A roadmap laid out; cards in the order of the page (down by rows, then from left to right)."""

    width: float
    height: float
    bands: tuple[Band, ...]
    frames: tuple[Frame, ...]
    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]


def map_of(document: Document) -> Map:
    """Return an edition's map; kept with it."""
    found: Map | None = document.derived.get(_KEY)
    if found is None:
        found = document.derived[_KEY] = _drawn(document)
    return found


def _drawn(document: Document) -> Map:
    links = links_of(document)
    units = stand(document, links)
    routes = routes_of(spans(units, links))
    columns = _Columns(routes)
    rows = _Rows(units, routes, columns)
    shown = live(document)
    cards = [
        Card(
            slug=member,
            x=columns.starts[unit.column + index],
            y=rows.starts[unit.row],
            lines=fold(shown[member].title, width=(CARD_WIDTH - MARK - 8) / LETTERS, lines=3),
        )
        for unit in units
        for index, member in enumerate(unit.members)
    ]
    return Map(
        width=columns.width,
        height=rows.height,
        bands=rows.bands(document),
        frames=tuple(_frame(document, unit, columns, rows) for unit in units if unit.group),
        cards=tuple(sorted(cards, key=lambda card: (card.y, card.x))),
        edges=tuple(_edge(line, columns.turns[index], rows) for index, line in enumerate(routes.lines)),
    )


class _Columns:
    """Where things are from left to right: gutters are as wide as their lanes need."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        self.starts: list[float] = []
        self.gutters: list[float] = []
        at = 0.0
        for count in routes.lane_counts:
            width = _GUTTER + _STEP * max(0, count - 1) + (_STEP if count else 0)
            self.gutters.append(at + (width - _STEP * max(0, count - 1)) / 2)
            self.starts.append(at + width)
            at += width + CARD_WIDTH
        self.width = self.starts.pop()
        arriving: defaultdict[str, int] = defaultdict(int)
        for line in routes.lines:
            arriving[line.link.target] = max(arriving[line.link.target], abs(line.port))
        self._port = {slug: min(_PORT, (CARD_WIDTH / 2 - 8) / (count or 1)) for slug, count in arriving.items()}
        self.turns = {index: self._turns(line) for index, line in enumerate(routes.lines)}

    def _turns(self, line: Line) -> tuple[float, ...]:
        """Return the x at which a line leaves, changes rows where it does, and arrives."""
        card = self.starts[line.end.unit.column + int(line.end.offset)]
        arrival = card + CARD_WIDTH / 2 + line.port * self._port[line.link.target]
        if line.gutter is None:
            return self.departure(line), arrival
        return (
            self.departure(line),
            self.gutters[line.gutter] + _STEP * self.routes.lanes[line.gutter, line.net],
            arrival,
        )

    def departure(self, line: Line) -> float:
        """Return the x of a source: the middle of a card, or the right of the frame, beside its cards' middles."""
        unit, offset = line.begin
        if line.link.group and unit.group:
            return self.starts[unit.column + len(unit.members) - 1] + CARD_WIDTH - 18
        return self.starts[unit.column + int(offset)] + CARD_WIDTH / 2


class _Rows:
    """Where things are from top to bottom: the space above a row is as high as its tracks, titles and frames need."""

    def __init__(self, units: Sequence[Unit], routes: Routes, columns: _Columns) -> None:
        wires = in_channels(routes.lines, columns.turns)
        self._tracks: dict[tuple[int, int], int] = {}
        self._first: list[float] = []
        self.starts: list[float] = []
        self._stages: dict[int, str] = {unit.row: unit.stage for unit in units}
        self._framed = {unit.row for unit in units if unit.group}
        at = 0.0
        self._tops: dict[str, float] = {}
        self._bottoms: dict[str, float] = {}
        count = len(self._stages)
        for channel in range(count + 1):
            nets = packed({n: wire for (c, n), wire in wires.items() if c == channel}, apart=_STEP)
            self._tracks |= {(channel, net): track for net, track in nets.items()}
            tracks = max(nets.values(), default=-1) + 1
            at += _BOX if channel - 1 in self._framed else 0
            self._first.append(at + _CHANNEL / 2)
            at += max(0, tracks - 1) * _STEP + (_CHANNEL if 0 < channel < count or tracks else 0)
            at = self._between(channel, at)
            self.starts.append(at)
            at += CARD_HEIGHT
        self.height = self.starts.pop() - _GAP

    def _between(self, channel: int, at: float) -> float:
        """Close one stage and open the next where they meet in this channel; make room for the frame of a choice."""
        before, after = self._stages.get(channel - 1), self._stages.get(channel)
        if before != after:
            if before:
                at += 0 if after else _PAD
                self._bottoms[before] = at
                at += _GAP
            if after:
                self._tops[after] = at
                at += _HEADER
        return at + (_QUESTION if channel in self._framed else 0)

    def track(self, channel: int, net: int) -> float:
        return self._first[channel] + _STEP * self._tracks[channel, net]

    def bands(self, document: Document) -> tuple[Band, ...]:
        return tuple(
            Band(stage, number, self._tops[stage.slug], self._bottoms[stage.slug] - self._tops[stage.slug])
            for number, stage in enumerate(document.stages, 1)
            if stage.slug in self._tops
        )


def _frame(document: Document, unit: Unit, columns: _Columns, rows: _Rows) -> Frame:
    group = document.group_by_slug[unit.group or ""]
    left = columns.starts[unit.column] - _BOX
    width = columns.starts[unit.column + len(unit.members) - 1] + CARD_WIDTH + _BOX - left
    y = rows.starts[unit.row] - _QUESTION
    (title,) = fold(group.title, width=(width - 24) / LETTERS, lines=1)
    return Frame(group, left, y, width, _QUESTION + CARD_HEIGHT + _BOX, title)


def _edge(line: Line, xs: tuple[float, ...], rows: _Rows) -> Edge:
    bottom = rows.starts[line.begin.unit.row] + CARD_HEIGHT + (_BOX if line.link.group and line.begin.unit.group else 0)
    points = [(xs[0], bottom)]
    if xs[0] != xs[1]:
        down = rows.track(line.leaves, line.net)
        points += [(xs[0], down), (xs[1], down)]
    if len(xs) == 3:
        across = rows.track(line.arrives, line.net)
        points += [(xs[1], across), (xs[2], across)]
    points.append((xs[-1], rows.starts[line.end.unit.row]))
    corners = tuple((round(x, 1), round(y, 1)) for x, y in points)
    return Edge(line.link.sources, line.link.target, line.link.group, corners, _path(corners))


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Return a path with rounded corners and a tip at its end."""
    (x, y), *_, last = points
    drawn = [f"M{x:g} {y:g}"]
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        before, after = abs(x1 - x0) + abs(y1 - y0), abs(x2 - x1) + abs(y2 - y1)
        r = min(_ROUND, before / 2, after / 2)
        if not r:
            continue
        start = x1 + (x0 - x1) * r / before, y1 + (y0 - y1) * r / before
        stop = x1 + (x2 - x1) * r / after, y1 + (y2 - y1) * r / after
        drawn.append(f"L{start[0]:g} {start[1]:g}Q{x1:g} {y1:g} {stop[0]:g} {stop[1]:g}")
    x, y = last
    drawn.append(f"L{x:g} {y:g}m{-_TIP} {-_TIP}l{_TIP} {_TIP} {_TIP} {-_TIP}")
    return "".join(drawn)

"""The roadmap as a picture: stages as columns from left to right, milestones as cards, requirements as lines.

Everything here depends on the edition alone and is worked out once for it. The steps are Sugiyama's: columns,
few crossings (`layers`), then the ways of the lines (`routes`); this module turns them into lengths. A stage has as
many columns of cards as what follows what in it needs. One unit is a CSS pixel at the usual size of text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from roadmap.document import Document, Group, Stage

from .grid import BOX, CARD_HEIGHT, CARD_WIDTH, LETTER, LETTERS, QUESTION, Columns, Rows, question
from .layers import Unit, links_of, live, spans, stand
from .lettering import fold
from .routes import Line, routes_of

MARK = 30  # what a card keeps free at its left for the waymark
_KEY = "charts.map"
_TITLE, _TITLE_X, _NUMBER = 17, 18, 22  # a stage's title: size of letters, where its number stands, and how wide
_ROUND, _TIP = 6, 4
_SHEET, _MARGIN = 0.96, 14  # a sheet of paper: its width by its height, and where it is cut before a column


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
    """The frame around the members of a choice; `lines` are its title, broken."""

    group: Group
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]

    @property
    def title_x(self) -> float:
        return self.x + 12

    @property
    def baselines(self) -> tuple[tuple[float, str], ...]:
        """Each line of the title with its y."""
        return tuple((self.y + 16 + index * LETTER, line) for index, line in enumerate(self.lines))


@dataclass(frozen=True, slots=True)
class Band:
    """A stage from top to bottom; `lines` are its title, broken."""

    stage: Stage
    number: int
    x: float
    width: float
    lines: tuple[str, ...]

    @property
    def number_x(self) -> float:
        return self.x + _TITLE_X

    @property
    def title_x(self) -> float:
        return self.x + _TITLE_X + _NUMBER

    @property
    def baselines(self) -> tuple[tuple[float, str], ...]:
        """Each line of the title with its y."""
        return tuple((30 + index * 20, line) for index, line in enumerate(self.lines))


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
    """A roadmap laid out; cards in the order of the page (column by column, from the top)."""

    width: float
    height: float
    bands: tuple[Band, ...]
    frames: tuple[Frame, ...]
    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]

    @property
    def sheets(self) -> tuple[tuple[float, float], ...]:
        """The map cut for paper, between columns: x and width of each sheet."""
        begins = {band.x for band in self.bands}
        for column in {card.x for card in self.cards}:
            begins |= {column - _MARGIN} if all(abs(column - begin) > CARD_WIDTH for begin in begins) else set()
        cuts = [*sorted(begins), self.width]
        sheets: list[tuple[float, float]] = []
        for begin, end in pairwise(cuts):
            x = sheets[-1][0] if sheets else -math.inf
            if end - x <= _SHEET * self.height:
                sheets[-1:] = [(x, end - x)]
            else:
                sheets.append((begin, end - begin))
        return tuple(sheets)


def map_of(document: Document) -> Map:
    """Return an edition's map; kept with it."""
    found: Map | None = document.derived.get(_KEY)
    if found is None:
        found = document.derived[_KEY] = _drawn(document)
    return found


def _drawn(document: Document) -> Map:
    links = links_of(document)
    units = stand(document, links)
    routes = routes_of(spans(units, links), max((unit.row + len(unit.members) for unit in units), default=0))
    rows = Rows(document, units, routes)
    columns = Columns(units, routes, rows)
    shown = live(document)
    cards = [
        Card(
            slug=member,
            x=columns.starts[unit.column],
            y=rows.starts[unit.row + index],
            lines=fold(shown[member].title, width=(CARD_WIDTH - MARK - 8) / LETTERS, lines=3),
        )
        for unit in units
        for index, member in enumerate(unit.members)
    ]
    return Map(
        width=columns.width,
        height=rows.height,
        bands=tuple(
            _band(stage, number, columns.begins[stage.slug], columns.ends[stage.slug])
            for number, stage in enumerate(document.stages, 1)
            if stage.slug in columns.begins
        ),
        frames=tuple(_frame(document.group_by_slug[unit.group], unit, columns, rows) for unit in units if unit.group),
        cards=tuple(sorted(cards, key=lambda card: (card.x, card.y))),
        edges=tuple(_edge(line, rows.turns[index], columns) for index, line in enumerate(routes.lines)),
    )


def _band(stage: Stage, number: int, begin: float, end: float) -> Band:
    lines = fold(stage.title, width=(end - begin - 2 * _TITLE_X - _NUMBER) / _TITLE, lines=2)
    return Band(stage, number, begin, end - begin, lines)


def _frame(group: Group, unit: Unit, columns: Columns, rows: Rows) -> Frame:
    left, lines = columns.starts[unit.column] - BOX, question(group)
    top = rows.starts[unit.row] - QUESTION - LETTER * (len(lines) - 1)
    bottom = rows.starts[unit.row + len(unit.members) - 1] + CARD_HEIGHT + BOX
    return Frame(group, left, top, CARD_WIDTH + 2 * BOX, bottom - top, lines)


def _edge(line: Line, ys: tuple[float, ...], columns: Columns) -> Edge:
    framed = BOX if line.link.group and line.begin.unit.group else 0
    points = [(columns.starts[line.begin.unit.column] + CARD_WIDTH + framed, ys[0])]
    if ys[0] != ys[1]:
        across = columns.track(line.leaves, line.net)
        points += [(across, ys[0]), (across, ys[1])]
    if len(ys) == 3:
        across = columns.track(line.arrives, line.net)
        points += [(across, ys[1]), (across, ys[2])]
    points.append((columns.starts[line.end.unit.column], ys[-1]))
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
    drawn.append(f"L{x:g} {y:g}m{-_TIP} {-_TIP}l{_TIP} {_TIP} {-_TIP} {_TIP}")
    return "".join(drawn)

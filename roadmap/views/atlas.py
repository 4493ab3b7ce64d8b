"""The map of a roadmap: the edition's layout dressed in what a learner has reached, and the same as an outline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from roadmap.bidi import isolated
from roadmap.charts.map import Card, Edge, map_of
from roadmap.document import Milestone
from roadmap.queries import Journey
from roadmap.standing import SATISFIED
from roadmap.views.rows import Board, ChoiceBox, Row, StageBox

_WORDS = {"todo": "to do", "doing": "in progress", "done": "done", "known": "known already", "skipped": "skipped"}
_LEGEND = {
    "todo": "To do",
    "locked": "Locked: something comes first",
    "doing": "In progress",
    "done": "Done",
    "known": "Known already",
    "skipped": "Skipped",
}
TEXT_PIXELS = 17  # what a rem is by default (base.css): the map grows with the reader's own size of text


@dataclass(frozen=True)
class Sign:
    """A card on the map. `sign` names its waymark, `label` is what a screen reader says, `looks` are its classes."""

    card: Card
    url: str
    title: str
    label: str
    sign: str
    is_optional: bool
    is_aside: bool
    is_critical: bool

    @property
    def looks(self) -> str:
        return _classes(
            "card", **{self.sign: True}, optional=self.is_optional, aside=self.is_aside, critical=self.is_critical
        )

    @property
    def rounding(self) -> float:
        return self.card.height / 2 if self.is_optional else 8


@dataclass(frozen=True)
class Way:
    """A line on the map: walked when what it comes from is behind me, aside when it isn't on my path."""

    edge: Edge
    is_aside: bool
    is_walked: bool
    is_critical: bool

    @property
    def looks(self) -> str:
        return _classes("way", aside=self.is_aside, walked=self.is_walked, critical=self.is_critical)


@dataclass(frozen=True)
class Need:
    """A milestone that must come first, or any one of a group; `slug` is empty for a group."""

    title: str
    slug: str
    is_missing: bool


@dataclass(frozen=True)
class Entry:
    """A line of the outline."""

    row: Row
    needs: tuple[Need, ...]
    is_aside: bool
    is_critical: bool


class Clue(NamedTuple):
    """A line of the legend: a card's waymark and classes, or those of a line, or a frame."""

    words: str
    sign: str = ""
    looks: str = ""
    is_round: bool = False
    way: str = ""
    frame: bool = False


def atlas(journey: Journey, *, critical: Set[str] = frozenset()) -> dict[str, Any]:
    """Return the context of a roadmap's map; `critical` names the milestones that no delay may touch."""
    board = Board(journey.document, journey.standing)
    rows = board.rows()
    drawn = map_of(journey.document)
    signs = [_sign(card, rows[card.slug], is_critical=card.slug in critical) for card in drawn.cards]
    ways = [_way(edge, rows, critical) for edge in drawn.edges]
    return {
        "journey": journey,
        "roadmap": journey.document,
        "standing": journey.standing,
        "map": drawn,
        "width_rem": round(drawn.width / TEXT_PIXELS, 2),
        "signs": signs,
        "ways": sorted(ways, key=lambda way: (way.is_critical, way.is_walked)),  # the last lie on top
        "legend": tuple(_legend(signs, ways, has_choices=bool(drawn.frames))),
        "stages": [(box, list(_outline(board, box, critical))) for box in board.stages()],
    }


def _legend(signs: Sequence[Sign], ways: Iterable[Way], *, has_choices: bool) -> Iterator[Clue]:
    """Yield what is on this map, and nothing that isn't."""
    shown = {sign.sign for sign in signs}
    yield from (Clue(words, sign, f"card--{sign}") for sign, words in _LEGEND.items() if sign in shown)
    if any(sign.is_optional for sign in signs):
        yield Clue("Optional", is_round=True)
    if has_choices:
        yield Clue("Choose one", frame=True)
    if any(sign.is_aside for sign in signs):
        yield Clue("Not on my path", looks="card--aside")
    if any(way.is_critical for way in ways):
        yield Clue("Critical path: a delay here delays the end", way="way--critical")


def _sign(card: Card, row: Row, *, is_critical: bool) -> Sign:
    label = [isolated(row.milestone.title)]
    if row.is_locked is not None:
        label += [_WORDS[row.state], *(["locked"] if row.is_locked else [])]
    is_aside, is_optional = _is_aside(row), row.milestone.optional
    for holds, words in (
        (is_optional, "optional"),
        (is_aside, "not on my path"),
        (is_critical, "on the critical path"),
    ):
        label += [words] if holds else []
    sign = "locked" if row.is_locked and row.state == "todo" else row.state
    return Sign(card, row.url, row.milestone.title, ", ".join(label), sign, is_optional, is_aside, is_critical)


def _way(edge: Edge, rows: Mapping[str, Row], critical: Set[str]) -> Way:
    """Dress a line. Of a choice only the member on the path counts, where there is one."""
    sources = [rows[slug] for slug in edge.sources]
    mine = [row for row in sources if row.is_on_path] or sources
    return Way(
        edge,
        is_aside=_is_aside(rows[edge.target]) or _is_aside(mine[0]),
        is_walked=any(row.state in SATISFIED for row in mine),
        is_critical=edge.target in critical and not critical.isdisjoint(edge.sources),
    )


def _is_aside(row: Row) -> bool:
    """Tell whether a milestone is off the path of a learner; a visitor has none yet."""
    return row.is_locked is not None and not row.is_on_path


def _classes(block: str, **looks: bool) -> str:
    return " ".join(f"{block}--{name}" for name, holds in looks.items() if holds)


def _outline(board: Board, box: StageBox, critical: Set[str]) -> Iterator[tuple[ChoiceBox | None, list[Entry]]]:
    for choice, rows in box.clusters:
        yield choice, [_entry(board, row, is_critical=row.milestone.slug in critical) for row in rows]


def _entry(board: Board, row: Row, *, is_critical: bool) -> Entry:
    return Entry(row, tuple(_needs(board, row.milestone)), _is_aside(row), is_critical)


def _needs(board: Board, milestone: Milestone) -> Iterator[Need]:
    missing = board.standing.of(milestone.slug).locked_by if board.standing else ()
    for slug in milestone.prerequisites:
        needed = board.document.by_slug[slug]
        if needed.retired_on is None:
            yield Need(needed.title, slug, slug in missing)
    for slug in milestone.requires_groups:
        group = board.document.group_by_slug[slug]
        yield Need(f"one of “{isolated(group.title)}”", "", any(member in missing for member in group.members))

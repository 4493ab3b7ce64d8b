"""Sentences of news: words with the titles of milestones in them, ranked by what matters most to a learner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import zip_longest
from typing import NamedTuple

from roadmap.bidi import isolated
from roadmap.document import Milestone

NAMED = 3
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Rank(IntEnum):
    """What matters more to a learner comes first."""

    CREDIT = 1  # what they finished
    UNDER_WAY = 2  # what they are working on
    CHOICE = 3
    AHEAD = 4  # new milestones on their path
    FIGURES = 5
    PATH = 6  # what joined or left the path otherwise
    MINE = 7  # names, stages and steps of what is theirs
    AROUND = 8  # hours and locks of what is still ahead
    NAMES = 9  # names and stages of what is still ahead; offers


class Piece(NamedTuple):
    """Part of a sentence; `milestone` is the slug that it links to, empty for plain words."""

    text: str
    milestone: str = ""


class Item(NamedTuple):
    """One sentence of news."""

    rank: Rank
    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return "".join(isolated(piece.text) if piece.milestone else piece.text for piece in self.pieces)


def item(rank: Rank, text: str, *places: str | Milestone | Sequence[Milestone]) -> Item:
    """Return a sentence with words and the titles of milestones, as links, in its places, marked `{}`."""
    pieces: list[Piece] = []
    for words, place in zip_longest(text.split("{}"), places, fillvalue=()):
        assert isinstance(words, str)
        pieces.append(Piece(words))
        if isinstance(place, str):
            pieces.append(Piece(isolated(place)))
        else:
            pieces += _titles((place,) if isinstance(place, Milestone) else place)
    return Item(rank, tuple(piece for piece in pieces if piece.text))


def gathered(rank: Rank, text: str, milestones: Iterable[Milestone]) -> Iterator[Item]:
    """Yield one sentence for all of them, none for none."""
    if found := tuple(milestones):
        yield item(rank, text, found)


def _titles(milestones: Sequence[Milestone]) -> Iterator[Piece]:
    """Name the first few, and count the others."""
    named = milestones[:NAMED] if len(milestones) > NAMED + 1 else milestones
    others = len(milestones) - len(named)
    for index, milestone in enumerate(named):
        is_last = index == len(named) - 1 and not others
        yield Piece(("" if index == 0 else " and " if is_last else ", ") + "“")
        yield Piece(milestone.title, milestone.slug)
        yield Piece("”")
    if others:
        yield Piece(f" and {others} more")


def number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def hours(amount: float) -> str:
    return f"{amount:,.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}h"

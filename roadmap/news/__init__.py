"""What a new edition means for one learner, in short sentences. Pure: no Django, no clock.

Two editions are compared by where the learner stands on each with the progress of today, so that every sentence is
true however many editions lie between, and whatever was done meanwhile. Only what is theirs is told: what they
finished, are working on or chose, and what lies on their path. Resources and wording are no news.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from roadmap.document import Document
from roadmap.standing import Progress, standing_of

from .comparison import Comparison
from .sentences import Item, Piece, Rank

__all__ = ["Item", "News", "Piece", "Rank", "news_for", "shortened"]

LINES = 5


class News(NamedTuple):
    """What to show: a few lines, and the smaller changes that follow them."""

    lines: tuple[Item, ...]
    smaller: tuple[Item, ...]


def shortened(items: Sequence[Item]) -> News:
    """Split a list, most important first, into what is told and what is only counted; never leave a single one over."""
    most = LINES if len(items) > LINES + 1 else LINES + 1
    return News(tuple(items[:most]), tuple(items[most:]))


def news_for(old: Document, new: Document, progress: Progress) -> tuple[Item, ...]:
    """Return what changed for a learner from one edition to a later one, what matters most first."""
    comparison = Comparison(old, new, standing_of(old, progress), standing_of(new, progress))
    return tuple(sorted(comparison.items(), key=lambda item: item.rank))

"""Which moves of a forecast are told, in sentences for people: the same on page and in mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from roadmap.bidi import isolated
from roadmap.calendar import WEEK
from roadmap.calendar import moved as moved_by

from .moves import Move

_CAUSES = {
    "scope": "the roadmap itself changed",
    "choice": "you chose another way",
    "hours": "you changed your hours a week",
    "paused": "you changed a pause",
    "skipped": "what you skip changed",
    "known": "what you know already changed",
    "reopened": "something that counted is open again",
    "learned": "your plan has learned your pace from slower weeks before",
}
_LESS, _MORE = "less got done than your plan counts on", "more got done than your plan counts on"
_NUMBERS = ("", "a week", "two weeks", "three weeks", "four weeks", "five weeks", "six weeks", "seven weeks")


def sentences(moves: Iterable[Move], today: date) -> Iterator[str]:
    """Say each move with its subject, since when, and why."""
    for move in moves:
        subject = f"“{isolated(move.stage)}”" if move.stage else "The whole road"
        yield f"{subject} is likely finished {moved_by(move.days)}{_since(move, today)}{_because(move)}."


def _since(move: Move, today: date) -> str:
    if move.since is None:
        return ""
    if move.has_just_begun:
        return " than it looked when you began"
    weeks = round((today - move.since) / WEEK)
    return f" than it looked {_NUMBERS[weeks] if weeks < len(_NUMBERS) else f'{weeks} weeks'} ago"


def _because(move: Move) -> str:
    if move.milestone is not None and move.put_in is not None:
        return f": you put in {hours(move.put_in)} h; “{isolated(move.milestone)}” takes longer than its estimate"
    if move.cause == "pace":
        return f", because {_LESS if move.days > 0 else _MORE}"
    return f", because {_CAUSES[move.cause]}"


def hours(value: float) -> str:
    """Write 150.0 as 150, 7.5 as 7.5 and 7.25 as 7.25, as they were said; what was worked out, in tenths: 3,560.3."""
    text = f"{value:,.2f}" if abs(value - round(value, 2)) < 1e-6 else f"{value:,.1f}"
    return text.rstrip("0").rstrip(".")

"""Why a forecast moved, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from roadmap.calendar import moved as moved_by

from .reasons import Reason

_CAUSES = {
    "scope": "the roadmap itself changed",
    "choice": "you chose another way",
    "hours": "you changed your hours a week",
    "paused": "you changed a pause",
    "skipped": "what you skip changed",
    "known": "what you know already changed",
    "reopened": "something that counted is open again",
    "learned": "your plan has learned your pace from a slower week before",
    "pace": ("less got done than your plan counts on", "more got done than your plan counts on"),
    "calendar": (
        "some of it takes its time, whatever you do",
        "what takes its time is further along than your plan counted on",
    ),
}


def told(moved: Sequence[Reason]) -> Iterator[str]:
    """Say why a finish moved, the largest cause first."""
    for reason in sorted(moved, key=lambda found: -abs(found.days)):
        words = _CAUSES[reason.cause]
        because = words if isinstance(words, str) else words[reason.days < 0]
        yield f"{moved_by(reason.days)}, because {because}"

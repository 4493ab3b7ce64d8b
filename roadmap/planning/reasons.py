"""Why the finish moved: last week's situation turned into today's, one cause at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal, NamedTuple

from roadmap.document import Document
from roadmap.standing import Mark, Progress

from .plan import Situation

Cause = Literal["scope", "choice", "hours", "paused", "skipped", "known", "pace", "calendar"]
_UNTOUCHED = Mark()


class Reason(NamedTuple):
    """A cause and by how many days it moved the likely finish: positive is later."""

    cause: Cause
    days: int


def reasons(before: Situation, now: Situation, *, stage: str | None = None) -> tuple[Reason, ...]:
    """Return what moved the likely finish between two situations; the days sum to the move.

    The order is fixed: the edition, choices, stated hours, pauses, skips, what was known; last comes the time that
    passed with what was earned in it, told apart into what hours explain (pace) and what only waiting does (calendar).
    Empty where either has no date.
    """
    moved: list[Reason] = []
    at, last = before, before.likely(stage)
    if last is None or now.likely(stage) is None:
        return ()
    for cause, following in _steps(before, now):
        if (likely := following.likely(stage)) is None:
            continue
        moved.append(Reason(cause, (likely - last).days))
        at, last = following, likely
    likely = now.likely(stage)
    assert likely is not None
    rest = (likely - last).days
    by_hours = _by_hours(at, now, stage, rest) if rest else 0
    moved += [Reason("pace", by_hours), Reason("calendar", rest - by_hours)]
    return tuple(reason for reason in moved if reason.days)


def _steps(before: Situation, now: Situation) -> list[tuple[Cause, Situation]]:
    """Return the situations between last week's and today's in which one thing more is as it is today."""
    steps: list[tuple[Cause, Situation]] = []
    at = before

    def step(cause: Cause, following: Situation) -> None:
        nonlocal at
        if following != at:
            steps.append((cause, following))
        at = following

    step("scope", replace(at, document=now.document))
    step("choice", at.with_progress(choices=now.progress.choices))
    pace = {"hours_per_week": now.progress.hours_per_week, "paces": now.progress.paces}
    step("hours", at.with_progress(**pace))
    step("paused", replace(at, pauses=now.pauses))
    for state in ("skipped", "known"):
        step(state, at.with_progress(marks=_with(at.progress, now.progress, state)))
    return steps


def _with(progress: Progress, other: Progress, state: str) -> dict[str, Mark]:
    """Return marks in which what `other` calls `state`, and what it no longer does, are as in `other`."""
    marks = dict(progress.marks)
    for slug in progress.marks.keys() | other.marks.keys():
        was, now = progress.marks.get(slug, _UNTOUCHED), other.marks.get(slug, _UNTOUCHED)
        if was.state != now.state and state in (was.state, now.state):
            marks[slug] = now
    return marks


def _by_hours(at: Situation, now: Situation, stage: str | None, rest: int) -> int:
    """Return which part of a move there would have been if nothing took calendar time."""
    was, became = at.likely(stage, hurried=True), now.likely(stage, hurried=True)
    if was is None or became is None:
        return rest
    days = (became - was).days
    return min(max(days, 0), rest) if rest > 0 else max(min(days, 0), rest)


def week_before(now: Situation, *, document: Document, progress: Progress) -> Situation:
    """Return the situation seven days ago, as `document` and `progress` were then."""
    return replace(now, document=document, progress=progress, today=now.today - timedelta(days=7))

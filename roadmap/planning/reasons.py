"""Why the finish moved: last week's situation turned into today's, one cause at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, NamedTuple

from roadmap.document import Document
from roadmap.standing import Entry, Mark, Progress, cut

from .pauses import Pauses
from .plan import Situation

Cause = Literal["scope", "choice", "hours", "paused", "skipped", "known", "reopened", "pace", "learned", "calendar"]
_UNTOUCHED = Mark()
_OUTSIDE = {"known", "skipped"}  # causes of their own


class Reason(NamedTuple):
    """A cause and by how many days it moved the likely finish: positive is later."""

    cause: Cause
    days: int


def reasons(before: Situation, now: Situation, *, stage: str | None = None) -> tuple[Reason, ...]:
    """Return what moved the likely finish between two situations; the days sum to the move.

    The order is fixed: the edition, choices, stated hours, pauses, skips, what was known, what was taken back; last
    comes the time that passed with what was earned in it, told apart into what hours explain (pace) and what only
    waiting does (calendar).
    Empty where either has no date.
    """
    moved: list[Reason] = []
    at, last, end = before, before.likely(stage), now.likely(stage)
    if last is None or end is None:
        return ()
    for cause, following in _steps(before, now):
        if (likely := following.likely(stage)) is None:
            continue
        moved.append(Reason(cause, (likely - last).days))
        at, last = following, likely
    rest = (end - last).days
    by_hours = _by_hours(at, now, stage, rest) if rest else 0
    moved += [Reason("pace", by_hours), Reason("calendar", rest - by_hours)]
    return tuple(reason for reason in moved if reason.days)


def has_causes(before: Situation, now: Situation) -> bool:
    """Tell whether anything but time and work lies between two situations."""
    return next(_steps(before, now), None) is not None


def _steps(before: Situation, now: Situation) -> Iterator[tuple[Cause, Situation]]:
    """Yield the situations between last week's and today's in which one thing more is as it is today."""
    at, was, became = before, before.progress, now.progress
    if at.document != now.document:
        yield "scope", (at := replace(at, document=now.document))
    if was.choices != became.choices:
        yield "choice", (at := at.with_progress(choices=became.choices))
    if (was.hours_per_week, was.paces) != (became.hours_per_week, became.paces):
        yield "hours", (at := at.with_progress(hours_per_week=became.hours_per_week, paces=became.paces))
    if at.pauses != now.pauses:
        yield "paused", (at := replace(at, pauses=now.pauses))
    changed = _changed(was.marks, became.marks)
    for state in ("skipped", "known"):
        if marks := {slug: mark for slug, (states, mark) in changed.items() if state in states}:
            yield state, (at := at.with_progress(marks={**at.progress.marks, **marks}))
    if marks := _reopened(was.marks, became.marks):
        yield "reopened", at.with_progress(marks={**at.progress.marks, **marks})


def _reopened(was: Mapping[str, Mark], became: Mapping[str, Mark]) -> dict[str, Mark]:
    """Return the marks of which something was taken back, as they were but without it."""
    kept = {slug: _what_still_holds(old, became.get(slug, _UNTOUCHED)) for slug, old in was.items()}
    return {slug: mark for slug, mark in kept.items() if mark != was[slug]}


def _what_still_holds(old: Mark, new: Mark) -> Mark:
    if _OUTSIDE & {old.state, new.state} or new.state == "done":
        return old
    hours = {entry.id: entry.hours for entry in new.entries}
    kept = replace(
        old,
        ticks={step: tick for step, tick in old.ticks.items() if step in new.ticks},
        entries=tuple(_up_to(entry, hours[entry.id]) for entry in old.entries if entry.id in hours),
    )
    if old.state != "done":
        return kept
    return replace(kept, state=new.state, state_event=new.state_event, finished_on=None)


def _up_to(entry: Entry, hours: float) -> Entry:
    """Return an entry with no more hours than that; what was settled last goes first."""
    if hours >= entry.hours:
        return entry
    into = cut(entry.into, hours - entry.unsettled)
    return entry._replace(hours=hours, into=into, unsettled=min(entry.unsettled, hours))


def _changed(was: Mapping[str, Mark], became: Mapping[str, Mark]) -> dict[str, tuple[tuple[str, str], Mark]]:
    """Return what is in another state now: both states, and the mark of today."""
    changed = {}
    for slug in was.keys() | became.keys():
        old, new = was.get(slug, _UNTOUCHED), became.get(slug, _UNTOUCHED)
        if old.state != new.state:
            changed[slug] = (old.state, new.state), new
    return changed


def _by_hours(at: Situation, now: Situation, stage: str | None, rest: int) -> int:
    """Return which part of a move there would have been if nothing took calendar time."""
    was, became = at.likely(stage, hurried=True), now.likely(stage, hurried=True)
    if was is None or became is None:
        return rest
    days = (became - was).days
    return min(max(days, 0), rest) if rest > 0 else max(min(days, 0), rest)


def situation_before(
    now: Situation,
    *,
    document: Document,
    progress: Progress,
    pauses: Pauses | None = None,
    on: date | None = None,
) -> Situation:
    """Return the situation on an earlier day (seven days ago when None), as it was then.

    So are document, progress and pauses; without pauses those of now.
    """
    pauses = now.pauses if pauses is None else pauses
    today = on or now.today - timedelta(days=7)
    return replace(now, document=document, progress=progress, pauses=pauses, today=today, later=now)

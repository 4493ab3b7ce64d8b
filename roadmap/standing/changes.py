"""Changes, each of one or more events: which can be taken back, and what a form that is sent twice said before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from .events import Event, undone_changes


class LastChange(NamedTuple):
    """A change that can be undone: its name, how many events it has, and the first of them."""

    change: str
    events: int
    kinds: tuple[str, ...]
    kind: str
    milestone: str
    step: str
    data: Mapping[str, Any]


def last_change(events: Sequence[Event]) -> LastChange | None:
    """Return the newest change that still holds and can be undone: any but leaving, enrolling (again) and an undo.

    An `enrolled` of somebody who follows the roadmap already only changes the pace; that can be undone.
    """
    change = undoable_change(events)
    return described([event for event in events if event.change == change]) if change else None


def described(events: Sequence[Event]) -> LastChange:
    """Return what there is to say of the events of one change."""
    first = events[0]
    data = {} if first.kind == "note" else first.data  # the text is the learner's own, and long
    kinds = tuple(sorted({event.kind for event in events}))
    return LastChange(str(first.change), len(events), kinds, first.kind, first.milestone, first.step, data)


def undoable_change(events: Sequence[Event]) -> UUID | str | None:
    """Return the name of `last_change`."""
    fixed = fixed_changes(events)
    return next((event.change for event in reversed(events) if str(event.change) not in fixed), None)


def fixed_changes(events: Sequence[Event], *, is_following: bool = False) -> set[str]:
    """Return the changes that can't be undone, or were; `is_following`: whether the learner was before the first."""
    fixed = undone_changes(events)
    follows = is_following
    for event in events:
        if event.kind in ("left", "undone") or (event.kind == "enrolled" and not follows):
            fixed.add(str(event.change))
        follows = event.kind == "enrolled" or (follows and event.kind != "left")
    return fixed


def obstacle(events: Sequence[Event], change: str) -> Event | None:
    """Return the first later event, still in force, about something that a change touched too, if there is one.

    What a change touches: a milestone, a group, or the pace. Such a change can't be taken back alone.
    """
    undone = undone_changes(events)
    own = [event for event in events if str(event.change) == change]
    touched, last = {_subject(event) for event in own}, own[-1].id
    return next(
        (
            event
            for event in events
            if event.id > last
            and str(event.change) not in undone
            and event.kind != "undone"
            and _subject(event) in touched
        ),
        None,
    )


def _subject(event: Event) -> tuple[str, str]:
    if event.kind in ("enrolled", "left"):
        return "pace", ""
    return ("group", event.data["group"]) if event.kind == "chose" else ("milestone", event.milestone)


def last_said(events: Iterable[Event], name: UUID, milestone: str) -> tuple[Event | None, UUID]:
    """Return the last change of a milestone's hours that a form named `name` made and that holds, and its next name.

    A change is undone for good, so that each needs a name of its own. One follows from the other: a form that is posted
    again finds all that it has said.
    """
    events = tuple(events)
    undone = undone_changes(events)
    by_change = {event.change: event for event in events}
    last: Event | None = None
    while (event := by_change.get(name)) is not None:
        if event.kind == "hours" and event.milestone == milestone and str(name) not in undone:
            last = event
        name = uuid5(name, "again")
    return last, name

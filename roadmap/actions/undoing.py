"""Take a change back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from roadmap import editions
from roadmap.bidi import isolated
from roadmap.document import Document
from roadmap.models import Enrolment, Event
from roadmap.standing import Event as Happening
from roadmap.standing import fixed_changes, obstacle, undoable_change, undone_changes

from .change import Events, RefusedError, UnknownError, changing


def undo(*, enrolment: Enrolment, today: date, edition: int, change: uuid.UUID | None = None) -> Events:
    """Take back one change, my last when none is named; returns the events that were undone, oldest first.

    Posted twice it counts once. One that isn't the last that holds is taken back only where no later change touches the
    same milestone, group or pace; else `RefusedError`. `UnknownError`: there is no such change of mine.
    """
    with changing(enrolment, today=today, edition=edition) as under_way:
        past = under_way.past
        name = str(change or undoable_change(past) or "")
        if not name or name in undone_changes(past):
            return ()
        if change:
            _may_be_undone(past, name, editions.document_in(enrolment.roadmap_id, edition))
        under_way.add(Event.Kind.UNDONE, {"change": name})
    return tuple(Event.objects.filter(enrolment=enrolment, change=name))


def _may_be_undone(past: Sequence[Happening], change: str, document: Document) -> None:
    if all(str(event.change) != change for event in past):
        raise UnknownError(f"change {change}")
    if change in fixed_changes(past):
        raise RefusedError("That can't be taken back.")
    if later := obstacle(past, change):
        raise RefusedError(
            f"{_subject(later, document)} changed once more after that, so it can't be taken back alone. "
            "Undo the later change first."
        )


def _subject(event: Happening, document: Document) -> str:
    """Name what an event was about, to begin a sentence."""
    if event.kind == Event.Kind.CHOSE:
        group = document.group_by_slug.get(event.data["group"])
        return f"“{isolated(group.title if group else event.data['group'])}”"
    if event.milestone:
        milestone = document.by_slug.get(event.milestone)
        return f"“{isolated(milestone.title if milestone else event.milestone)}”"
    return "Your hours a week or your target"

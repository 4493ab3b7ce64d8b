"""Hours put in: logged, corrected, counted once however often a form is sent."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from roadmap import editions
from roadmap.models import Enrolment, Event
from roadmap.standing import Entry, Mark, beyond, settle, settle_again, sizes_of
from roadmap.standing import Event as Happening

from .change import Events, UnknownError, changing, refuse_days_ahead
from .lookups import known_milestone, live_milestone

HOURS_DECIMALS = 2


def log_hours(
    *,
    enrolment: Enrolment,
    milestone: str,
    hours: float,
    today: date,
    edition: int,
    on: date | None = None,
    corrects: int | None = None,
    step: str = "",
    change: uuid.UUID | None = None,
) -> Events:
    """Log hours put in, or correct an entry of mine (event id `corrects`); a correction to 0 takes it out.

    With `step` all of them go there, else into the open steps in the edition's order; a correction keeps its date
    unless `on` names another. `change` names the form that says so: posted again it counts once, and with another
    figure it corrects its own entry.
    """
    document = editions.document_in(enrolment.roadmap_id, edition)
    known = known_milestone(document, milestone) if corrects else live_milestone(document, milestone)
    if step and step not in known.step_by_slug:
        raise UnknownError(step)
    hours = round(hours, HOURS_DECIMALS)
    with changing(enrolment, today=today, edition=edition) as under_way:
        mark = under_way.mark_of(milestone)
        before = under_way.said_before(milestone, change) if change else None
        entry = _entry_before(mark, before, corrects)
        refuse_days_ahead(on, today, kept=entry.on if entry else None)
        if entry is None:
            into = settle(document, milestone, mark, hours, step=step)
            unchanged = None
        else:
            into = settle_again(document, milestone, mark, entry, hours, step=step)
            # What the form said, not what holds: the learner may have corrected that elsewhere since.
            unchanged = (before.data["hours"], before.on) if before else (entry.hours, entry.on)
            on = on or unchanged[1]
        if (hours, on) != unchanged or (corrects and step and entry and into != entry.into):
            data: dict[str, Any] = {"hours": hours, "corrects": entry.id if entry else None, "into": dict(into)}
            data |= {
                "sizes": sizes_of(document, milestone, mark, into),
                "beyond": beyond(document, milestone, mark, entry, into),
                "was": entry.hours if entry else None,
            }
            under_way.add(Event.Kind.HOURS, data, on=on, milestone=milestone)
    return tuple(under_way.added)


def _entry_before(mark: Mark, before: Happening | None, corrects: int | None) -> Entry | None:
    """Return the entry that is corrected: what the same form said before, else the one named, which must hold."""
    number = (before.data["corrects"] or before.id) if before else corrects
    if number is None:
        return None
    entry = next((entry for entry in mark.entries if entry.id == number), None)
    if entry is None or not (entry.hours or before):
        raise UnknownError(f"entry {number}")
    return entry

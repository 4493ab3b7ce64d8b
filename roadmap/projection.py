"""Between the rows of one enrolment and `roadmap.standing`: events and projection in, minimal writes out.

A projection is as good as its enrolment says: folded by the rule of today, up to the enrolment's last event. A process
of the release before appends events and writes rows without saying so; then the events are folded anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import transaction

from roadmap.models import Choice, Enrolment, Event, MilestoneProgress
from roadmap.standing import RULE, Entry, Mark, Progress, fold, last_change
from roadmap.standing import Event as Happening

FIELDS = (
    "state",
    "state_on",
    "state_event",
    "began_on",
    "finished_on",
    "anyway",
    "ticks",
    "logged",
    "note",
    "evidence_url",
    "carry_forward",
)


def happenings(rows: Iterable[Event]) -> tuple[Happening, ...]:
    """Return event rows, oldest first, as what `standing.fold` reads."""
    return tuple(
        Happening(
            id=row.pk,
            kind=row.kind,
            change=row.change,
            at=row.at,
            on=row.on,
            edition=row.edition,
            milestone=row.milestone,
            step=row.step,
            data=row.data,
        )
        for row in rows
    )


def is_current(enrolment: Enrolment, last_event: int) -> bool:
    """Tell whether the stored projection may be read: it follows today's rule and knows of the last event.

    Where nothing happened there is nothing to fold it from.
    """
    return not last_event or (enrolment.projection_rule == RULE and enrolment.projected_event == last_event)


def progress_of(enrolment: Enrolment, rows: Iterable[MilestoneProgress], choices: dict[str, str]) -> Progress:
    """Return what the projection says, equal to the fold of all events."""
    return Progress(
        marks={row.milestone: mark_of(row) for row in rows},
        choices=choices,
        hours_per_week=enrolment.hours_per_week,
        target_on=enrolment.target_on,
        left=enrolment.left_at is not None,
        paces=tuple((date.fromisoformat(on), hours) for on, hours in enrolment.paces),
    )


def stored(enrolment: Enrolment) -> Progress:
    """Read one enrolment's projection."""
    choices = dict(Choice.objects.filter(enrolment=enrolment).values_list("group", "milestone"))
    return progress_of(enrolment, MilestoneProgress.objects.filter(enrolment=enrolment), choices)


@transaction.atomic
def refold(keys: Collection[int]) -> None:
    """Fold enrolments anew, whose projection is of an older rule; those that somebody is changing are left to them."""
    locked = list(Enrolment.objects.select_for_update(skip_locked=True).filter(pk__in=keys))
    events: defaultdict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(enrolment__in=[enrolment.pk for enrolment in locked]).order_by("pk"):
        events[event.enrolment_id].append(event)
    for enrolment in locked:
        past = happenings(events[enrolment.pk])
        write(enrolment, stored(enrolment), fold(past), is_current=False)
        undoable = last_change(past)
        enrolment.undoable = undoable._asdict() if undoable else None
        enrolment.projection_rule, enrolment.projected_event = RULE, past[-1].id if past else 0
    Enrolment.objects.bulk_update(locked, ["undoable", "projection_rule", "projected_event"])


def write(enrolment: Enrolment, before: Progress, after: Progress, *, is_current: bool = True) -> None:
    """Write what differs between two states of a projection, of which the first is stored.

    Every mark, where the first is not current: then its columns need not agree with each other.
    """
    changed = {slug: mark for slug, mark in after.marks.items() if not is_current or before.marks.get(slug) != mark}
    _write_marks(enrolment, changed, before.marks.keys() - after.marks.keys())
    _write_choices(enrolment, before.choices.items(), after.choices.items())


def mark_of(row: MilestoneProgress) -> Mark:
    """Return what a row says of its milestone."""
    ticks = {step: (date.fromisoformat(on), hours) for step, (on, hours) in row.ticks.items()}
    carried = row.carry_forward or _from_before(row)
    return Mark(
        state=row.state,
        state_on=row.state_on,
        state_event=row.state_event,
        began_on=row.began_on,
        finished_on=row.finished_on,
        anyway=row.anyway,
        ticks=ticks,
        entries=tuple(_entry(*entry) for entry in carried.get("entries", ())),
        note=row.note,
        evidence_url=row.evidence_url,
        doing_on=date.fromisoformat(on) if (on := carried.get("doing_on")) else None,
        early_ticks=carried.get("early_ticks", {}),
        sizes=carried.get("sizes", {}),
        corrections={int(event): entry for event, entry in carried.get("corrections", {}).items()},
    )


def _from_before(row: MilestoneProgress) -> dict[str, Any]:
    """Return what a row from before the rule says, as far as its other columns tell."""
    return {
        "entries": [[event, on, hours, [], hours] for event, on, hours in row.logged],
        "early_ticks": {step: hours for step, (_, hours) in row.ticks.items()},
    }


def _entry(event: int, on: str, hours: float, into: list[tuple[str, float]], unsettled: float) -> Entry:
    return Entry(event, date.fromisoformat(on), hours, tuple((step, amount) for step, amount in into), unsettled)


def columns(mark: Mark) -> dict[str, Any]:
    """Return the columns of a `MilestoneProgress` row that say what `mark` says."""
    return {
        "state": mark.state,
        "state_on": mark.state_on,
        "state_event": mark.state_event,
        "began_on": mark.began_on,
        "finished_on": mark.finished_on,
        "anyway": mark.anyway,
        "ticks": {step: [on.isoformat(), hours] for step, (on, hours) in mark.ticks.items()},
        "logged": [[event, on.isoformat(), hours] for event, on, hours in mark.logged],
        "note": mark.note,
        "evidence_url": mark.evidence_url,
        "carry_forward": _carried(mark),
    }


def _carried(mark: Mark) -> dict[str, Any]:
    """Return what only the next event needs; what is empty is left out."""
    carried = {
        "doing_on": mark.doing_on and mark.doing_on.isoformat(),
        "entries": [
            [entry.id, entry.on.isoformat(), entry.hours, entry.into, entry.unsettled] for entry in mark.entries
        ],
        "early_ticks": dict(mark.early_ticks),
        "sizes": dict(mark.sizes),
        "corrections": dict(mark.corrections),
    }
    return {"rule": RULE} | {name: value for name, value in carried.items() if value}


def _write_marks(enrolment: Enrolment, changed: dict[str, Mark], gone: Collection[str]) -> None:
    rows = [MilestoneProgress(enrolment=enrolment, milestone=slug, **columns(mark)) for slug, mark in changed.items()]
    MilestoneProgress.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["enrolment", "milestone"], update_fields=FIELDS
    )
    if gone:
        MilestoneProgress.objects.filter(enrolment=enrolment, milestone__in=gone).delete()


def _write_choices(
    enrolment: Enrolment, before: Collection[tuple[str, str]], after: Collection[tuple[str, str]]
) -> None:
    changed = [Choice(enrolment=enrolment, group=group, milestone=slug) for group, slug in set(after) - set(before)]
    Choice.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["enrolment", "group"], update_fields=["milestone"]
    )
    if gone := {group for group, _ in before} - {group for group, _ in after}:
        Choice.objects.filter(enrolment=enrolment, group__in=gone).delete()

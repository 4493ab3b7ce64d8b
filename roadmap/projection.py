"""Between the rows of one enrolment and `roadmap.standing`: events and projection in, minimal writes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from roadmap.models import Choice, Enrolment, Event, MilestoneProgress
from roadmap.standing import Event as Happening
from roadmap.standing import Mark, Progress

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


def progress_of(enrolment: Enrolment, rows: Iterable[MilestoneProgress], choices: dict[str, str]) -> Progress:
    """Return what the projection says, equal to the fold of all events."""
    return Progress(
        marks={row.milestone: _mark(row) for row in rows},
        choices=choices,
        hours_per_week=enrolment.hours_per_week,
        target_on=enrolment.target_on,
        left=enrolment.left_at is not None,
        paces=tuple((date.fromisoformat(on), hours) for on, hours in enrolment.paces),
    )


def rewrite(enrolment: Enrolment, progress: Progress) -> None:
    """Make the stored projection say what `progress` says; touch only rows that differ."""
    _rewrite_marks(enrolment, progress)
    _rewrite_choices(enrolment, progress)


def _mark(row: MilestoneProgress) -> Mark:
    return Mark(
        state=row.state,
        state_on=row.state_on,
        state_event=row.state_event,
        began_on=row.began_on,
        finished_on=row.finished_on,
        anyway=row.anyway,
        ticks={step: (date.fromisoformat(on), hours) for step, (on, hours) in row.ticks.items()},
        logged=tuple((event, date.fromisoformat(on), hours) for event, on, hours in row.logged),
        note=row.note,
        evidence_url=row.evidence_url,
    )


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
    }


def _rewrite_marks(enrolment: Enrolment, progress: Progress) -> None:
    stored = {row.milestone: row for row in MilestoneProgress.objects.filter(enrolment=enrolment)}
    changed = []
    for milestone, mark in progress.marks.items():
        row = stored.pop(milestone, None)
        if row is None or _mark(row) != mark:
            changed.append(MilestoneProgress(enrolment=enrolment, milestone=milestone, **columns(mark)))
    MilestoneProgress.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["enrolment", "milestone"], update_fields=FIELDS
    )
    if stored:
        MilestoneProgress.objects.filter(pk__in=[row.pk for row in stored.values()]).delete()


def _rewrite_choices(enrolment: Enrolment, progress: Progress) -> None:
    stored = dict(Choice.objects.filter(enrolment=enrolment).values_list("group", "milestone"))
    changed = [
        Choice(enrolment=enrolment, group=group, milestone=milestone)
        for group, milestone in progress.choices.items()
        if stored.get(group) != milestone
    ]
    Choice.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["enrolment", "group"], update_fields=["milestone"]
    )
    if gone := stored.keys() - progress.choices.keys():
        Choice.objects.filter(enrolment=enrolment, group__in=gone).delete()

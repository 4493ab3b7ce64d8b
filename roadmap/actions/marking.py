"""Say where I am: states, ticks, notes, choices, and what I bring along."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from roadmap import editions
from roadmap.models import Enrolment, Event, State
from roadmap.standing import standing_of

from .change import Change, Events, UnknownError, changing, refuse_days_ahead
from .lookups import known_group, known_milestone, live_member, live_milestone


def mark(
    *, enrolment: Enrolment, milestone: str, state: State, today: date, edition: int, on: date | None = None
) -> Events:
    """Say where I am with a milestone; a locked one takes every state and remembers "started anyway"."""
    document = editions.document_in(enrolment.roadmap_id, edition)
    live_milestone(document, milestone)
    with changing(enrolment, today=today, edition=edition) as change:
        now = change.mark_of(milestone)
        refuse_days_ahead(on, today, kept=now.state_on)
        standing = standing_of(document, change.progress).of(milestone)
        # What counts may differ from what was said: credit carried over is put aside by a mark of one's own.
        if (now.state, standing.effective_state) != (state, state) or (on and on != now.state_on):
            anyway = standing.locked and state != State.TODO
            change.add(Event.Kind.STATE, {"state": str(state), "anyway": anyway}, on=on, milestone=milestone)
    return tuple(change.added)


def tick(
    *, enrolment: Enrolment, milestone: str, step: str, done: bool, today: date, edition: int, on: date | None = None
) -> Events:
    """Tick a step or take the tick back. The event keeps the step's hours, whatever editors do to the step later."""
    found = live_milestone(editions.document_in(enrolment.roadmap_id, edition), milestone)
    if step not in found.step_by_slug:
        raise UnknownError(step)
    with changing(enrolment, today=today, edition=edition) as change:
        ticked = change.mark_of(milestone).ticks.get(step)
        refuse_days_ahead(on, today, kept=ticked[0] if ticked else None)
        if done != (ticked is not None) or (done and on and ticked and on != ticked[0]):
            hours = found.step_by_slug[step].hours
            change.add(Event.Kind.STEP, {"done": done, "hours": hours}, on=on, milestone=milestone, step=step)
    return tuple(change.added)


def note(
    *, enrolment: Enrolment, milestone: str, text: str | None, evidence_url: str | None, today: date, edition: int
) -> Events:
    """Keep a private note and a link to evidence, None for what stays; possible on a retired milestone too."""
    known_milestone(editions.document_in(enrolment.roadmap_id, edition), milestone)
    with changing(enrolment, today=today, edition=edition) as change:
        now = change.mark_of(milestone)
        said = {
            "note": now.note if text is None else text,
            "evidence_url": now.evidence_url if evidence_url is None else evidence_url,
        }
        if (now.note, now.evidence_url) != tuple(said.values()):
            change.add(Event.Kind.NOTE, said, milestone=milestone)
    return tuple(change.added)


def choose(*, enrolment: Enrolment, group: str, milestone: str | None, today: date, edition: int) -> Events:
    """Choose a member of a group, or (None) leave the choice open again."""
    document = editions.document_in(enrolment.roadmap_id, edition)
    if milestone is None:
        known_group(document, group)
    else:
        live_member(document, group, milestone)
    with changing(enrolment, today=today, edition=edition) as change:
        if change.progress.choices.get(group) != milestone:
            change.add(Event.Kind.CHOSE, {"group": group, "milestone": milestone})
    return tuple(change.added)


def place(*, enrolment: Enrolment, known: Collection[str], doing: Collection[str], today: date, edition: int) -> Events:
    """Say in one change what I bring along. It only adds: what I have done or said otherwise stays as it is."""
    document = editions.document_in(enrolment.roadmap_id, edition)
    for milestone in (*known, *doing):
        live_milestone(document, milestone)
    with changing(enrolment, today=today, edition=edition) as change:
        bring_along(change, State.KNOWN, known)
        bring_along(change, State.DOING, [milestone for milestone in doing if milestone not in known])
    return tuple(change.added)


def bring_along(change: Change, state: State, milestones: Collection[str]) -> None:
    """Set a state where it adds to what was said: known where not finished, doing where not begun."""
    kept = {State.DONE, State.KNOWN} | ({State.DOING} if state == State.DOING else set())
    for milestone in dict.fromkeys(milestones):
        if change.mark_of(milestone).state not in kept:
            change.add(Event.Kind.STATE, {"state": str(state), "anyway": False}, milestone=milestone)

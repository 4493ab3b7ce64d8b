"""Writes: what a learner does, one atomic verb each.

Every verb locks the enrolment, appends its events under one `change`, rewrites the projection from the fold of all
events, and returns what it appended: nothing when the wish was already fulfilled, so that a form posted twice counts
once. `edition` is the number of the edition that the learner saw; what was live there can be marked, whatever has been
published since. `today` and `on` are the learner's local dates.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from roadmap import editions, projection
from roadmap.bidi import isolated
from roadmap.document import Document, Group, Milestone
from roadmap.models import Enrolment, Event, Roadmap, State
from roadmap.standing import Mark, fold, last_said, standing_of, undoable_change

Events = tuple[Event, ...]
HOURS_DECIMALS = 2
UNTOUCHED = Mark()


class UnknownError(LookupError):
    """There is no such thing in the edition that the learner saw."""


class NotAMemberError(ValueError):
    """The milestone is none of the group that it was chosen in; the text is a sentence for the learner."""


class RefusedError(Exception):
    """The wish can't be granted any more; the text is a sentence for the learner."""


class _Change:
    """A change under way: the locked enrolment, what had happened before, and what is being added."""

    def __init__(self, enrolment: Enrolment, *, today: date, edition: int) -> None:
        self.enrolment, self.today, self.edition = enrolment, today, edition
        self.past = projection.happenings(Event.objects.filter(enrolment=enrolment))
        self.progress = fold(self.past)
        self.added: list[Event] = []
        self.undone = {event.data["change"] for event in self.past if event.kind == Event.Kind.UNDONE}
        self.name, self._at = uuid.uuid4(), timezone.now()

    def mark_of(self, milestone: str) -> Mark:
        return self.progress.marks.get(milestone, UNTOUCHED)

    def add(
        self, kind: Event.Kind, data: dict[str, Any], *, on: date | None = None, milestone: str = "", step: str = ""
    ) -> None:
        """Append an event dated `on` (today when None); a day still to come is a mistake of the caller."""
        if on and on > self.today:
            raise ValueError(f"{on} is still to come")
        event = Event(enrolment=self.enrolment, change=self.name, kind=kind, milestone=milestone, step=step, data=data)
        event.at, event.on, event.edition = self._at, on or self.today, self.edition
        self.added.append(event)

    def settle(self) -> None:
        """Write the events, and everything that follows from them."""
        if not self.added:
            return
        Event.objects.bulk_create(self.added)
        progress = fold((*self.past, *projection.happenings(self.added)))
        self.enrolment.hours_per_week, self.enrolment.target_on = progress.hours_per_week, progress.target_on
        self.enrolment.paces = [[on.isoformat(), hours] for on, hours in progress.paces]
        self.enrolment.left_at = (self.enrolment.left_at or self._at) if progress.left else None
        standing = standing_of(editions.document_in(self.enrolment.roadmap_id, self.edition), progress)
        self.enrolment.finished_in = None if standing.counts.left else self.edition
        self.enrolment.save(update_fields=["hours_per_week", "target_on", "paces", "left_at", "finished_in"])
        projection.rewrite(self.enrolment, progress)


@contextmanager
def _change(enrolment: Enrolment, *, today: date, edition: int) -> Iterator[_Change]:
    """Lock the enrolment for one change and settle it at the end."""
    with transaction.atomic():
        locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        change = _Change(locked, today=today, edition=edition)
        yield change
        change.settle()


def enrol(
    *, user: User, roadmap: Roadmap, hours_per_week: float, target_on: date | None, today: date, edition: int
) -> Events:
    """Start a roadmap, come back to it, or change the pace. `hours_per_week` 0.5 to 168."""
    with transaction.atomic():
        enrolment, is_new = Enrolment.objects.get_or_create(
            user=user,
            roadmap=roadmap,
            defaults={
                "hours_per_week": hours_per_week,
                "target_on": target_on,
                "started_on": today,
                "seen_edition": edition,
            },
        )
        if roadmap.withdrawn_at and (is_new or enrolment.left_at):
            raise RefusedError(f"{isolated(roadmap.title)} takes no new learners any more.")
        with _change(enrolment, today=today, edition=edition) as change:
            now = change.progress
            if is_new or now.left or (now.hours_per_week, now.target_on) != (hours_per_week, target_on):
                change.add(Event.Kind.ENROLLED, _pace(hours_per_week, target_on))
    return tuple(change.added)


def leave(*, enrolment: Enrolment, today: date, edition: int) -> Events:
    """Stop following a roadmap. Everything is kept and comes back with `enrol`."""
    with _change(enrolment, today=today, edition=edition) as change:
        if not change.progress.left:
            change.add(Event.Kind.LEFT, {})
    return tuple(change.added)


def dismiss(*, enrolment: Enrolment, edition: int) -> bool:
    """Take note of what is new up to an edition; return whether it was unseen. It is no progress, so no event."""
    unseen = Enrolment.objects.filter(pk=enrolment.pk, seen_edition__lt=edition)
    return bool(unseen.update(seen_edition=edition))


def dismiss_pace_hint(*, enrolment: Enrolment, today: date) -> None:
    """Put away the hint that one is slower than one meant. It is no progress, so no event."""
    Enrolment.objects.filter(pk=enrolment.pk).update(pace_hint_dismissed_on=today)


def mark(
    *, enrolment: Enrolment, milestone: str, state: State, today: date, edition: int, on: date | None = None
) -> Events:
    """Say where I am with a milestone; a locked one takes every state and remembers "started anyway"."""
    document = editions.document_in(enrolment.roadmap_id, edition)
    _live(document, milestone)
    with _change(enrolment, today=today, edition=edition) as change:
        now = change.mark_of(milestone)
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
    found = _live(editions.document_in(enrolment.roadmap_id, edition), milestone)
    if step not in found.step_by_slug:
        raise UnknownError(step)
    with _change(enrolment, today=today, edition=edition) as change:
        ticked = change.mark_of(milestone).ticks.get(step)
        if done != (ticked is not None) or (done and on and ticked and on != ticked[0]):
            hours = found.step_by_slug[step].hours
            change.add(Event.Kind.STEP, {"done": done, "hours": hours}, on=on, milestone=milestone, step=step)
    return tuple(change.added)


def log_hours(
    *,
    enrolment: Enrolment,
    milestone: str,
    hours: float,
    today: date,
    edition: int,
    on: date | None = None,
    corrects: int | None = None,
    once: uuid.UUID | None = None,
) -> Events:
    """Log hours put in, or correct an entry of mine (event id `corrects`); a correction to 0 takes it out.

    `once` names the form that says so: posted again it counts once, and with another figure it corrects its own entry.
    """
    document = editions.document_in(enrolment.roadmap_id, edition)
    _known(document, milestone) if corrects else _live(document, milestone)
    hours = round(hours, HOURS_DECIMALS)
    with _change(enrolment, today=today, edition=edition) as change:
        said, was_on, was = None, None, None
        if once is not None:
            said, change.name = last_said(change.past, once, milestone)
        if said is not None:  # what the form said, not what holds: the learner may have corrected that elsewhere since
            corrects, was_on, was = said.data["corrects"] or said.id, said.on, said.data["hours"]
        elif corrects is not None:
            entries = {event: (day, logged) for event, day, logged in change.mark_of(milestone).logged}
            if corrects not in entries:
                raise UnknownError(f"entry {corrects}")
            was_on, was = entries[corrects]
        if (hours, on or was_on) != (was, was_on):
            change.add(Event.Kind.HOURS, {"hours": hours, "corrects": corrects}, on=on or was_on, milestone=milestone)
    return tuple(change.added)


def note(
    *, enrolment: Enrolment, milestone: str, text: str | None, evidence_url: str | None, today: date, edition: int
) -> Events:
    """Keep a private note and a link to evidence, None for what stays; possible on a retired milestone too."""
    _known(editions.document_in(enrolment.roadmap_id, edition), milestone)
    with _change(enrolment, today=today, edition=edition) as change:
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
        _group(document, group)
    else:
        _member(document, group, milestone)
    with _change(enrolment, today=today, edition=edition) as change:
        if change.progress.choices.get(group) != milestone:
            change.add(Event.Kind.CHOSE, {"group": group, "milestone": milestone})
    return tuple(change.added)


def place(*, enrolment: Enrolment, known: Collection[str], doing: Collection[str], today: date, edition: int) -> Events:
    """Say in one change what I bring along. It only adds: what I have done or said otherwise stays as it is."""
    document = editions.document_in(enrolment.roadmap_id, edition)
    for milestone in (*known, *doing):
        _live(document, milestone)
    with _change(enrolment, today=today, edition=edition) as change:
        _bring(change, State.KNOWN, known)
        _bring(change, State.DOING, [milestone for milestone in doing if milestone not in known])
    return tuple(change.added)


def replan(
    *,
    enrolment: Enrolment,
    hours_per_week: float,
    target_on: date | None,
    choices: Mapping[str, str],
    known: Collection[str],
    today: date,
    edition: int,
) -> Events:
    """Take over what I tried: pace, target, choices by group and what I know already. One change, so one undo."""
    document = editions.document_in(enrolment.roadmap_id, edition)
    for milestone in known:
        _live(document, milestone)
    for group, milestone in choices.items():
        _member(document, group, milestone)
    with _change(enrolment, today=today, edition=edition) as change:
        now = change.progress
        if (now.hours_per_week, now.target_on) != (hours_per_week, target_on):
            change.add(Event.Kind.ENROLLED, _pace(hours_per_week, target_on))
        for group, milestone in choices.items():
            if now.choices.get(group) != milestone:
                change.add(Event.Kind.CHOSE, {"group": group, "milestone": milestone})
        _bring(change, State.KNOWN, known)
    return tuple(change.added)


def undo(*, enrolment: Enrolment, today: date, edition: int, expected: str | None = None) -> Events:
    """Take back my last change that can be taken back; again: the one before.

    `expected` names the only change that is meant. It is compared under the lock, for a form posted twice must not take
    back the one before as well: once taken back it is left at that, and where another is the last, `RefusedError`.
    Returns the events that were undone, oldest first: what to tell the learner.
    """
    with _change(enrolment, today=today, edition=edition) as change:
        undone = undoable_change(change.past)
        if expected is not None and (undone is None or str(undone) != expected):
            if expected in change.undone:
                return ()
            raise RefusedError(
                "Something else happened since, so this can't be taken back here. Your plan offers undo."
            )
        if undone is not None:
            change.add(Event.Kind.UNDONE, {"change": str(undone)})
    return tuple(Event.objects.filter(enrolment=enrolment, change=undone)) if undone else ()


def _known(document: Document, milestone: str) -> Milestone:
    if milestone not in document.by_slug:
        raise UnknownError(milestone)
    return document.by_slug[milestone]


def _live(document: Document, milestone: str) -> Milestone:
    found = _known(document, milestone)
    if found.retired_on is not None:
        raise RefusedError(
            f"“{isolated(found.title)}” was already retired when this page was shown, so it can't be marked any more."
        )
    return found


def _group(document: Document, group: str) -> Group:
    if group not in document.group_by_slug:
        raise UnknownError(group)
    return document.group_by_slug[group]


def _member(document: Document, group: str, milestone: str) -> Milestone:
    found = _group(document, group)
    if milestone not in found.members:
        raise NotAMemberError(f"“{isolated(found.title)}” doesn't offer {milestone}.")
    return _live(document, milestone)


def _pace(hours_per_week: float, target_on: date | None) -> dict[str, Any]:
    return {"hours_per_week": hours_per_week, "target_on": target_on.isoformat() if target_on else None}


def _bring(change: _Change, state: State, milestones: Collection[str]) -> None:
    """Set a state where it adds to what was said: known where not finished, doing where not begun."""
    kept = {State.DONE, State.KNOWN} | ({State.DOING} if state == State.DOING else set())
    for milestone in dict.fromkeys(milestones):
        if change.mark_of(milestone).state not in kept:
            change.add(Event.Kind.STATE, {"state": str(state), "anyway": False}, milestone=milestone)

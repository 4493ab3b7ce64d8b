"""A change under way: the lock, the events that it appends, and the projection that follows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone

from roadmap import editions, projection
from roadmap.models import Enrolment, Event
from roadmap.standing import (
    RULE,
    Mark,
    Progress,
    carry_forward,
    described,
    fixed_changes,
    fold,
    last_change,
    last_said,
    standing_of,
)
from roadmap.standing import Event as Happening

UNTOUCHED = Mark()
WRITTEN = (
    "hours_per_week",
    "target_on",
    "paces",
    "left_at",
    "finished_in",
    "undoable",
    "projection_rule",
    "projected_event",
)


Events = tuple[Event, ...]


class UnknownError(LookupError):
    """There is no such thing in the edition that the learner saw."""


class NotAMemberError(ValueError):
    """The milestone is none of the group that it was chosen in; the text is a sentence for the learner."""


class RefusedError(Exception):
    """The wish can't be granted any more; the text is a sentence for the learner."""


class Change:
    """A change under way: the locked enrolment, what holds before it, and what is being added."""

    def __init__(self, enrolment: Enrolment, *, today: date, edition: int) -> None:
        self.enrolment, self.today, self.edition = enrolment, today, edition
        last = Event.objects.filter(enrolment=enrolment).order_by("-pk").values_list("pk", flat=True).first() or 0
        self._stored = projection.stored(enrolment)
        self._is_current = bool(last) and projection.is_current(enrolment, last)
        self.progress = self._stored if self._is_current else fold(self.past)
        self.added: list[Event] = []
        self.name, self._at = uuid.uuid4(), timezone.now()

    @cached_property
    def past(self) -> tuple[Happening, ...]:
        """All that happened before; only an undo, and what a form said before, need it."""
        return projection.happenings(Event.objects.filter(enrolment=self.enrolment))

    def mark_of(self, milestone: str) -> Mark:
        return self.progress.marks.get(milestone, UNTOUCHED)

    def said_before(self, milestone: str, name: uuid.UUID) -> Happening | None:
        """Return what a form named so said last of a milestone's hours, and take the next name that follows from it."""
        self.name = name
        if not Event.objects.filter(enrolment=self.enrolment, change=name).exists():
            return None
        last, self.name = last_said(self.past, name, milestone)
        return last

    def add(
        self, kind: Event.Kind, data: dict[str, Any], *, on: date | None = None, milestone: str = "", step: str = ""
    ) -> None:
        """Append an event dated `on` (today when None)."""
        event = Event(enrolment=self.enrolment, change=self.name, kind=kind, milestone=milestone, step=step)
        event.data = data | {"rule": RULE}
        event.at, event.on, event.edition = self._at, on or self.today, self.edition
        self.added.append(event)

    def settle(self) -> None:
        """Write the events, and everything that follows from them."""
        if not self.added:
            return
        is_following = bool(self.progress.paces) and not self.progress.left
        Event.objects.bulk_create(self.added)
        added = projection.happenings(self.added)
        if any(event.kind == Event.Kind.UNDONE for event in added):
            progress, undoable = fold((*self.past, *added)), last_change((*self.past, *added))
            self.enrolment.undoable = undoable._asdict() if undoable else None
        else:
            progress = carry_forward(self.progress, added)
            if not fixed_changes(added, is_following=is_following):
                self.enrolment.undoable = described(added)._asdict()
        self._write(progress)

    def _write(self, progress: Progress) -> None:
        mine = self.enrolment
        mine.hours_per_week, mine.target_on = progress.hours_per_week, progress.target_on
        mine.paces = [[on.isoformat(), hours] for on, hours in progress.paces]
        mine.left_at = (mine.left_at or self._at) if progress.left else None
        standing = standing_of(editions.document_in(mine.roadmap_id, self.edition), progress)
        mine.finished_in = None if standing.counts.left else self.edition
        mine.projection_rule, mine.projected_event = RULE, self.added[-1].pk
        mine.save(update_fields=WRITTEN)
        projection.write(mine, self._stored, progress, is_current=self._is_current)


@contextmanager
def changing(enrolment: Enrolment, *, today: date, edition: int) -> Iterator[Change]:
    """Lock the enrolment for one change and settle it at the end."""
    with transaction.atomic():
        locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        change = Change(locked, today=today, edition=edition)
        yield change
        change.settle()


def refuse_days_ahead(on: date | None, today: date, *, kept: date | None) -> None:
    """A day still to come is a mistake of the caller, but for the one that was kept before a journey westwards."""
    if on and on > today and on != kept:
        raise ValueError(f"{on} is still to come")

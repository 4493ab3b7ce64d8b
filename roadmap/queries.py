"""Reads: where a learner stands, in a fixed number of queries.

A journey costs one query for the roadmap, the number of its current edition, the enrolment and the learner's time
zone, and two more for the projection when there is an enrolment. The edition itself comes from memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, FilteredRelation, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Preferences, User
from roadmap import editions, projection
from roadmap.calendar import local_date
from roadmap.document import Document
from roadmap.models import Choice, Enrolment, MilestoneProgress, Roadmap
from roadmap.standing import Mark, Progress, Standing, standing_of

UNTOUCHED = Mark()
_ENROLMENT_COLUMNS = tuple(field.attname for field in Enrolment._meta.concrete_fields)


@dataclass(frozen=True)
class Journey:
    """A published roadmap as one visitor sees it. `progress` is there while they are enrolled."""

    roadmap: Roadmap
    edition: int
    today: date
    enrolment: Enrolment | None = None
    progress: Progress | None = None

    @cached_property
    def document(self) -> Document:
        return editions.document_in(self.roadmap.pk, self.edition)

    @cached_property
    def standing(self) -> Standing | None:
        """Where the learner stands; None for someone who is not enrolled."""
        return standing_of(self.document, self.progress) if self.progress else None

    def mark_of(self, milestone: str) -> Mark:
        """Return what the learner said and did about a milestone; a blank mark when nothing."""
        return self.progress.marks.get(milestone, UNTOUCHED) if self.progress else UNTOUCHED

    @property
    def has_left(self) -> bool:
        """Whether the visitor followed this roadmap once, and may come back to what they did."""
        return self.enrolment is not None and self.progress is None


@dataclass(frozen=True)
class Offer:
    """A roadmap in the catalogue."""

    journey: Journey
    is_followed: bool


def journey(user: User | AnonymousUser, slug: str) -> Journey:
    """Return one published roadmap; `Roadmap.DoesNotExist` when there is none with this slug."""
    rows = _published().filter(slug=slug)
    if not isinstance(user, User):
        row = rows.get()
        return Journey(roadmap=row, edition=row.edition, today=local_date(timezone.now(), "UTC"))
    followed = FilteredRelation("enrolments", condition=Q(enrolments__user=user))
    columns = {f"mine_{name}": F(f"mine__{name}") for name in _ENROLMENT_COLUMNS}
    row = rows.annotate(mine=followed).annotate(zone=_zone_of(user.pk), **columns).get()
    mine = {name: getattr(row, f"mine_{name}") for name in _ENROLMENT_COLUMNS}
    enrolment = Enrolment.from_db(row._state.db, list(mine), list(mine.values())) if mine["id"] else None
    return _journeys([(row, enrolment, row.edition, row.zone)])[0]


def journeys(user: User) -> list[Journey]:
    """Return all that a learner follows, the oldest first."""
    enrolments = (
        Enrolment.objects.filter(user=user, left_at=None, roadmap__current_edition__isnull=False)
        .select_related("roadmap")
        .annotate(edition=F("roadmap__current_edition__number"), zone=F("user__preferences__timezone"))
    )
    return _journeys([(row.roadmap, row, row.edition, row.zone) for row in enrolments])


def offered(user: User | AnonymousUser) -> list[Offer]:
    """Return the published roadmaps: all that take new learners, and what the visitor follows."""
    followed = Q(enrolments__user=user, enrolments__left_at=None) if isinstance(user, User) else Q(enrolments__pk=None)
    rows = _published().annotate(followed=FilteredRelation("enrolments", condition=followed))
    rows = rows.filter(Q(withdrawn_at=None) | Q(followed__isnull=False)).annotate(follows=F("followed__pk"))
    today = local_date(timezone.now(), "UTC")
    return [Offer(Journey(row, row.edition, today), is_followed=row.follows is not None) for row in rows]


def _published() -> QuerySet[Roadmap]:
    published = Roadmap.objects.filter(current_edition__isnull=False)
    return published.annotate(edition=F("current_edition__number"))


def _zone_of(user_id: int) -> Subquery:
    return Subquery(Preferences.objects.filter(user=user_id).values("timezone")[:1])


def _journeys(rows: Iterable[tuple[Roadmap, Enrolment | None, int, str | None]]) -> list[Journey]:
    """Add the projection of all these enrolments, in two queries."""
    rows, now = list(rows), timezone.now()
    active = [enrolment.pk for _, enrolment, _, _ in rows if enrolment and enrolment.left_at is None]
    marks, choices = defaultdict(list), defaultdict(dict)
    if active:
        for mark in MilestoneProgress.objects.filter(enrolment__in=active):
            marks[mark.enrolment_id].append(mark)
        for choice in Choice.objects.filter(enrolment__in=active):
            choices[choice.enrolment_id][choice.group] = choice.milestone
    return [
        Journey(
            roadmap=roadmap,
            edition=edition,
            today=local_date(now, zone or "UTC"),
            enrolment=enrolment,
            progress=projection.progress_of(enrolment, marks[enrolment.pk], choices[enrolment.pk])
            if enrolment and enrolment.left_at is None
            else None,
        )
        for roadmap, enrolment, edition, zone in rows
    ]

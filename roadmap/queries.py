"""Reads: where a learner stands, in a fixed number of queries.

A journey costs one query for the roadmap, the number of its current edition, the enrolment and the learner's time
zone, and two more for the projection when there is an enrolment. The edition itself comes from memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from accounts import zones
from accounts.models import Preferences, User
from roadmap import editions, projection
from roadmap.calendar import local_date
from roadmap.document import Document
from roadmap.models import Choice, Enrolment, Event, MilestoneProgress, Roadmap
from roadmap.news import News, news_for, shortened
from roadmap.standing import Mark, Progress, Standing, standing_of

UNTOUCHED = Mark()
_ENROLMENT_COLUMNS = tuple(field.attname for field in Enrolment._meta.concrete_fields)


@dataclass(frozen=True)
class Journey:
    """A published roadmap as one visitor sees it; `enrolment` is there if they follow it, or did so once."""

    roadmap: Roadmap
    edition: int
    today: date
    enrolment: Enrolment | None = None
    can_undo: bool = False

    @cached_property
    def document(self) -> Document:
        return editions.document_in(self.roadmap.pk, self.edition)

    @property
    def standing(self) -> Standing | None:
        """Where the learner stands; None for someone who is not enrolled."""
        return None

    @property
    def has_left(self) -> bool:
        """Whether the visitor followed this roadmap once, and may come back to what they did."""
        return self.enrolment is not None

    @property
    def marks(self) -> Mapping[str, Mark]:
        return {}

    def mark_of(self, milestone: str) -> Mark:
        """Return what the learner said and did about a milestone; a blank mark when nothing."""
        return self.marks.get(milestone, UNTOUCHED)


@dataclass(frozen=True, kw_only=True)
class OwnJourney(Journey):
    """A roadmap that the learner follows now."""

    enrolment: Enrolment
    progress: Progress
    has_left = False

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.document, self.progress)

    @property
    def marks(self) -> Mapping[str, Mark]:
        return self.progress.marks

    @cached_property
    def news(self) -> News:
        """What has changed for the learner since the edition that they last took note of."""
        seen = self.enrolment.seen_edition
        if seen >= self.edition:
            return shortened(())
        return shortened(news_for(editions.document_in(self.roadmap.pk, seen), self.document, self.progress))

    @property
    def release_notes(self) -> str:
        """What the editor said about the edition shown."""
        return editions.notes_in(self.roadmap.pk, self.edition)


@dataclass(frozen=True)
class Offer:
    """A roadmap in the catalogue."""

    journey: Journey
    is_followed: bool


def journey(user: User | AnonymousUser, slug: str) -> Journey:
    """Return one published roadmap, an `OwnJourney` for who follows it; `Roadmap.DoesNotExist` when there is none."""
    rows = _published().filter(slug=slug)
    if not isinstance(user, User):
        row = rows.get()
        return Journey(row, row.edition, _today("UTC"))
    zone = Subquery(Preferences.objects.filter(user=user).values("timezone")[:1])
    row = _with_enrolment(rows, user).annotate(zone=zone, can_undo=_can_undo("mine__pk")).get()
    enrolment = _enrolment(row)
    visit = Journey(row, row.edition, _today(row.zone), enrolment)
    return visit if enrolment is None or enrolment.left_at else _own([(visit, enrolment, row.can_undo)])[0]


def journeys(user: User) -> list[OwnJourney]:
    """Return all that a learner follows, the oldest first."""
    enrolments = (
        Enrolment.objects.filter(user=user, left_at=None, roadmap__current_edition__isnull=False)
        .select_related("roadmap")
        .annotate(edition=F("roadmap__current_edition__number"), zone=F("user__preferences__timezone"))
        .annotate(can_undo=_can_undo("pk"))
    )
    return _own([(Journey(row.roadmap, row.edition, _today(row.zone), row), row, row.can_undo) for row in enrolments])


def offered(user: User | AnonymousUser) -> list[Offer]:
    """Return the published roadmaps: all that take new learners, and what the visitor follows; with what they left."""
    today, rows = _today("UTC"), _published()
    if not isinstance(user, User):
        return [Offer(Journey(row, row.edition, today), is_followed=False) for row in rows.filter(withdrawn_at=None)]
    rows = _with_enrolment(rows, user).filter(Q(withdrawn_at=None) | Q(mine__isnull=False, mine__left_at=None))
    return [_offer(row, today) for row in rows]


def _offer(row: Any, today: date) -> Offer:
    enrolment = _enrolment(row)
    is_followed = enrolment is not None and enrolment.left_at is None
    return Offer(Journey(row, row.edition, today, None if is_followed else enrolment), is_followed)


def _with_enrolment(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Add a user's enrolment to rows of roadmaps, as `mine`."""
    mine = FilteredRelation("enrolments", condition=Q(enrolments__user=user))
    return rows.annotate(mine=mine).annotate(**{f"mine_{name}": F(f"mine__{name}") for name in _ENROLMENT_COLUMNS})


def _enrolment(row: Any) -> Enrolment | None:
    """Return what `_with_enrolment` found."""
    if row.mine_id is None:
        return None
    found = [getattr(row, f"mine_{name}") for name in _ENROLMENT_COLUMNS]
    return Enrolment.from_db(row._state.db, _ENROLMENT_COLUMNS, found)


def _published() -> QuerySet[Any]:
    """Return published roadmaps, each with the number of its current `edition`."""
    return Roadmap.objects.filter(current_edition__isnull=False).annotate(edition=F("current_edition__number"))


def _today(zone: str | None) -> date:
    """Return today's date on a learner's wall."""
    return local_date(timezone.now(), zones.zone(zone or "UTC").key)


def _can_undo(enrolment: str) -> Exists:
    """Tell whether `standing.undoable_change` would find something among the events of the enrolment named."""
    earlier = Event.objects.filter(enrolment=OuterRef("enrolment"), pk__lt=OuterRef("pk")).order_by("-pk")
    came = earlier.filter(kind__in=(Event.Kind.ENROLLED, Event.Kind.LEFT)).values("kind")[:1]
    undone = Event.objects.filter(enrolment=OuterRef("enrolment"), kind=Event.Kind.UNDONE)
    undone = undone.annotate(what=KT("data__change")).filter(what=Cast(OuterRef("change"), TextField()))
    own = Event.objects.filter(enrolment=OuterRef(enrolment)).exclude(kind__in=(Event.Kind.LEFT, Event.Kind.UNDONE))
    own = own.annotate(came=Subquery(came)).filter(~Q(kind=Event.Kind.ENROLLED) | Q(came=Event.Kind.ENROLLED))
    return Exists(own.filter(~Exists(undone)))


def _own(visits: Sequence[tuple[Journey, Enrolment, bool]]) -> list[OwnJourney]:
    """Add the projection of these enrolments, in two queries however many they are."""
    marks: defaultdict[int, list[MilestoneProgress]] = defaultdict(list)
    choices: defaultdict[int, dict[str, str]] = defaultdict(dict)
    keys = [enrolment.pk for _, enrolment, _ in visits]
    if keys:
        for mark in MilestoneProgress.objects.filter(enrolment__in=keys):
            marks[mark.enrolment_id].append(mark)
        for choice in Choice.objects.filter(enrolment__in=keys):
            choices[choice.enrolment_id][choice.group] = choice.milestone
    return [
        OwnJourney(
            roadmap=visit.roadmap,
            edition=visit.edition,
            today=visit.today,
            enrolment=enrolment,
            can_undo=can_undo,
            progress=projection.progress_of(enrolment, marks[enrolment.pk], choices[enrolment.pk]),
        )
        for visit, enrolment, can_undo in visits
    ]

"""Reads: where a learner stands, in a fixed number of queries.

A journey costs one query for the roadmap, the number of its current edition and the enrolment, and two more for the
projection when there is an enrolment. The edition comes from memory, and the time zone with who is logged in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts import zones
from accounts.models import Pause, User
from accounts.pauses import known_at
from roadmap import editions, projection
from roadmap.calendar import WEEK, local_date
from roadmap.document import Document
from roadmap.models import Choice, Digest, Edition, Enrolment, Event, MilestoneProgress, Roadmap
from roadmap.news import News, news_for, shortened
from roadmap.planning import NO_PAUSES, Pauses, Plan, Situation, situation_before
from roadmap.standing import Event as Happening
from roadmap.standing import LastChange, Mark, Progress, Standing, fold, last_change, standing_of

UNTOUCHED = Mark()
UNSURE_FOR = timedelta(days=8)  # then the next letter has come
_ENROLMENT_COLUMNS = tuple(field.attname for field in Enrolment._meta.concrete_fields)


@dataclass(frozen=True)
class Journey:
    """A published roadmap as one visitor sees it; `enrolment` is there if they follow it, or did so once.

    `edition_before` is the number that was current a week ago; before the first one it is the current one's.
    `pauses_before` are the pauses as they were then.
    """

    roadmap: Roadmap
    edition: int
    today: date
    enrolment: Enrolment | None = None
    undoable: LastChange | None = None
    last_event: int = 0
    pauses: Pauses = NO_PAUSES
    edition_before: int = 0
    pauses_before: Pauses = NO_PAUSES

    @cached_property
    def document(self) -> Document:
        return editions.document_in(self.roadmap.pk, self.edition)

    @property
    def standing(self) -> Standing | None:
        """Where the learner stands; None for someone who is not enrolled."""
        return None

    @property
    def can_undo(self) -> bool:
        return self.undoable is not None

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
    """A roadmap that the learner follows now. `unsure_of`: when a letter was due that may not have reached them."""

    enrolment: Enrolment
    progress: Progress
    unsure_of: datetime | None = None
    has_left = False

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.document, self.progress)

    @property
    def marks(self) -> Mapping[str, Mark]:
        return self.progress.marks

    @cached_property
    def situation(self) -> Situation:
        """What the plan follows from."""
        return Situation(self.document, self.progress, self.enrolment.started_on, self.today, self.pauses)

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.situation)

    @cached_property
    def news(self) -> News:
        """What has changed for the learner since the edition that they last took note of."""
        seen = self.enrolment.seen_edition
        if seen >= self.edition:
            return shortened(())
        return shortened(news_for(editions.document_in(self.roadmap.pk, seen), self.document, self.progress))

    def as_shown(self, edition: int | None) -> OwnJourney:
        """Return the journey on the edition that a form showed; the current one where it names none, or a later."""
        return replace(self, edition=min(edition or self.edition, self.edition))

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
    rows = _with_enrolment(rows, user).annotate(last_event=_last_event("mine__pk"), paused=_pauses(user))
    row = rows.annotate(edition_before=_edition_before("pk")).get()
    enrolment = _enrolment(row)
    if enrolment is None:
        return Journey(row, row.edition, today_of(user))
    visit = _visit(row, row, enrolment, user)
    return visit if enrolment.left_at else _own([(visit, enrolment)])[0]


def journeys(user: User) -> list[OwnJourney]:
    """Return all that a learner follows, the oldest first."""
    unsure = Digest.objects.filter(user=user, state=Digest.State.UNCERTAIN, due_at__gt=timezone.now() - UNSURE_FOR)
    enrolments = list(
        Enrolment.objects.filter(user=user, left_at=None, roadmap__current_edition__isnull=False)
        .select_related("roadmap")
        .annotate(edition=F("roadmap__current_edition__number"), last_event=_last_event("pk"), paused=_pauses(user))
        .annotate(edition_before=_edition_before("roadmap"))
        .annotate(unsure_of=Subquery(unsure.values("due_at")[:1]))
    )
    found = _own([(_visit(row.roadmap, row, row, user), row) for row in enrolments])
    return [replace(mine, unsure_of=row.unsure_of) for mine, row in zip(found, enrolments, strict=True)]


def a_week_ago(journeys: Iterable[OwnJourney]) -> dict[int, Situation]:
    """Return the situations of seven days ago by enrolment, of those who had begun by then: one query for all.

    Events are taken by the moment at which they were told, so a tick dated back belongs to the week of the telling.
    """
    mine = {journey.enrolment.pk: journey for journey in journeys}
    past: defaultdict[int, list[Event]] = defaultdict(list)
    if mine:
        for event in Event.objects.filter(enrolment__in=mine, at__lte=timezone.now() - WEEK).order_by("pk"):
            past[event.enrolment_id].append(event)
    return {
        key: situation_before(
            mine[key].situation,
            document=editions.document_in(mine[key].roadmap.pk, mine[key].edition_before),
            progress=fold(projection.happenings(events)),
            pauses=mine[key].pauses_before,
        )
        for key, events in past.items()
    }


def _visit(roadmap: Roadmap, row: Any, enrolment: Enrolment, user: User) -> Journey:
    spans = [(pause["from"], pause["until"]) for pause in row.paused]
    spans_before = known_at(timezone.now() - WEEK, user.preferences.pauses_before, spans)
    return Journey(
        roadmap,
        row.edition,
        today_of(user),
        enrolment,
        LastChange(**enrolment.undoable) if enrolment.undoable else None,
        row.last_event or 0,
        Pauses.from_iso(spans),
        row.edition_before or row.edition,
        Pauses.from_iso(spans_before),
    )


def _pauses(user: User) -> ArraySubquery:
    spans = Pause.objects.filter(user=user).values(span=JSONObject(**{"from": "starts_on", "until": "until"}))
    return ArraySubquery(spans)


def _edition_before(roadmap: str) -> Subquery:
    """Return the number of the edition that was current a week ago."""
    then = Edition.objects.filter(roadmap=OuterRef(roadmap), published_at__lte=timezone.now() - WEEK)
    return Subquery(then.order_by("-number").values("number")[:1])


def changed_at(user: User) -> datetime:
    """Return since when what somebody follows stands as it does: the last event, edition, or beginning of a day."""
    zone = zones.zone(user.preferences.timezone)
    found = Enrolment.objects.filter(user=user, left_at=None).aggregate(
        told=Max("events__at"), published=Max("roadmap__current_edition__published_at")
    )
    paused = [datetime.fromisoformat(change["at"]) for change in user.preferences.pauses_before]
    midnight = datetime.combine(today_of(user), time(), zone)
    moments = (midnight, found["told"], found["published"], *paused)
    return max(moment for moment in moments if moment).astimezone(UTC).replace(microsecond=0)


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


def today_of(user: User) -> date:
    """Return today's date on a learner's wall."""
    return _today(user.preferences.timezone)


def _published() -> QuerySet[Any]:
    """Return published roadmaps, each with the number of its current `edition`."""
    return Roadmap.objects.filter(current_edition__isnull=False).annotate(edition=F("current_edition__number"))


def _today(zone: str) -> date:
    """Return today's date on a learner's wall."""
    return local_date(timezone.now(), zones.zone(zone).key)


def _last_event(enrolment: str) -> Subquery:
    """Return the id of the last event of the enrolment named: whether its projection may be read hangs on it."""
    events = Event.objects.filter(enrolment=OuterRef(enrolment)).order_by("-pk")
    return Subquery(events.values("pk")[:1])


def _own(visits: Sequence[tuple[Journey, Enrolment]]) -> list[OwnJourney]:
    """Add the projection of these enrolments, in two queries however many they are.

    One more reads the events of those whose projection is not up to date.
    """
    marks: defaultdict[int, list[MilestoneProgress]] = defaultdict(list)
    choices: defaultdict[int, dict[str, str]] = defaultdict(dict)
    keys = [enrolment.pk for _, enrolment in visits]
    if keys:
        for mark in MilestoneProgress.objects.filter(enrolment__in=keys):
            marks[mark.enrolment_id].append(mark)
        for choice in Choice.objects.filter(enrolment__in=keys):
            choices[choice.enrolment_id][choice.group] = choice.milestone
    outdated = _outdated(visits)
    return [
        OwnJourney(
            roadmap=visit.roadmap,
            edition=visit.edition,
            today=visit.today,
            enrolment=enrolment,
            undoable=last_change(outdated[enrolment.pk]) if enrolment.pk in outdated else visit.undoable,
            pauses=visit.pauses,
            edition_before=visit.edition_before,
            pauses_before=visit.pauses_before,
            progress=fold(outdated[enrolment.pk])
            if enrolment.pk in outdated
            else projection.progress_of(enrolment, marks[enrolment.pk], choices[enrolment.pk]),
        )
        for visit, enrolment in visits
    ]


def _outdated(visits: Sequence[tuple[Journey, Enrolment]]) -> dict[int, tuple[Happening, ...]]:
    """Return the events of the enrolments whose projection is of an older rule, or knows not of all that happened."""
    keys = [mine.pk for visit, mine in visits if not projection.is_current(mine, visit.last_event)]
    events: defaultdict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(enrolment__in=keys).order_by("pk") if keys else ():
        events[event.enrolment_id].append(event)
    return {key: projection.happenings(events[key]) for key in keys}

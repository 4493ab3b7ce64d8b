"""All that the letters of one batch follow from, read in a fixed number of queries however many there are."""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Any

from django.db.models import F

from accounts import zones
from accounts.pauses import known_at
from roadmap import editions, projection
from roadmap.calendar import WEEK, local_date
from roadmap.document import Document
from roadmap.models import Choice, Edition, Enrolment, Event, MilestoneProgress
from roadmap.news import News, news_for, shortened
from roadmap.planning import NO_PAUSES, Pauses, Plan, Situation, situation_before
from roadmap.standing import Progress, Standing, fold

FOLLOWS = timedelta(days=10)  # a letter that is so late at most begins where the last one ended


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a digest is for, and how they wish to be reached.

    `pauses` are pairs of ISO dates; `told` maps roadmaps to the edition up to which the last mail told what is new;
    `pause_changes` are `Preferences.pauses_before`; `last_as_of` is the moment that the last letter spoke of.
    """

    user_id: int
    name: str
    address: str | None
    timezone: str
    weekday: int
    hour: int
    pauses: Sequence[tuple[str, str]] = ()
    told: Mapping[str, int] = field(default_factory=dict)
    pause_changes: Sequence[dict[str, Any]] = ()
    last_as_of: datetime | None = None

    @property
    def zone(self) -> str:
        return zones.zone(self.timezone).key

    @property
    def weekday_name(self) -> str:
        return calendar.day_name[self.weekday]

    def since(self, now: datetime) -> datetime:
        """Return where the week begins that a letter looks back on: where the last one ended, so nothing is told twice.

        After a longer silence it is a week.
        """
        last = self.last_as_of
        return last if last and now - FOLLOWS < last < now else now - WEEK


@dataclass(frozen=True)
class Journey:
    """One roadmap that a reader follows, interpreted when asked, so that one learner's odd rows are theirs alone.

    The letter looks back to `since`, a date on the reader's wall: `past` are the events told by that moment, and
    `edition_before` is the edition that was current then.
    """

    enrolment: Enrolment
    edition: int
    edition_before: int
    today: date
    since: date
    marks: list[MilestoneProgress]
    choices: dict[str, str]
    past: list[Event]
    pauses: Pauses = NO_PAUSES
    pauses_before: Pauses = NO_PAUSES
    told: int = 0

    @cached_property
    def document(self) -> Document:
        return editions.document_in(self.enrolment.roadmap_id, self.edition)

    @cached_property
    def progress(self) -> Progress:
        return projection.progress_of(self.enrolment, self.marks, self.choices)

    @cached_property
    def situation(self) -> Situation:
        return Situation(self.document, self.progress, self.enrolment.started_on, self.today, self.pauses)

    @cached_property
    def before(self) -> Situation | None:
        """The situation at the beginning of the week looked back on, for whoever had begun by then."""
        if not self.past:
            return None
        document = editions.document_in(self.enrolment.roadmap_id, self.edition_before)
        progress = fold(projection.happenings(self.past))
        return situation_before(
            self.situation, document=document, progress=progress, pauses=self.pauses_before, on=self.since
        )

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.situation)

    @property
    def standing(self) -> Standing:
        return self.situation.standing

    @cached_property
    def news(self) -> News:
        """What has changed for the reader since the edition that they took note of, or that a mail told them of."""
        seen = max(self.enrolment.seen_edition, self.told)
        if seen >= self.edition:
            return shortened(())
        old = editions.document_in(self.enrolment.roadmap_id, seen)
        return shortened(news_for(old, self.document, self.progress))

    @property
    def title(self) -> str:
        return self.document.title

    @property
    def slug(self) -> str:
        return self.document.slug


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader with all that they follow, the oldest enrolment first. `today` is the date on their wall."""

    reader: Reader
    today: date
    journeys: tuple[Journey, ...]

    @property
    def is_paused(self) -> bool:
        """Tell whether a pause covers today, also one that was planned long ago."""
        return any(begin <= self.today.isoformat() < until for begin, until in self.reader.pauses)


def read(readers: Sequence[Reader], now: datetime) -> list[Reading]:
    """Return what these readers follow, in their order: five queries."""
    if not readers:
        return []
    enrolments = _enrolments([reader.user_id for reader in readers])
    keys = [enrolment.pk for found in enrolments.values() for enrolment in found]
    since = {reader.user_id: reader.since(now) for reader in readers}
    numbers = _numbers({enrolment.roadmap_id for found in enrolments.values() for enrolment in found})
    marks: defaultdict[int, list[MilestoneProgress]] = defaultdict(list)
    for mark in MilestoneProgress.objects.filter(enrolment__in=keys):
        marks[mark.enrolment_id].append(mark)
    choices: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for choice in Choice.objects.filter(enrolment__in=keys):
        choices[choice.enrolment_id][choice.group] = choice.milestone
    past: defaultdict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(enrolment__in=keys, at__lte=max(since.values())).order_by("pk"):
        past[event.enrolment_id].append(event)

    def reading(reader: Reader) -> Reading:
        today, begin = local_date(now, reader.zone), since[reader.user_id]
        spans_before = known_at(begin, reader.pause_changes, reader.pauses)
        journeys = (
            Journey(
                enrolment=found,
                edition=found.edition,
                edition_before=_current_at(begin, numbers[found.roadmap_id]) or found.edition,
                today=today,
                since=local_date(begin, reader.zone),
                marks=marks[found.pk],
                choices=choices[found.pk],
                past=[event for event in past[found.pk] if event.at <= begin],
                pauses=Pauses.from_iso(reader.pauses),
                pauses_before=Pauses.from_iso(spans_before),
                told=reader.told.get(found.roadmap.slug, 0),
            )
            for found in enrolments[reader.user_id]
        )
        return Reading(reader, today, tuple(journeys))

    return [reading(reader) for reader in readers]


def _numbers(roadmaps: Collection[int]) -> defaultdict[int, list[tuple[datetime, int]]]:
    """Return when each edition of these roadmaps was published, with its number, the oldest first."""
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    editions_of = Edition.objects.filter(roadmap__in=roadmaps).order_by("published_at", "number")
    for roadmap, at, number in editions_of.values_list("roadmap_id", "published_at", "number"):
        found[roadmap].append((at, number))
    return found


def _current_at(moment: datetime, numbers: Sequence[tuple[datetime, int]]) -> int | None:
    """Return the number of the edition that was current at a moment; None before the first."""
    place = bisect_right(numbers, moment, key=itemgetter(0))
    return numbers[place - 1][1] if place else None


def _enrolments(users: Sequence[int]) -> defaultdict[int, list[Any]]:
    """Return what each of these users follows, with the number of the `edition` of now."""
    rows = (
        Enrolment.objects.filter(
            user__in=users, left_at=None, roadmap__current_edition__isnull=False, roadmap__withdrawn_at=None
        )
        .select_related("roadmap")
        .annotate(edition=F("roadmap__current_edition__number"))
        .order_by("started_at", "pk")
    )
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found

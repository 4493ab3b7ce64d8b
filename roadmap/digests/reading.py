"""All that the letters of one batch follow from, read in a fixed number of queries however many there are."""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Any

from django.db.models import F

from accounts import zones
from accounts.pauses import known_at
from roadmap import editions, projection
from roadmap.calendar import WEEK, local_date, local_midnight
from roadmap.document import Document
from roadmap.models import Choice, Edition, Enrolment, Event, MilestoneProgress
from roadmap.news import News, news_for, shortened
from roadmap.planning import NO_PAUSES, Pauses, Plan, Situation, situation_before
from roadmap.standing import Mark, Progress, Standing, fold

FOLLOWS = timedelta(weeks=4)  # how far a letter looks back at most, where the weeks before had none
UNTOUCHED = Mark()


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a digest is for, and how they wish to be reached.

    `pauses` are pairs of ISO dates; `told` maps roadmaps to the edition up to which the last mail told what is new;
    `pause_changes` are `Preferences.pauses_before`; `known` maps enrolments to the last event of each that the last
    weekly mail, or one before it, knew of. `period` is the Monday of the letter's week.
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
    last_mail_at: datetime | None = None
    known: Mapping[str, int] = field(default_factory=dict)
    period: date = date.min

    @property
    def zone(self) -> str:
        return zones.zone(self.timezone).key

    @property
    def weekday_name(self) -> str:
        return calendar.day_name[self.weekday]

    def since(self, now: datetime, began_at: datetime) -> tuple[datetime, bool]:
        """Return the moment that a letter looks back to, and whether that is the last letter's.

        It begins where the last one ended, so that nothing is told twice or not at all; the first one where the reader
        began. After a silence of more than four weeks it is a week. The same all day long, as a brief is kept so long.
        """
        today = local_date(now, self.zone)
        a_week_ago, earliest = (local_midnight(today - back, self.zone) for back in (WEEK, FOLLOWS))
        if self.last_mail_at is None:
            return (began_at if began_at >= earliest else a_week_ago), False
        return (min(self.last_mail_at, now), True) if self.last_mail_at >= earliest else (a_week_ago, False)

    def knew(self, event: Event, begin: datetime, *, follows: bool) -> bool:
        """Tell whether a letter that ended at `begin` knew of an event: no clock says, where the ledger does."""
        if follows and self.known:
            return event.pk <= self.known.get(str(event.enrolment_id), 0)
        return event.at <= begin


@dataclass(frozen=True)
class Journey:
    """One roadmap that a reader follows, interpreted when asked, so that one learner's odd rows are theirs alone.

    The letter looks back to `since`, a date on the reader's wall: `past` are the events told by that moment, and
    `edition_before` is the edition that was current then. `follows`: the last letter spoke of that moment. `last_event`
    is the id of the latest one of all, 0 where there is none. `outdated` are all events where the projection is of an
    older rule, or knows not of all of them.
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
    follows: bool = False
    last_event: int = 0
    outdated: list[Event] | None = None

    @cached_property
    def document(self) -> Document:
        return editions.document_in(self.enrolment.roadmap_id, self.edition)

    @cached_property
    def progress(self) -> Progress:
        if self.outdated is not None:
            return fold(projection.happenings(self.outdated))
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
    def before_as_of_now(self) -> Standing | None:
        """What was done by then, in the edition of now: an edition that counts otherwise is nobody's work."""
        if self.before is None:
            return None
        return replace(self.before, document=self.document).standing

    def mark_before(self, milestone: str) -> Mark:
        return self.before.progress.marks.get(milestone, UNTOUCHED) if self.before else UNTOUCHED

    @property
    def has_changed(self) -> bool:
        """Tell whether the reader said anything about a milestone since then; notes apart."""
        pairs = ((mark, self.mark_before(slug)) for slug, mark in self.progress.marks.items())
        return any((now.state, now.ticks, now.logged) != (was.state, was.ticks, was.logged) for now, was in pairs)

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
    numbers = _numbers({enrolment.roadmap_id for found in enrolments.values() for enrolment in found})
    marks: defaultdict[int, list[MilestoneProgress]] = defaultdict(list)
    for mark in MilestoneProgress.objects.filter(enrolment__in=keys):
        marks[mark.enrolment_id].append(mark)
    choices: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for choice in Choice.objects.filter(enrolment__in=keys):
        choices[choice.enrolment_id][choice.group] = choice.milestone
    past: defaultdict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(enrolment__in=keys).order_by("pk"):
        past[event.enrolment_id].append(event)

    def journey(reader: Reader, found: Any) -> Journey:
        begin, follows = reader.since(now, found.started_at)
        last_event = max((event.pk for event in past[found.pk]), default=0)
        spans_before = known_at(begin, reader.pause_changes, reader.pauses)
        return Journey(
            enrolment=found,
            edition=found.edition,
            edition_before=_current_at(begin, numbers[found.roadmap_id]) or found.edition,
            today=local_date(now, reader.zone),
            since=local_date(begin, reader.zone),
            marks=marks[found.pk],
            choices=choices[found.pk],
            past=[event for event in past[found.pk] if reader.knew(event, begin, follows=follows)],
            pauses=Pauses.from_iso(reader.pauses),
            pauses_before=Pauses.from_iso(spans_before),
            told=reader.told.get(found.roadmap.slug, 0),
            follows=follows,
            last_event=last_event,
            outdated=None if projection.is_current(found, last_event) else past[found.pk],
        )

    def reading(reader: Reader) -> Reading:
        journeys = tuple(journey(reader, found) for found in enrolments[reader.user_id])
        return Reading(reader, local_date(now, reader.zone), journeys)

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

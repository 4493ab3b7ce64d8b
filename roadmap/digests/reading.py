"""Everything that the digests of one batch say, read in a fixed number of queries however many there are."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db.models import F, OuterRef, Subquery

from accounts import zones
from roadmap import editions, projection
from roadmap.calendar import local_date
from roadmap.document import Document
from roadmap.models import Choice, Digest, Enrolment, MilestoneProgress
from roadmap.news import News, news_for, shortened
from roadmap.standing import Progress, Standing, standing_of

from . import reach, sql


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a digest is for, and how they wish to be reached."""

    user_id: int
    name: str
    address: str | None
    timezone: str
    weekday: int
    hour: int

    @property
    def zone(self) -> str:
        return zones.zone(self.timezone).key

    @property
    def weekday_name(self) -> str:
        return calendar.day_name[self.weekday]


@dataclass(frozen=True)
class Journey:
    """One roadmap that a reader follows, interpreted when asked, so that one learner's odd rows are theirs alone.

    `told` maps roadmaps to the edition up to which the reader's last mail told them what is new.
    """

    enrolment: Enrolment
    edition: int
    marks: list[MilestoneProgress]
    choices: dict[str, str]
    told: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def document(self) -> Document:
        return editions.document_in(self.enrolment.roadmap_id, self.edition)

    @cached_property
    def progress(self) -> Progress:
        return projection.progress_of(self.enrolment, self.marks, self.choices)

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.document, self.progress)

    @cached_property
    def news(self) -> News:
        """What has changed for the reader since the edition that they took note of, or that a mail told them of."""
        seen = max(self.enrolment.seen_edition, self.told.get(self.slug, 0))
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


_READERS = f"""
    SELECT u.id AS user_id, u.name, a.address, p.timezone, p.digest_weekday AS weekday, p.digest_hour AS hour
      FROM accounts_user u JOIN accounts_preferences p ON p.user_id = u.id {reach.JOIN}
     WHERE u.id = ANY(%(users)s)
"""  # noqa: S608 – put together from constants only


def read(users: Collection[int], now: datetime) -> dict[int, Reading]:
    """Return the reading of each of these users that is still there: four queries."""
    readers = sql.fetch(Reader, _READERS, {"users": list(users)})
    journeys = _journeys(users)
    return {
        reader.user_id: Reading(reader, local_date(now, reader.zone), tuple(journeys[reader.user_id]))
        for reader in readers
    }


def _journeys(users: Collection[int]) -> dict[int, list[Journey]]:
    arrived = Digest.objects.filter(user=OuterRef("user"), state__in=[Digest.State.SENT, Digest.State.UNCERTAIN])
    enrolments = list(
        Enrolment.objects.filter(
            user__in=users, left_at=None, roadmap__current_edition__isnull=False, roadmap__withdrawn_at=None
        )
        .select_related("roadmap")
        .annotate(edition=F("roadmap__current_edition__number"))
        .annotate(told=Subquery(arrived.order_by("-period").values("told")[:1]))
        .order_by("started_at", "pk")
    )
    keys = [enrolment.pk for enrolment in enrolments]
    marks: defaultdict[int, list[MilestoneProgress]] = defaultdict(list)
    for mark in MilestoneProgress.objects.filter(enrolment__in=keys):
        marks[mark.enrolment_id].append(mark)
    choices: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for choice in Choice.objects.filter(enrolment__in=keys):
        choices[choice.enrolment_id][choice.group] = choice.milestone
    journeys: defaultdict[int, list[Journey]] = defaultdict(list)
    for enrolment in enrolments:
        journeys[enrolment.user_id].append(
            Journey(enrolment, enrolment.edition, marks[enrolment.pk], choices[enrolment.pk], enrolment.told or {})
        )
    return journeys

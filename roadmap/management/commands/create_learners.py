"""Many learners at once, for demos and benchmarks."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts import zones
from accounts.models import Preferences, User
from roadmap import editions, projection
from roadmap.calendar import latest_slot, local_date
from roadmap.demo import Diary
from roadmap.models import Choice, Enrolment, Event, MilestoneProgress, Roadmap
from roadmap.standing import fold

AT_ONCE = 1_000  # learners in one transaction
EVENTS_AT_ONCE = 1_000  # ids drawn in one query
NAMES = (
    "Ada",
    "Alan",
    "Amina",
    "Chen",
    "Fatima",
    "Grace",
    "Ingrid",
    "Jamal",
    "Kofi",
    "Lena",
    "Mateo",
    "Noor",
    "Priya",
    "",
)


class Command(BaseCommand):
    help = "Create N verified learners with varied progress, time zones all over the world, and due digests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same lives")
        parser.add_argument("--roadmap", help="the slug of the roadmap; may be left out where there is only one")
        parser.add_argument("--password", help="one password for all of them; without it nobody can log in as them")

    def handle(self, *, number: int, seed: int, roadmap: str | None, password: str | None, **options: Any) -> None:
        begun = monotonic()
        if number < 1:
            raise CommandError("At least one learner, please.")
        dice = Random(seed)  # noqa: S311 - made-up lives need no secrecy
        maker = _Maker(_roadmap(roadmap), dice, password=make_password(password))
        for done in range(0, number, AT_ONCE):
            with transaction.atomic():
                maker.make(min(AT_ONCE, number - done))
        self.stdout.write(f"Created {number:,} learners in {monotonic() - begun:.1f} s.")


def _roadmap(slug: str | None) -> Roadmap:
    published = Roadmap.objects.filter(current_edition__isnull=False).select_related("current_edition")
    found = list(published.filter(slug=slug) if slug else published)
    if not found:
        raise CommandError("There is no such published roadmap. Load one first: load_roadmap FILE --publish")
    if len(found) > 1:
        raise CommandError(f"Name one with --roadmap: {', '.join(row.slug for row in found)}")
    return found[0]


class _Maker:
    """Writes learners table by table, by COPY, with ids drawn from the tables' own sequences."""

    def __init__(self, roadmap: Roadmap, dice: Random, *, password: str) -> None:
        self.roadmap, self.dice, self.password = roadmap, dice, password
        assert roadmap.current_edition is not None  # `_roadmap` finds published ones only
        self.edition = roadmap.current_edition.number
        self.document = editions.published(roadmap.current_edition)
        self.zones = [name for _, area in zones.offered() for name, _ in area]
        self.event_ids = itertools.chain.from_iterable(_drawn(Event, EVENTS_AT_ONCE) for _ in itertools.count())
        self.now = timezone.now()

    def make(self, number: int) -> None:
        rows: dict[type[Model], list[Model]] = {
            model: [] for model in (User, EmailAddress, Preferences, Enrolment, Event, MilestoneProgress, Choice)
        }
        pairs = zip(_drawn(User, number), _drawn(Enrolment, number), strict=True)
        for user_id, enrolment_id in pairs:
            for row in self._learner(user_id, enrolment_id):
                rows[type(row)].append(row)
        for model, found in rows.items():
            _copy(model, found)

    def _learner(self, user_id: int, enrolment_id: int) -> Iterator[Model]:
        zone, hour = self.dice.choice(self.zones), self.dice.randint(6, 20)
        today = local_date(self.now, zone)
        diary = Diary(self.dice, self.document, today, self.edition, self.event_ids).write()
        joined = diary[0].at - timedelta(minutes=5)
        email = f"learner-{user_id}@example.org"
        yield User(id=user_id, email=email, name=self.dice.choice(NAMES), password=self.password, date_joined=joined)
        yield EmailAddress(user_id=user_id, email=email, verified=True, primary=True)
        yield self._preferences(user_id, zone, hour)
        yield from _progress(enrolment_id, user_id, self.roadmap, diary)

    def _preferences(self, user_id: int, zone: str, hour: int) -> Preferences:
        """A weekly mail that fell due within the last day."""
        weekday = max(range(7), key=lambda day: latest_slot(self.now, zone, day, hour))
        due_at: datetime = latest_slot(self.now, zone, weekday, hour)
        return Preferences(
            user_id=user_id, timezone=zone, digest_weekday=weekday, digest_hour=hour, digest_due_at=due_at
        )


def _progress(enrolment_id: int, user_id: int, roadmap: Roadmap, diary: Sequence[Any]) -> Iterator[Model]:
    """Yield the rows of a diary: enrolment, events, and the projection that they fold to."""
    progress = fold(diary)
    yield Enrolment(
        id=enrolment_id,
        user_id=user_id,
        roadmap=roadmap,
        hours_per_week=progress.hours_per_week,
        target_on=progress.target_on,
        started_at=diary[0].at,
        started_on=diary[0].on,
    )
    for event in diary:
        yield Event(
            id=event.id,
            enrolment_id=enrolment_id,
            change=event.change,
            kind=event.kind,
            milestone=event.milestone,
            step=event.step,
            data=event.data,
            at=event.at,
            on=event.on,
            edition=event.edition,
        )
    for milestone, mark in progress.marks.items():
        yield MilestoneProgress(enrolment_id=enrolment_id, milestone=milestone, **projection.columns(mark))
    for group, milestone in progress.choices.items():
        yield Choice(enrolment_id=enrolment_id, group=group, milestone=milestone)


def _drawn(model: type[Model], number: int) -> list[int]:
    """Draw primary keys that nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [key for (key,) in cursor.fetchall()]


def _copy(model: type[Model], rows: Iterable[Model]) -> None:
    """Write rows by COPY; a key that is not set is the database's to choose."""
    rows = list(rows)
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and rows[0].pk is None)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([_value(field, getattr(row, field.attname)) for field in fields])


def _value(field: Any, value: Any) -> Any:
    return json.dumps(value) if field.get_internal_type() == "JSONField" else value

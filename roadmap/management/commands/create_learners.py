"""Many learners at once, for demos and benchmarks."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
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
from roadmap.calendar import DAY, latest_slot, local_date
from roadmap.demo import Diary
from roadmap.models import Choice, Enrolment, Event, MilestoneProgress, Roadmap
from roadmap.standing import RULE, fold, last_change
from roadmap.standing import Event as Happening

Columns = dict[str, Any]
Row = tuple[type[Model], Columns]

AT_ONCE = 1_000  # learners in one transaction
EVENTS_AT_ONCE = 1_000  # ids drawn in one query
NAMES = ("Ada", "Alan", "Amina", "Chen", "Fatima", "Grace", "Ingrid", "Jamal", "Kofi", "Lena", "Mateo", "Noor", "")


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
        tables: dict[type[Model], list[Columns]] = {
            model: [] for model in (User, EmailAddress, Preferences, Enrolment, Event, MilestoneProgress, Choice)
        }
        for user_id, enrolment_id in zip(_drawn(User, number), _drawn(Enrolment, number), strict=True):
            for model, columns in self._learner(user_id, enrolment_id):
                tables[model].append(columns)
        for model, rows in tables.items():
            _copy(model, rows)

    def _learner(self, user_id: int, enrolment_id: int) -> Iterator[Row]:
        zone, hour = self.dice.choice(self.zones), self.dice.randint(6, 20)
        today = local_date(self.now, zone)
        diary = Diary(self.dice, self.document, today, self.edition, self.event_ids).write()
        joined = diary[0].at - timedelta(minutes=5)
        email = f"learner-{user_id}@example.org"
        name = self.dice.choice(NAMES)
        yield _row(User(id=user_id, email=email, name=name, password=self.password, date_joined=joined))
        yield _row(EmailAddress(user_id=user_id, email=email, verified=True, primary=True))
        yield _row(self._preferences(user_id, zone, hour, today))
        yield from _progress(enrolment_id, user_id, self.roadmap, diary)

    def _preferences(self, user_id: int, zone: str, hour: int, today: date) -> Preferences:
        """A weekly mail that fell due within the last day."""
        weekday = today.weekday()
        due_at = latest_slot(self.now, zone, weekday, hour)
        if due_at < self.now - DAY:  # the hour is still to come today
            weekday = (weekday - 1) % 7
            due_at = latest_slot(self.now, zone, weekday, hour)
        return Preferences(
            user_id=user_id, timezone=zone, digest_weekday=weekday, digest_hour=hour, digest_due_at=due_at
        )


def _progress(enrolment_id: int, user_id: int, roadmap: Roadmap, diary: Sequence[Happening]) -> Iterator[Row]:
    """Yield the rows of a diary: enrolment, events, and the projection that they fold to."""
    progress = fold(diary)
    enrolment = Enrolment(id=enrolment_id, user_id=user_id, roadmap=roadmap, hours_per_week=progress.hours_per_week)
    enrolment.seen_edition = diary[0].edition
    enrolment.target_on, enrolment.started_at, enrolment.started_on = progress.target_on, diary[0].at, diary[0].on
    enrolment.projection_rule, enrolment.projected_event = RULE, diary[-1].id
    paces = json.dumps([[on.isoformat(), hours] for on, hours in progress.paces])
    undoable = last_change(diary)
    undoable_row = json.dumps(undoable._asdict() if undoable else None)
    yield Enrolment, _row(enrolment)[1] | {"paces": paces, "undoable": undoable_row}
    for event in diary:
        yield (
            Event,
            {
                "id": event.id,
                "enrolment_id": enrolment_id,
                "change": event.change,
                "kind": event.kind,
                "milestone": event.milestone,
                "step": event.step,
                "data": json.dumps(event.data),
                "at": event.at,
                "on": event.on,
                "edition": event.edition,
            },
        )
    for milestone, mark in progress.marks.items():
        columns = projection.columns(mark)
        columns |= {name: json.dumps(columns[name]) for name in ("ticks", "logged", "carry_forward")}
        yield MilestoneProgress, {"enrolment_id": enrolment_id, "milestone": milestone, **columns}
    for group, milestone in progress.choices.items():
        yield Choice, {"enrolment_id": enrolment_id, "group": group, "milestone": milestone}


def _row(instance: Model) -> Row:
    """Return an instance's columns, defaults included; a key that is not set is the database's to choose."""
    fields = [field for field in instance._meta.concrete_fields if not (field.primary_key and instance.pk is None)]
    return type(instance), {str(field.column): getattr(instance, field.attname) for field in fields}


def _drawn(model: type[Model], number: int) -> list[int]:
    """Draw primary keys that nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [key for (key,) in cursor.fetchall()]


def _copy(model: type[Model], rows: Sequence[Columns]) -> None:
    """Write rows that have the same columns by COPY."""
    if not rows:
        return
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(map(quote, rows[0]))
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(row.values()))

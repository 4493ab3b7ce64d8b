"""Learners whose letters are due, for the digest benchmark: some thousands made, the rest their copies."""

import io
import time
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import connection
from django.db.models import Max, Min, Model

from accounts.models import Preferences, User
from roadmap.calendar import week_of
from roadmap.digests import briefs, ledger, sql
from roadmap.models import Brief, Choice, Digest, Enrolment, Event, MilestoneProgress

AHEAD = timedelta(minutes=30)
AT_ONCE = 1_000
LONGEST_PASS = timedelta(minutes=6)
TABLES = (User, EmailAddress, Preferences, Enrolment, Event, MilestoneProgress, Choice, Brief)

_KEYS = """
    UPDATE roadmap_brief b SET key = v.key FROM unnest(%(users)s::bigint[], %(keys)s::text[]) AS v(user_id, key)
     WHERE b.user_id = v.user_id
"""


def make(number: int) -> float:
    """Create so many learners and work out their briefs; return the seconds that a brief took."""
    call_command("create_learners", number, stdout=io.StringIO())
    now = _all_due(at=AHEAD)
    began = time.monotonic()
    while briefs.prepare(now):
        pass
    seconds = time.monotonic() - began
    kept = Brief.objects.exclude(key="").count()
    if kept != number:
        raise RuntimeError(f"{kept} briefs for {number} learners")
    _all_due(at=timedelta())
    return seconds / number


def multiply(times: int) -> None:
    """Give every learner `times` - 1 copies with rows of their own, all of them due, and nobody written to yet.

    What makes a learner's letter is copied with them; only the briefs' keys name rows, so they are asked for anew.
    """
    Digest.objects.all().delete()
    ids = Enrolment.objects.aggregate(low=Min("user"), high=Max("user"), last=Max("id"))
    shift = max(ids["high"], ids["last"])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no look at each foreign key: the rows are whole
        for copy in range(1, times):
            for model in TABLES:
                cursor.execute(*_copying(model, copy * shift, ids["low"], ids["high"]))
        cursor.execute("SET session_replication_role = DEFAULT")
    now = _all_due(at=timedelta())
    users = list(Brief.objects.values_list("user", flat=True))
    for start in range(0, len(users), AT_ONCE):
        rows = briefs._rows(users[start : start + AT_ONCE])
        columns = {
            "users": [row.user_id for row in rows],
            "keys": [row.key(week_of(now, row.timezone), now) for row in rows],
        }
        sql.execute(_KEYS, columns)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copying(model: type[Model], shift: int, low: int, high: int) -> tuple[str, list[int]]:
    """Return the statement that copies the rows of the learners from `low` to `high`, their ids moved by `shift`."""
    meta = model._meta
    columns = [str(field.column) for field in meta.concrete_fields]
    if model not in {User, Enrolment}:
        columns = [column for column in columns if column != "id"]  # the table's own sequence gives it
    taken = {name: f"{name} + {shift}" for name in ("id", "user_id", "enrolment_id")}
    taken["email"] = f"{shift} || '-' || email"
    values = ", ".join(taken.get(column, f'"{column}"') for column in columns)
    owner = "id" if model is User else "user_id"
    whose = f"{owner} BETWEEN %s AND %s"
    if "enrolment_id" in columns:
        whose = f"enrolment_id IN (SELECT id FROM roadmap_enrolment WHERE {whose})"  # noqa: S608 – from our own models
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"INSERT INTO {meta.db_table} ({names}) SELECT {values} FROM {meta.db_table} WHERE {whose}"  # noqa: S608 – from our own models
    return statement, [low, high]


def _all_due(*, at: timedelta) -> datetime:
    """Let all letters fall due so far from now; return the database's time.

    A letter is of its day, and leaves in the daytime. Here some have midnight at every full hour, and a brief that was
    made before it would be made anew: so a pass that could last until then begins after it.
    """
    now = ledger.now()
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if now + LONGEST_PASS > hour:
        time.sleep((hour - now).total_seconds())
        now = ledger.now()
    Preferences.objects.update(digest_due_at=now + at)
    Brief.objects.update(due_at=now + at)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return now

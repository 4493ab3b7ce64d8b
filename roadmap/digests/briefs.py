"""What letters say, worked out shortly before they are due and kept until then: a due mail only has to be set.

A brief is kept under the key of all that it was derived from: the last event of each enrolment, the edition, the
pauses, what the last letter told, the day, and how a letter is written. When the letter is due the key is asked for
again; one that has changed, or was never worked out, is derived then. So a brief saves time and changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from psycopg.types.json import Jsonb

from accounts import zones
from roadmap.calendar import local_date, week_of

from . import reach, sql
from .alone import alone
from .contents import Data, contents
from .durable import patiently
from .letter import letter_for
from .reading import Reader, Reading, read

AHEAD = timedelta(hours=1)
KEPT = timedelta(days=3)  # longer than a letter may be late
BATCH = 64


@dataclass(frozen=True, slots=True)
class _Row:
    """A reader as the database has them, with the facts that their letter follows from, and the brief kept for it."""

    user_id: int
    name: str
    address: str | None
    timezone: str
    weekday: int
    hour: int
    pauses: list[tuple[str, str]]
    told: dict[str, int]
    last_mail_at: datetime | None
    known: dict[str, int]
    pause_changes: list[dict[str, Any]]
    facts: str
    kept_key: str | None
    kept: Data | None

    def reader(self, period: date) -> Reader:
        return Reader(
            self.user_id,
            self.name,
            self.address,
            self.timezone,
            self.weekday,
            self.hour,
            self.pauses,
            self.told,
            self.pause_changes,
            self.last_mail_at,
            self.known,
            period,
        )

    def key(self, period: date, now: datetime) -> str:
        """Return the name of all that a brief for a letter of this week follows from."""
        today = local_date(now, zones.zone(self.timezone).key)
        return f"{self.facts} {today} {period} {WAY_OF_WRITING}"


_READERS = f"""
    SELECT u.id AS user_id, u.name, a.address, p.timezone, p.digest_weekday AS weekday, p.digest_hour AS hour,
           coalesce(r.pauses, '[]') AS pauses, coalesce(l.told, '{{}}') AS told,
           l.at AS last_mail_at, coalesce(l.known, '{{}}') AS known,
           p.pauses_before AS pause_changes,
           md5(concat_ws('|', p.timezone, r.pauses, p.pauses_before, l.told, l.at, l.known, j.facts)) AS facts,
           b.key AS kept_key, b.contents AS kept
      FROM accounts_user u JOIN accounts_preferences p ON p.user_id = u.id {reach.JOIN}
      LEFT JOIN roadmap_brief b ON b.user_id = u.id
      CROSS JOIN LATERAL (SELECT jsonb_agg(jsonb_build_array(starts_on, until) ORDER BY starts_on) AS pauses
        FROM accounts_pause WHERE user_id = u.id) r
      LEFT JOIN LATERAL (SELECT told, coalesce(sent_at, settled_at) AS at, known_events AS known FROM roadmap_digest
        WHERE user_id = u.id AND state IN ('sent', 'uncertain') AND kind = 'weekly'
        ORDER BY period DESC LIMIT 1) l ON true
      CROSS JOIN LATERAL (SELECT string_agg(concat_ws(' ', f.id, n.number, f.seen_edition,
          v.last), ',' ORDER BY f.id) AS facts
        FROM roadmap_enrolment f
        CROSS JOIN LATERAL (SELECT max(id) AS last FROM roadmap_event WHERE enrolment_id = f.id) v
        JOIN roadmap_roadmap m ON m.id = f.roadmap_id AND m.withdrawn_at IS NULL
        JOIN roadmap_edition n ON n.id = m.current_edition_id
        WHERE f.user_id = u.id AND f.left_at IS NULL) j
     WHERE u.id = ANY(%(users)s)
"""  # noqa: S608 – put together from constants only

# Whoever gets the row derives the brief; a second one, a moment later, finds it taken.
_TAKE = """
    INSERT INTO roadmap_brief (user_id, due_at, key, contents)
    SELECT p.user_id, p.digest_due_at, '', '{}' FROM accounts_preferences p
      LEFT JOIN roadmap_brief b ON b.user_id = p.user_id
     WHERE p.digest_enabled AND p.digest_due_at > %(now)s AND p.digest_due_at <= %(until)s
       AND b.due_at IS DISTINCT FROM p.digest_due_at
       AND EXISTS (SELECT FROM roadmap_enrolment f WHERE f.user_id = p.user_id AND f.left_at IS NULL)
     ORDER BY p.digest_due_at LIMIT %(limit)s
    ON CONFLICT (user_id) DO UPDATE SET due_at = excluded.due_at, key = '', contents = '{}'
     WHERE roadmap_brief.due_at <> excluded.due_at
    RETURNING user_id
"""
_KEEP = """
    UPDATE roadmap_brief b SET key = v.key, contents = v.contents
      FROM unnest(%(users)s::bigint[], %(keys)s::text[], %(contents)s::jsonb[]) AS v(user_id, key, contents)
     WHERE b.user_id = v.user_id
"""
_FORGET = "DELETE FROM roadmap_brief WHERE due_at < %(before)s"


@dataclass(frozen=True, slots=True)
class _Taken:
    user_id: int


@patiently
def of(periods: Mapping[int, date], now: datetime) -> dict[int, tuple[Reader, Data | None]]:
    """Return each reader that is still there, with what their letter says, or None where it cannot be derived.

    `periods` maps them to the weeks of their letters, which may leave on a day of the next one. One query where all
    briefs are kept and true, six otherwise.
    """
    rows = _rows(periods)
    readers = {row.user_id: row.reader(periods[row.user_id]) for row in rows}
    stale = [readers[row.user_id] for row in rows if row.kept_key != row.key(periods[row.user_id], now)]
    derived = _derived(stale, now)
    return {row.user_id: (readers[row.user_id], derived.get(row.user_id, row.kept)) for row in rows}


def prepare(now: datetime, *, limit: int = BATCH) -> int:
    """Derive the briefs of up to `limit` letters that are due within the hour; return how many were taken on.

    Any number of these may run at a time. What a killed one leaves behind is derived when the letter is due.
    """
    with transaction.atomic():
        window = {"now": now, "until": now + AHEAD, "limit": limit}
        taken = [row.user_id for row in sql.fetch(_Taken, _TAKE, window)]
    if not taken:
        return 0
    rows = _rows(taken)
    periods = {
        row.user_id: week_of(now, zones.zone(row.timezone).key) for row in rows
    }  # no hour of ours is near midnight
    derived = _derived([row.reader(periods[row.user_id]) for row in rows], now)
    kept = [
        (row.user_id, row.key(periods[row.user_id], now), data)
        for row in rows
        if (data := derived[row.user_id]) is not None
    ]
    columns = {
        "users": [user for user, _, _ in kept],
        "keys": [key for _, key, _ in kept],
        "contents": [Jsonb(data) for _, _, data in kept],
    }
    sql.execute(_KEEP, columns)
    return len(taken)


def forget(now: datetime) -> int:
    """Delete the briefs of letters that left long ago; return how many."""
    return sql.execute(_FORGET, {"before": now - KEPT})


def _rows(users: Collection[int]) -> list[_Row]:
    return sql.fetch(_Row, _READERS, {"users": list(users)})


def _derived(readers: Sequence[Reader], now: datetime) -> Mapping[int, Data | None]:
    return {reading.reader.user_id: _contents(reading) for reading in read(readers, now)}


def _contents(reading: Reading) -> Data | None:
    """Return what a letter says; None, and the reason in the log, for a learner whose rows make no sense."""
    with alone("letter_not_derived", user=reading.reader.user_id):
        return contents(letter_for(reading))
    return None


def _digest_of_code() -> str:
    """Return a digest of the code that says what a letter says: a new release writes letters anew."""
    root = Path(__file__).parents[2]
    sources = sorted(path for app in ("accounts", "roadmap") for path in (root / app).rglob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


WAY_OF_WRITING = _digest_of_code()  # read at the start: a process may outlive its files

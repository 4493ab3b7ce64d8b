"""Who is owed a digest, and when the next one is due.

One transaction locks the preferences that are due, inserts their rows and moves their due times on. Ten planners at
once share the work by SKIP LOCKED, and the unique key (learner, week) holds whatever they do.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db.models import Max

from accounts import zones
from roadmap.calendar import latest_slot, local_date, local_midnight, next_slot, week_of
from roadmap.models import Digest

from . import reach, sql
from .durable import durably

BATCH = 500
LATE_AFTER = timedelta(hours=48)
SHORTEST_GAP = timedelta(days=5)
LOOK_AGAIN_AFTER = timedelta(days=366)  # a pause that is longer is found to go on


@dataclass(frozen=True, slots=True)
class Planned:
    """What one transaction did: rows inserted, and people looked at (none: nothing was due)."""

    rows: int
    people: int


@dataclass(frozen=True, slots=True)
class Candidate(reach.Reach):
    """A person whose preferences are due, with their wish and their latest row in the ledger.

    `last_mail_at` is when its mail left, or may leave at the latest.
    """

    digest_weekday: int
    digest_hour: int
    digest_due_at: datetime | None
    last_period: date | None
    last_mail_at: datetime | None
    digest_replanned_at: datetime | None = None


_CANDIDATES = f"""
    SELECT {reach.COLUMNS}, p.digest_weekday, p.digest_hour, p.digest_due_at, p.digest_replanned_at,
           l.last_period, l.last_mail_at
      FROM accounts_preferences p JOIN accounts_user u ON u.id = p.user_id {reach.JOIN}
      LEFT JOIN LATERAL (
        SELECT period AS last_period,
               CASE WHEN state = 'sent' THEN sent_at
                    WHEN state = 'uncertain' THEN least(settled_at, expires_at)
                    WHEN state IN ('pending', 'claimed', 'sending') THEN expires_at END AS last_mail_at
          FROM roadmap_digest WHERE user_id = u.id ORDER BY period DESC LIMIT 1) l ON true
     WHERE p.digest_enabled AND {{which}}
"""  # noqa: S608 – put together from constants only
_LOCK = _CANDIDATES + "ORDER BY p.digest_due_at LIMIT %(limit)s FOR UPDATE OF p SKIP LOCKED"
_LOCK_UNSCHEDULED = _LOCK.format(which="p.digest_due_at IS NULL")
_LOCK_DUE = _LOCK.format(which="p.digest_due_at <= %(now)s")
_ONE = _CANDIDATES.format(which="p.user_id = %(user)s")

_INSERT = """
    INSERT INTO roadmap_digest (user_id, period, kind, state, due_at, expires_at, next_attempt_at, message_id,
                                attempts, reason, to_address, subject, smtp_reply, told)
    SELECT v.user_id, v.period, v.kind, 'pending', v.due_at, v.due_at + %(late_after)s, v.due_at, v.message_id,
           0, '', '', '', '', '{}'
      FROM unnest(%(users)s::bigint[], %(periods)s::date[], %(kinds)s::text[], %(dues)s::timestamptz[],
                  %(message_ids)s::text[])
        AS v(user_id, period, kind, due_at, message_id)
    ON CONFLICT DO NOTHING
"""

_MOVE_ON = """
    UPDATE accounts_preferences p SET digest_due_at = v.due_at, digest_replanned_at = NULL
      FROM unnest(%(users)s::bigint[], %(dues)s::timestamptz[]) AS v(user_id, due_at)
     WHERE p.user_id = v.user_id
"""


@durably
def plan(now: datetime, *, limit: int = BATCH) -> Planned:
    """Insert the rows that are due at `now`, for at most `limit` people, and move their due times on.

    Who may not be written to gets no row, only a next due time. After an outage the latest missed slot alone counts:
    one mail, however many weeks were missed, and none if even that slot is over 48 hours past.
    """
    due = sql.fetch(Candidate, _LOCK_DUE, {"now": now, "limit": limit})
    people = {person.user_id: person for person in due if not reach.reason_against(person, now)}
    owed = {user: _owed_at(person, now) for user, person in people.items()}
    periods = {user: week_of(due_at, people[user].zone) for user, due_at in owed.items()}
    rows = sql.execute(
        _INSERT,
        {
            "users": list(owed),
            "periods": [periods[user] for user in owed],
            "kinds": [reach.kind_for(people[user], now) for user in owed],
            "dues": list(owed.values()),
            "message_ids": [_new_message_id() for _ in owed],
            "late_after": LATE_AFTER,
        },
    )
    _move_on(
        {
            person.user_id: next_due(
                person,
                now,
                last_period=periods.get(person.user_id, person.last_period),
                last_mail_at=owed.get(person.user_id, person.last_mail_at),
            )
            for person in due
        }
    )
    return Planned(rows, len(due))


@durably
def schedule(now: datetime, *, limit: int = BATCH) -> int:
    """Give those whose preferences are new or changed their next due time; return how many.

    It is the first slot after the change, also if that is over by now: then it is due.
    """
    people = sql.fetch(Candidate, _LOCK_UNSCHEDULED, {"now": now, "limit": limit})
    _move_on({person.user_id: _first_due(person, now) for person in people})
    return len(people)


def plan_all(now: datetime) -> int:
    """Plan until nothing is due at `now`; return the number of rows inserted."""
    while schedule(now):
        pass
    rows = 0
    while (planned := plan(now)).people:
        rows += planned.rows
    return rows


def next_letter_on(user_id: int, now: datetime) -> date | None:
    """Return the reader's day of the next letter after `now`, as planned or as it would be; None where letters are off.

    Whether there will be something to write about, nobody knows yet.
    """
    for person in sql.fetch(Candidate, _ONE, {"user": user_id, "now": now}):
        begins = now if person.began_at is None else max(now, person.began_at + reach.SETTLING_IN)
        due_at = person.digest_due_at or _first_due(person, begins)
        if due_at <= begins:
            due_at = next_due(person, begins, last_period=person.last_period, last_mail_at=person.last_mail_at)
        return local_date(due_at, person.zone)
    return None


def owed_until(user_id: int) -> datetime | None:
    """Return until when a letter that is owed already may leave; None where none is."""
    owed = Digest.objects.filter(user=user_id, state__in=[Digest.State.PENDING, Digest.State.CLAIMED])
    found: datetime | None = owed.aggregate(at=Max("expires_at"))["at"]
    return found


def _first_due(person: Candidate, now: datetime) -> datetime:
    """Return the first slot after the preferences changed."""
    since = max(now - LATE_AFTER, min(now, person.digest_replanned_at or now))
    return next_due(person, since, last_period=person.last_period, last_mail_at=person.last_mail_at)


def next_due(person: Candidate, now: datetime, *, last_period: date | None, last_mail_at: datetime | None) -> datetime:
    """Return the first slot after `now` that is not paused or snoozed, in a week without a row, and no mail near it.

    Near is less than 5 days from the last one.
    """
    after = now
    for rests_until in (person.pause_ends_on(now), person.snoozed_until):
        if rests_until is not None:
            after = max(after, _last_moment_before(min(rests_until, now.date() + LOOK_AGAIN_AFTER), person.zone))
    while True:
        after = slot = next_slot(after, person.zone, person.digest_weekday, person.digest_hour)
        if week_of(slot, person.zone) == last_period or _is_too_near(slot, last_mail_at, person.zone):
            continue
        on = local_date(slot, person.zone)
        ends_on = max(filter(None, (pause.upper for pause in person.pauses if on in pause)), default=None)
        if ends_on is None or ends_on - on > LOOK_AGAIN_AFTER:
            return slot
        after = _last_moment_before(ends_on, person.zone)


def _last_moment_before(day: date, zone: str) -> datetime:
    return local_midnight(day, zone) - timedelta(microseconds=1)


def _is_too_near(slot: datetime, last_mail_at: datetime | None, zone: str) -> bool:
    """Tell whether less than five days on the wall lie between: clocks that change cost nobody a letter."""
    if last_mail_at is None:
        return False
    one, other = (at.astimezone(zones.zone(zone)).replace(tzinfo=None) for at in (slot, last_mail_at))
    return abs(one - other) < SHORTEST_GAP


def _owed_at(person: Candidate, now: datetime) -> datetime:
    """Return when the mail that is owed now was due: the planned time, or the latest slot if several were missed."""
    assert person.digest_due_at is not None
    return max(person.digest_due_at, latest_slot(now, person.zone, person.digest_weekday, person.digest_hour))


def _move_on(due_times: dict[int, datetime]) -> None:
    sql.execute(_MOVE_ON, {"users": list(due_times), "dues": list(due_times.values())})


def _new_message_id() -> str:
    """Return a Message-ID; the row keeps it, so that every attempt bears the same."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<digest.{uuid.uuid4()}@{domain}>"

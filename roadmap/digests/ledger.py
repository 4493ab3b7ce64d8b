"""The ledger of digests: who sends which one, and what became of it.

    pending -> claimed -> sending -> sent | uncertain | failed     besides: skipped, expired

PostgreSQL decides; whoever calls may be killed at any moment. A row is claimed under a lease, committed as `sending`
before the first byte goes to a mail server, and settled after the answer. What is found `sending` when its lease is
over may have been delivered: it becomes `uncertain` and is never sent again by itself. Every entry may be made twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db.models import Count, Min

from roadmap.models import Digest

from . import gate, reach, sql
from .durable import durably, patiently
from .verdicts import Claim, Envelope, Verdict

State = Digest.State
_UNSETTLED = {State.PENDING, State.CLAIMED, State.SENDING}

LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one commit did: the digests that are now `sending`, and how many were settled, by state."""

    sending: frozenset[int]
    settled: Counter[State]


@dataclass(frozen=True, slots=True)
class _Moment:
    now: datetime


@patiently
def now() -> datetime:
    """Return the database's clock, the only one that counts."""
    [row] = sql.fetch(_Moment, "SELECT now()", {})
    return row.now


_EXPIRE = """
    UPDATE roadmap_digest SET state = 'expired', reason = 'too late', settled_at = %(now)s
     WHERE id IN (SELECT id FROM roadmap_digest
                   WHERE state = 'pending' AND expires_at <= %(now)s FOR UPDATE SKIP LOCKED)
"""

_RECLAIM = """
    UPDATE roadmap_digest
       SET state = CASE state WHEN 'claimed' THEN 'pending' ELSE 'uncertain' END,
           reason = CASE state WHEN 'claimed' THEN '' ELSE 'sender vanished' END,
           settled_at = CASE state WHEN 'sending' THEN %(now)s END,
           lease = CASE state WHEN 'sending' THEN lease END
     WHERE id IN (SELECT id FROM roadmap_digest
                   WHERE state IN ('claimed', 'sending') AND lease_until <= %(now)s FOR UPDATE SKIP LOCKED)
    RETURNING state
"""

_CLAIM = """
    UPDATE roadmap_digest SET state = 'claimed', lease = %(lease)s, lease_until = %(lease_until)s
     WHERE id IN (SELECT id FROM roadmap_digest
                   WHERE state = 'pending' AND next_attempt_at <= %(now)s
                   ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id, user_id, period, kind, due_at, expires_at, message_id, attempts, lease
"""

_RELEASE = """
    UPDATE roadmap_digest SET state = 'pending', lease = NULL, lease_until = NULL
     WHERE lease = %(lease)s AND state = 'claimed'
"""

# What is leased is claimed, sending or uncertain. Asked for the first two by name, PostgreSQL would read the index of
# everybody's leases, those that are over included, instead of these few rows.
_RIGHTS = f"""
    SELECT d.id, d.kind, d.expires_at, {reach.COLUMNS}
      FROM roadmap_digest d JOIN accounts_user u ON u.id = d.user_id JOIN accounts_preferences p ON p.user_id = u.id
      {reach.JOIN}
     WHERE d.id = ANY(%(ids)s) AND d.lease = %(lease)s AND d.state <> 'uncertain'
"""  # noqa: S608 – put together from constants only

# `sending` is ours to repeat: the lease is known to this sender alone, and it has not gone to the wire yet.
# Of the ids PostgreSQL knows that they are few, of the records it does not: it would read the whole ledger for them.
_TURN = """
    WITH settled AS (
      UPDATE roadmap_digest d
         SET state = v.state, reason = v.reason, smtp_code = v.code, smtp_reply = v.reply,
             attempts = d.attempts + v.burned,
             next_attempt_at = coalesce(v.next_attempt_at, d.next_attempt_at),
             lease = NULL, lease_until = NULL,
             settled_at = CASE WHEN v.state <> 'pending' THEN %(now)s END,
             sent_at = CASE WHEN v.state = 'sent' THEN %(now)s END
        FROM jsonb_to_recordset(%(verdicts)s::jsonb)
          AS v(id bigint, state text, reason text, code int, reply text, burned int, next_attempt_at timestamptz,
               suppress boolean)
       WHERE d.id = v.id AND d.id = ANY(%(settled)s::bigint[]) AND d.lease = %(lease)s
         AND d.state IN ('claimed', 'sending', 'uncertain')
      RETURNING d.state, d.to_address, v.reply, v.suppress),
    suppressed AS (
      INSERT INTO roadmap_suppression (address, reason, detail, created_at)
      SELECT to_address, 'refused', max(reply), %(now)s FROM settled WHERE suppress GROUP BY to_address
      ON CONFLICT (address) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, until = NULL),
    marked AS (
      UPDATE roadmap_digest d
         SET kind = v.kind, state = v.state, reason = v.reason,
             to_address = v.address, subject = v.subject, told = v.told, known_events = v.known,
             lease_until = CASE v.state WHEN 'sending' THEN %(lease_until)s END,
             lease = CASE v.state WHEN 'sending' THEN d.lease END,
             settled_at = CASE WHEN v.state IN ('skipped', 'expired') THEN %(now)s END
        FROM jsonb_to_recordset(%(marks)s::jsonb)
          AS v(id bigint, kind text, state text, reason text, address text, subject text, told jsonb,
               known jsonb)
       WHERE d.id = v.id AND d.id = ANY(%(marked)s::bigint[]) AND d.lease = %(lease)s
         AND d.state <> 'uncertain'
      RETURNING d.id, d.state)
    SELECT NULL AS id, state FROM settled UNION ALL SELECT id, state FROM marked
"""


@dataclass(frozen=True, slots=True)
class _Row:
    state: str


@dataclass(frozen=True, slots=True)
class _Turned:
    """A row that was marked; without its `id` one that was settled."""

    id: int | None
    state: str


class _Mark(NamedTuple):
    state: State
    reason: str
    kind: Digest.Kind


@dataclass(frozen=True, slots=True)
class _Ours(reach.Reach):
    id: int
    kind: str
    expires_at: datetime


@patiently
def expire(now: datetime) -> int:
    """Settle what is too late to be of use; return how many."""
    return sql.execute(_EXPIRE, {"now": now})


@patiently
def reclaim(now: datetime) -> Counter[State]:
    """Take back what senders left behind; return the counts by the state it got."""
    return Counter(State(row.state) for row in sql.fetch(_Row, _RECLAIM, {"now": now}))


@durably
def claim(now: datetime, *, limit: int) -> list[Claim]:
    """Make up to `limit` due digests ours for ten minutes, the longest due first; fewer or none if the gate says so."""
    admitted = gate.admit(now, limit)
    if not admitted:
        return []
    params = {"now": now, "limit": admitted, "lease": uuid4(), "lease_until": now + LEASE}
    return sorted(sql.fetch(Claim, _CLAIM, params), key=lambda claim: (claim.due_at, claim.id))


@patiently
def release(lease: UUID) -> int:
    """Give back what was claimed under `lease` and not begun."""
    return sql.execute(_RELEASE, {"lease": lease})


@patiently
def turn(now: datetime, lease: UUID, *, verdicts: Sequence[Verdict], envelopes: Mapping[int, Envelope]) -> Turn:
    """In one commit, settle what was sent and mark what goes next; only what comes back as `sending` may be sent.

    Both halves hold only while the lease is ours. Everybody's right to be written to is judged once more: who may not
    is settled as skipped; whose address changed since the mail was composed, or who was asked whether to pause and has
    just come back, goes back to be composed anew.
    """
    ours = sql.fetch(_Ours, _RIGHTS, {"ids": list(envelopes), "lease": lease, "now": now}) if envelopes else []
    marks = {row.id: _mark(row, envelopes[row.id], now) for row in ours}
    if not verdicts and not marks:
        return Turn(frozenset(), Counter())
    found = sql.fetch(
        _Turned,
        _TURN,
        {
            "now": now,
            "lease": lease,
            "lease_until": now + LEASE,
            "settled": [verdict.id for verdict in verdicts],
            "verdicts": json.dumps([verdict._asdict() for verdict in verdicts], default=str),
            "marked": list(marks),
            "marks": json.dumps([_row(digest, mark, envelopes[digest]) for digest, mark in marks.items()]),
        },
    )
    sending = frozenset(row.id for row in found if row.id is not None and row.state == State.SENDING)
    return Turn(sending, Counter(State(row.state) for row in found if row.state not in _UNSETTLED))


def _kind(row: _Ours, now: datetime) -> Digest.Kind:
    """Return which letter the row is for now: a weekly one stays one, a question only while there is silence."""
    return Digest.Kind.WEEKLY if row.kind == Digest.Kind.WEEKLY else reach.kind_for(row, now)


def _mark(row: _Ours, envelope: Envelope, now: datetime) -> _Mark:
    kind = _kind(row, now)
    if row.expires_at <= now:
        return _Mark(State.EXPIRED, "too late", kind)
    if reason := reach.reason_against(row, now):
        return _Mark(State.SKIPPED, reason, kind)
    if row.address != envelope.address or row.kind != kind:
        return _Mark(State.PENDING, "", kind)
    return _Mark(State.SENDING, "", kind)


def _row(digest: int, mark: _Mark, envelope: Envelope) -> dict[str, Any]:
    kept = {
        "address": envelope.address,
        "subject": envelope.subject,
        "told": dict(envelope.told),
        "known": dict(envelope.known),
    }
    return {"id": digest, **mark._asdict(), **kept}


def unsettled() -> int:
    """Return how many digests are still to be settled."""
    return Digest.objects.filter(state__in=_UNSETTLED).count()


def report(period: date | None = None) -> dict[str, Any]:
    """Count the ledger, or one local week of it: by state, what was due, since when the oldest waits, duplicates."""
    rows = Digest.objects.filter(period=period) if period else Digest.objects.all()
    found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    waiting = rows.filter(state__in=_UNSETTLED).aggregate(oldest=Min("due_at"))
    twice = rows.order_by().values("user", "period").annotate(copies=Count("pk")).filter(copies__gt=1)
    return {
        **{state.value: found.get(state.value, 0) for state in State},
        "due": sum(found.values()),
        "oldest_pending": waiting["oldest"] and waiting["oldest"].isoformat(),
        "duplicates": twice.count(),
    }

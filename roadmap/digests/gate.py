"""Whether digests may leave at all, and how many: one row in PostgreSQL that every sender asks before it claims.

Three things close the gate. An operator, until an operator opens it. A mail server that is away: the breaker lets one
sender try one digest after a while, and the rest again once that one is through. A ledger that was restored from a
back-up, which does not know what has been sent since: it stays closed until an operator releases it, and what fell due
before that is left out, since it may have gone out. Besides, a new sender address wants to be warmed up: a limit on
mails a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Preferences
from roadmap.models import Digest, Gate

from . import sql
from .durable import durably, patiently

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
RESTORED = "The ledger was restored from a back-up and does not know the mails sent since."

State = Digest.State
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """The gate as it stands. `is_restored`: the ledger is not the one that it was opened for."""

    held_because: str
    failures: int
    opens_at: datetime | None
    ledger: str
    is_restored: bool

    @property
    def is_held(self) -> bool:
        return bool(self.held_because) or self.is_restored

    @property
    def reason(self) -> str:
        """Why nothing leaves, for people; empty while the gate is open."""
        if self.is_held:
            return self.held_because or RESTORED
        return f"The mail server is away; it is tried again at {self.opens_at:%H:%M} UTC." if self.opens_at else ""

    @property
    def sentence(self) -> str:
        """The reason as a sentence that others may follow, however it was typed."""
        reason = self.reason[:1].upper() + self.reason[1:]
        return reason if not reason or reason.endswith((".", "!", "?", "…")) else f"{reason}."


# A dump, restored, makes the table anew: with another identity, on this server or on another one.
_IDENTITY = "SELECT system_identifier || '/' || 'roadmap_digest'::regclass::oid FROM pg_control_system()"
_INSERT = f"""
    INSERT INTO roadmap_gate (id, ledger, held_because, failures, claimed_in_minute) SELECT 1, ({_IDENTITY}), '', 0, 0
    ON CONFLICT DO NOTHING
"""
_STATUS = f"""
    SELECT held_because, failures, opens_at, i.ledger, g.ledger <> i.ledger AS is_restored
      FROM roadmap_gate g CROSS JOIN ({_IDENTITY}) i(ledger)
"""  # noqa: S608 – put together from constants only


def status() -> Status:
    """Return how the gate stands; one that no sender has asked yet is open."""
    found = sql.fetch(Status, _STATUS, {})
    return found[0] if found else Status(held_because="", failures=0, opens_at=None, ledger="", is_restored=False)


def _made() -> Status:
    """Return how the gate stands; the first who asks opens it for the ledger that they find."""
    found = status()
    if found.ledger:
        return found
    sql.execute(_INSERT, {})
    return status()


def admit(now: datetime, wanted: int) -> int:
    """Return how many digests may be claimed now, at most `wanted`. Runs in the transaction that claims them."""
    found = _made()
    if found.is_held:
        log.error("digests_held", reason=found.reason)
        return 0
    if not found.failures and not settings.DIGESTS_PER_MINUTE:
        return wanted
    gate = Gate.objects.select_for_update().get()
    if gate.failures:
        if gate.opens_at and gate.opens_at > now:
            return 0
        gate.opens_at = now + FIRST_WAIT  # this sender tries; the others wait for what it finds
        gate.save(update_fields=["opens_at"])
        return min(1, wanted)
    return _within_rate(gate, now, wanted)


def _within_rate(gate: Gate, now: datetime, wanted: int) -> int:
    """Take from what the minute has left. A minute never goes back: who waited for the row may have an older `now`.

    Nobody waits that long, though: a minute that is farther ahead is that of a clock which has been set right since.
    """
    minute = now.replace(second=0, microsecond=0)
    if gate.minute is None or not minute <= gate.minute <= minute + LONGEST_WAIT:
        gate.minute, gate.claimed_in_minute = minute, 0
    admitted = min(wanted, max(0, settings.DIGESTS_PER_MINUTE - gate.claimed_in_minute))
    gate.claimed_in_minute += admitted
    gate.save(update_fields=["minute", "claimed_in_minute"])
    return admitted


@durably
def trip(now: datetime) -> None:
    """Close the gate for a while: the server was away. The wait doubles each time, up to a quarter of an hour."""
    gate = Gate.objects.select_for_update().get()
    wait: timedelta = min(FIRST_WAIT * 2 ** min(gate.failures, 10), LONGEST_WAIT)
    gate.failures, gate.opens_at = min(gate.failures + 1, 1_000), now + wait
    gate.save(update_fields=["failures", "opens_at"])
    log.error("mail_server_away", failures=gate.failures, opens_at=gate.opens_at.isoformat())


@patiently
def recover() -> None:
    """Open the gate that a server closed: it has taken a mail."""
    if Gate.objects.filter(failures__gt=0).update(failures=0, opens_at=None):
        log.info("mail_server_back")


def try_now() -> None:
    """Let the mail server be tried without waiting: somebody asked for it."""
    Gate.objects.filter(failures__gt=0).update(opens_at=None)


def hold(reason: str) -> None:
    """Close the gate until somebody opens it; the reason is shown to operators."""
    _made()
    Gate.objects.update(held_because=" ".join(reason.split())[:200])
    log.warning("digests_hold", reason=reason)


def owed() -> QuerySet[Digest]:
    """Return what waits behind a gate that is held."""
    return Digest.objects.filter(state__in=[State.PENDING, State.CLAIMED])


@transaction.atomic
def release(now: datetime) -> int:
    """Open the gate; return how many digests of a restored ledger were left out.

    What such a ledger says is owed may have been sent after the back-up was made. A missed letter is better than two,
    so everything due by now is settled as skipped, and everybody's next letter is that of their next slot.
    """
    found = _made()
    left_out = 0
    if found.is_restored:
        left_out = owed().update(state=State.SKIPPED, reason="restored", settled_at=now, lease=None, lease_until=None)
        forgotten = Q(digest_due_at__lte=now) | Q(digest_due_at=None)
        Preferences.objects.filter(forgotten).update(digest_due_at=None, digest_replanned_at=None)
    Gate.objects.update(ledger=found.ledger, held_because="", failures=0, opens_at=None)
    log.warning("digests_released", left_out=left_out)
    return left_out

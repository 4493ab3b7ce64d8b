"""From what the wire said to what the ledger says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import SystemRandom
from typing import NamedTuple
from uuid import UUID

from roadmap.models import Digest

from .transport import Fate, Outcome

State = Digest.State

FIRST_BACK_OFF = timedelta(minutes=5)
_DICE = SystemRandom()


@dataclass(frozen=True, slots=True)
class Claim:
    """A digest that is ours to send while the lease lasts; `kind` says which letter (`Digest.Kind`)."""

    id: int
    user_id: int
    period: date
    due_at: datetime
    expires_at: datetime
    message_id: str
    attempts: int
    lease: UUID
    kind: str = str(Digest.Kind.WEEKLY)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the row keeps of a composed mail.

    `told` maps roadmaps to the edition up to which it tells what is new, `known` enrolments to the last event of each
    that it knew of; empty where it says nothing about the reader's week.
    """

    address: str
    subject: str
    told: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)


class Verdict(NamedTuple):
    """What a digest's row says after an attempt. `burned` attempts lengthen the next back-off."""

    id: int
    state: State
    reason: str = ""
    code: int | None = None
    reply: str = ""
    burned: int = 0
    next_attempt_at: datetime | None = None
    suppress: bool = False


STATES = {
    Fate.SENT: (State.SENT, ""),
    Fate.DEFERRED: (State.PENDING, "deferred"),
    Fate.LOST: (State.PENDING, "connection lost"),
    Fate.AWAY: (State.PENDING, "server away"),
    Fate.REFUSED: (State.FAILED, "address refused"),
    Fate.REJECTED: (State.FAILED, "mail refused"),
    Fate.UNCERTAIN: (State.UNCERTAIN, "connection lost after the mail"),
}


def verdict(claim: Claim, outcome: Outcome, now: datetime) -> Verdict:
    """Translate what the wire said into what the ledger says.

    A server that is away burns nobody's attempt, but the digest at which it said so goes behind the others: should it
    be the only one that the server doesn't want, the rest must not wait for it.
    """
    state, reason = STATES[outcome.fate]
    is_retried = outcome.fate in {Fate.DEFERRED, Fate.LOST}
    waits = is_retried or (outcome.fate is Fate.AWAY and outcome.code is not None)
    return Verdict(
        id=claim.id,
        state=state,
        reason=reason,
        code=outcome.code,
        reply=outcome.reply,
        burned=int(is_retried),
        next_attempt_at=min(now + back_off(claim.attempts), claim.expires_at) if waits else None,
        suppress=outcome.fate is Fate.REFUSED,
    )


def back_off(attempts: int) -> timedelta:
    """Return the pause after so many burned attempts: 5 min * 2^n, +-20 % so that the crowd disperses."""
    doubled: timedelta = FIRST_BACK_OFF * 2 ** min(attempts, 10)
    return doubled * _DICE.uniform(0.8, 1.2)

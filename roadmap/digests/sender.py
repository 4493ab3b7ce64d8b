"""Sends what the ledger says is due: claims a batch, composes it, and takes it to the wire window by window."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

import structlog

from roadmap.models import Digest

from . import compose, ledger
from .transport import Fate, Outcome, Transport
from .verdicts import Claim, Envelope, verdict

BATCH = 64
WINDOW = 8  # the most that a killed sender leaves uncertain

Clock = Callable[[], datetime]
State = Digest.State

log = structlog.get_logger(__name__)


def drain(
    transport: Transport,
    *,
    clock: Clock = ledger.now,
    seconds: float = float("inf"),
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Counter[State], bool]:
    """Send until nothing is due, the server is away, the time is up or we are told to stop.

    Return how many digests were settled, by state, and whether there is more to do at once.
    """
    end = time.monotonic() + seconds
    settled = ledger.reclaim(clock())
    del settled[State.PENDING]
    while True:
        settled[State.EXPIRED] += ledger.expire(clock())
        if should_stop() or time.monotonic() >= end:
            return settled, True
        claims = ledger.claim(clock(), limit=BATCH)
        if not claims:
            return settled, False
        batch, is_server_there = _send(claims, transport, clock, should_stop)
        settled.update(batch)
        log.info("digests_settled", **{state.value: count for state, count in batch.items()})
        if not is_server_there:
            return settled, False


def _send(
    claims: Sequence[Claim], transport: Transport, clock: Clock, should_stop: Callable[[], bool]
) -> tuple[Counter[State], bool]:
    """Take one batch to the wire. Return what was settled, and whether the server was there to the end.

    One commit settles a window and marks the next one, so a digest costs a small part of a commit.
    """
    lease = claims[0].lease
    mails, verdicts = compose.mails(claims, clock())
    outcomes: list[tuple[Claim, Outcome]] = []
    settled: Counter[State] = Counter()
    is_server_there = True

    def commit(envelopes: Mapping[int, Envelope]) -> frozenset[int]:
        now = clock()
        found = [*verdicts, *(verdict(claim, outcome, now) for claim, outcome in outcomes)]
        turn = ledger.turn(now, lease, verdicts=found, envelopes=envelopes)
        settled.update(turn.settled)
        verdicts.clear()
        outcomes.clear()
        return turn.sending

    for window in _windows([claim for claim in claims if claim.id in mails]):
        if should_stop() or not is_server_there:
            break
        sending = commit({claim.id: mails[claim.id].envelope for claim in window})
        for claim in window:
            if claim.id not in sending:
                continue
            mail = mails[claim.id]
            outcome = transport.send(mail.envelope.address, mail.message) if is_server_there else Outcome(Fate.AWAY)
            is_server_there = outcome.fate is not Fate.AWAY
            outcomes.append((claim, outcome))
            if outcome.fate is not Fate.SENT:
                log.warning("digest_not_sent", digest=claim.id, fate=outcome.fate.value, code=outcome.code)
    commit({})
    ledger.release(lease)
    return settled, is_server_there


def _windows(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    rest = iter(claims)
    while window := list(islice(rest, WINDOW)):
        yield window

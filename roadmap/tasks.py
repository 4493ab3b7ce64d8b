"""What beat wakes on every minute. The tasks carry nothing, since the database says what is due: any number may run.

Those that take their time are woken by others, with the database's time: one that nobody heard for half a minute has
been woken again since, and is left out, or after an outage the next plan would wait behind hundreds of them. Celery's
own expiry would compare the clocks of two machines.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from math import ceil

from celery import shared_task

from roadmap.digests import briefs, compose, ledger, planner, sender, transport, watch

SLICE_SECONDS = 20  # a worker that is told to stop waits for its task: let that be short
LONGEST_WAIT = timedelta(seconds=30)
SENDERS = 4  # at most so many are woken at a time; more workers, or machines, share a long queue
SHARE = 5 * sender.BATCH  # fewer digests than this are one sender's work


@shared_task
def plan_digests() -> None:
    """Enter into the ledger what is due and have it sent at once; tell a dead man's switch that digests flow."""
    if planner.plan_all(ledger.now()):
        wake_senders.delay()
    watch.signal_life(ledger.now())


@shared_task
def wake_senders() -> None:
    """Have what is due sent, by several where it is much, and what is due soon worked out."""
    woken_at = _now()
    for _ in range(min(SENDERS, ceil(ledger.unsettled() / SHARE))):
        drain_digests.delay(woken_at)
    prepare_digests.delay(woken_at)


@shared_task
def drain_digests(woken_at: str = "") -> None:
    """Send what the ledger says is due, a slice of time at once."""
    if _is_stale(woken_at):
        return
    compose.make_ready()
    with transport.from_settings() as wire:
        _, is_more_due = sender.drain(wire, seconds=SLICE_SECONDS)
    if is_more_due:
        drain_digests.delay(_now())


@shared_task
def prepare_digests(woken_at: str = "") -> None:
    """Work out what the letters of the coming hour say, a slice of time at once."""
    if _is_stale(woken_at):
        return
    briefs.forget(ledger.now())
    end = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < end:
        if not briefs.prepare(ledger.now()):
            return
    prepare_digests.delay(_now())


def _now() -> str:
    return ledger.now().isoformat()


def _is_stale(woken_at: str) -> bool:
    return bool(woken_at) and ledger.now() - datetime.fromisoformat(woken_at) > LONGEST_WAIT

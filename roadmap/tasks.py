"""What beat wakes every minute. The tasks carry nothing, since the database says what is due: any number may run."""

from __future__ import annotations

import time
from math import ceil

from celery import shared_task

from roadmap.digests import briefs, compose, ledger, planner, sender, transport, watch

SLICE_SECONDS = 20  # a worker that is told to stop waits for its task: let that be short
WAIT_SECONDS = 30  # in the queue: with more drains than that keep busy, the next plan would wait behind them
SENDERS = 4  # at most so many are woken at a time; more workers, or machines, share a long queue
SHARE = 5 * sender.BATCH  # fewer digests than this are one sender's work


@shared_task
def plan_digests() -> None:
    """Enter into the ledger what is due, and tell a dead man's switch that digests flow."""
    planner.plan_all(ledger.now())
    watch.signal_life(ledger.now())


@shared_task
def wake_senders() -> None:
    """Have what is due sent, by several where it is much."""
    for _ in range(min(SENDERS, ceil(ledger.unsettled() / SHARE))):
        drain_digests.apply_async(expires=WAIT_SECONDS)


@shared_task
def drain_digests() -> None:
    """Send what the ledger says is due, a slice of time at once."""
    compose.make_ready()
    with transport.from_settings() as wire:
        _, is_more_due = sender.drain(wire, seconds=SLICE_SECONDS)
    if is_more_due:
        drain_digests.apply_async(expires=WAIT_SECONDS)


@shared_task
def prepare_digests() -> None:
    """Work out what the letters of the coming hour say, a slice of time at once."""
    briefs.forget(ledger.now())
    end = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < end:
        if not briefs.prepare(ledger.now()):
            return
    prepare_digests.apply_async(expires=WAIT_SECONDS)

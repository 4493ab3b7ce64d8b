"""What beat wakes every minute. The tasks carry nothing, since the database says what is due: any number may run."""

from __future__ import annotations

from celery import shared_task

from roadmap.digests import ledger, planner, sender, transport, watch

SLICE_SECONDS = 20  # a worker that is told to stop waits for its task: let that be short
WAIT_SECONDS = 30  # in the queue: with more drains than that keep busy, the next plan would wait behind them


@shared_task
def plan_digests() -> None:
    """Enter into the ledger what is due, and tell a dead man's switch that digests flow."""
    planner.plan_all(ledger.now())
    watch.signal_life(ledger.now())


@shared_task
def drain_digests() -> None:
    """Send what the ledger says is due, a slice of time at once."""
    with transport.from_settings() as wire:
        _, is_more_due = sender.drain(wire, seconds=SLICE_SECONDS)
    if is_more_due:
        drain_digests.apply_async(expires=WAIT_SECONDS)

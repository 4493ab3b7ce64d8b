"""Plan and send what is due, without a broker."""

from __future__ import annotations

import json
import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from roadmap.digests import gate, ledger, planner, sender, transport
from roadmap.models import Digest

State = Digest.State
SETTLED = (State.SENT, State.FAILED, State.UNCERTAIN, State.SKIPPED, State.EXPIRED)


class Command(BaseCommand):
    help = (
        "Plan and send digests until nothing is due; print the counts as one JSON object, and on stderr why none leave."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now",
            metavar="ISO-8601",
            help="Stands in for the database's clock in this call; in the embedded stack only. It moves due times.",
        )

    def handle(self, *_: Any, now: str | None, **__: Any) -> None:
        clock = ledger.now if now is None else standing_still(now)
        planned = planner.plan_all(clock())
        gate.try_now()
        with told_to_stop() as should_stop, transport.from_settings() as wire:
            settled = sender.drain(wire, clock=clock, should_stop=should_stop)[0]
        counts = {state.value: settled[state] for state in SETTLED}
        self.stdout.write(json.dumps({"planned": planned, **counts, "pending": ledger.unsettled()}))
        if reason := gate.status().sentence:
            self.stderr.write(f"No letter leaves. {reason}")


def standing_still(text: str) -> sender.Clock:
    """Return a clock that always tells the moment that `text` names; without an offset it is UTC."""
    if not settings.EMBEDDED:
        raise CommandError("--now works in the embedded stack only: in production the database's clock counts.")
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text!r} is not a moment like 2026-11-23T08:00:00Z.")
    fixed: datetime = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return lambda: fixed


@contextmanager
def told_to_stop() -> Iterator[Any]:
    """Yield a question: has SIGTERM come? Then the window on the wire is settled and the rest is given back."""
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    try:
        yield lambda: bool(told)
    finally:
        signal.signal(signal.SIGTERM, before)

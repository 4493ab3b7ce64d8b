"""Hold back every digest, let them go again, or ask how things stand."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from roadmap.digests import gate, ledger


class Command(BaseCommand):
    help = (
        "Print, as one JSON object, whether digests may leave, and why not. A ledger restored from a back-up is held "
        "by itself; its release leaves out what was due by now, since it may have been sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--hold", metavar="REASON", help="Let no digest leave; the reason is shown to operators.")
        choice.add_argument("--release", action="store_true", help="Let them leave again.")

    def handle(self, *_: Any, hold: str | None, release: bool, **__: Any) -> None:
        if hold is not None:
            gate.hold(hold or "Held by an operator.")
        left_out = gate.release(ledger.now()) if release else 0
        found = gate.status()
        self.stdout.write(json.dumps({"open": not found.reason, "reason": found.reason, "left_out": left_out}))

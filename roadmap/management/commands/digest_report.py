"""The ledger, counted."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from roadmap.calendar import monday_of_period
from roadmap.digests import ledger


class Command(BaseCommand):
    help = "Print the ledger as one JSON object: counts by state, due, the oldest pending, duplicates (always 0)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", metavar="2026-W47", help="Only this local ISO week.")

    def handle(self, *_: Any, period: str | None, **__: Any) -> None:
        try:
            monday = monday_of_period(period) if period else None
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"period": period, **ledger.report(monday)}))

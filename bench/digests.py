"""How many digests a second one process sends, ledger, letter and delivery included."""

import io
import json
import time

import django
from django.core.management import call_command

from bench import Figure

GOAL = 100.0


def measure(size: int | None) -> Figure:
    """Create `size` learners and send what is due to them, into the mailbox's folder: no server's speed is in it."""
    django.setup()
    number = size or 1_000
    call_command("create_learners", number, stdout=io.StringIO())
    out = io.StringIO()
    began = time.monotonic()
    call_command("send_digests", stdout=out)
    seconds, counts = time.monotonic() - began, json.loads(out.getvalue())
    value = round(counts["sent"] / seconds, 1)
    how = f"`send_digests` in one process on {number} created learners, {counts['sent']} sent, durable commits"
    return Figure(name="digests", value=value, unit="mails/s", goal=GOAL, holds=value >= GOAL, how=how)

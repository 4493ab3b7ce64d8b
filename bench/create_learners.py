"""How long `create_learners` takes for ten thousand learners with progress, time zones and due digests."""

import io
import time

import django
from django.core.management import call_command

from bench import Figure

GOAL = 60.0


def measure(size: int | None) -> Figure:
    """Create `size` learners on an empty site; the goal is for ten thousand and grows with the number."""
    django.setup()
    number = size or 10_000
    began = time.monotonic()
    call_command("create_learners", number, stdout=io.StringIO())
    value, goal = round(time.monotonic() - began, 1), GOAL * number / 10_000
    how = f"`create_learners {number}` on durable PostgreSQL, events and projection included"
    return Figure(name="create_learners", value=value, unit="s", goal=goal, holds=value < goal, how=how)

"""The application's own Celery, with time running a hundred times as fast: what takes minutes takes moments here.

    celery --app tests.faults.hasty worker

Nothing is replaced: the same tasks, ledger and transport, with shorter leases, waits and rounds. The clock may be set
wrong: HASTY_CLOCK_AHEAD_HOURS.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import django
import time_machine
from django.conf import settings

from config.celery import app

django.setup()

from roadmap import tasks  # noqa: E402 – Django must be set up first
from roadmap.digests import gate, ledger, verdicts  # noqa: E402 – the same

LEASE_SECONDS = 6.0
WIRE_SECONDS = 2.0

settings.EMAIL_TIMEOUT = WIRE_SECONDS
ledger.LEASE = timedelta(seconds=LEASE_SECONDS)
verdicts.FIRST_BACK_OFF = timedelta(seconds=0.5)
gate.FIRST_WAIT, gate.LONGEST_WAIT = timedelta(seconds=0.2), timedelta(seconds=1)
tasks.SLICE_SECONDS = 3

if ahead := os.environ.get("HASTY_CLOCK_AHEAD_HOURS"):
    time_machine.travel(datetime.now().astimezone() + timedelta(hours=float(ahead))).start()

app.conf.task_routes = {"roadmap.tasks.plan_digests": {"queue": "planners"}}
app.conf.beat_schedule = {
    "plan": {"task": "roadmap.tasks.plan_digests", "schedule": 0.5},
    "drain": {"task": "roadmap.tasks.drain_digests", "schedule": 0.4},
}
app.conf.beat_max_loop_interval = 0.2

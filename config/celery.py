"""Celery wakes the work up; PostgreSQL decides what there is to do.

The schedule is fixed and short: every minute, ask what is due. The tasks carry no state, so none, one or ten wake-ups
do no harm, and neither does a broker that forgets them. The settings named CELERY_… say how.
"""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, worker_process_init

from config.tether import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("waymark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
@beat_embedded_init.connect
def follow_the_worker(**_: Any) -> None:
    """Under `make run` a killed worker takes its pool and its beat along; in production its container does that."""
    if os.environ.get("WAYMARK_EMBEDDED"):
        die_with_parent()


@worker_process_init.connect
def set_aside_what_stays(**_: Any) -> None:
    """Let the garbage collector not walk through all code again and again: a seventh of what a letter takes."""
    gc.collect()
    gc.freeze()

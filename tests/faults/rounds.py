"""The application's own Celery, whose beat makes its rounds all the time instead of once a minute.

Whoever moves the database's clock on need not wait for it. Nothing else is changed: leases, waits and slices are those
of production.
"""

from __future__ import annotations

import django

from config.celery import app

__all__ = ["app"]

django.setup()

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 0.4
app.conf.beat_max_loop_interval = 0.1

"""A letter that goes wrong goes wrong alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery.exceptions import SoftTimeLimitExceeded

log = structlog.get_logger(__name__)


@contextmanager
def alone(event: str, **what: int) -> Iterator[None]:
    """Log what goes wrong within as `event`, and go on; not when a task's time is up, which is no letter's fault."""
    try:
        yield
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception(event, **what)

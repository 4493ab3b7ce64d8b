"""A ledger entry survives a database that restarts, or that asks to try again."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from random import SystemRandom
from typing import ParamSpec, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 7
FIRST_PAUSE_SECONDS = 0.2  # doubled each time: 12.6 s in all, which a restart of PostgreSQL takes at most

_DICE = SystemRandom()

log = structlog.get_logger(__name__)


def durably(entry: Callable[P, R]) -> Callable[P, R]:
    """Run `entry` in a transaction of its own, again if the connection is lost or a deadlock is broken.

    A lost connection leaves open whether the commit took place, so an entry must mean the same when made twice.
    """
    return patiently(transaction.atomic(savepoint=False)(entry))


def patiently(entry: Callable[P, R]) -> Callable[P, R]:
    """Run `entry`, again if the database is away; inside somebody's transaction there is nothing to repeat."""

    @wraps(entry)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return entry(*args, **kwargs)
        for attempt in range(ATTEMPTS):
            try:
                return entry(*args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                if attempt == ATTEMPTS - 1:
                    raise
                log.warning("ledger_retry", entry=entry.__name__, attempt=attempt + 1, error=type(error).__name__)
                connection.close()
                time.sleep(FIRST_PAUSE_SECONDS * 2**attempt * _DICE.uniform(0.8, 1.2))
        raise AssertionError("unreachable")

    return run

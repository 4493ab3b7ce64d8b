"""Another connection that is in the middle of something."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections

LONGEST_SECONDS = 90


@contextmanager
def transaction_open(statement: str) -> Iterator[None]:
    """Hold a transaction of another connection open that has run `statement`."""
    has_run, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"BEGIN; {statement}")
                has_run.set()
                done.wait(LONGEST_SECONDS)
                cursor.execute("ROLLBACK")
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert has_run.wait(10), f"{statement} had to wait itself"
        yield
    finally:
        done.set()
        thread.join()

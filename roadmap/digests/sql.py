"""The ledger's statements are SQL, since what they promise is PostgreSQL's; this runs them.

Values travel apart from their statement, so that PostgreSQL plans each statement once a connection and not once a call:
planning the ledger's costs more than running them. Results come in PostgreSQL's binary format, which spares the reading
of dates; JSON comes as what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

T = TypeVar("T")


def execute(statement: str, params: Mapping[str, Any]) -> int:
    """Run a statement and return the number of rows it touched."""
    with _cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def fetch(kind: type[T], statement: str, params: Mapping[str, Any]) -> list[T]:
    """Run a statement and return its rows as `kind`, whose fields bear the columns' names."""
    with _cursor() as cursor:
        cursor.execute(statement, params)
        names = _NAMES.get(statement)
        if names is None:
            names = _NAMES[statement] = tuple(column.name for column in cursor.description or ())
        return [kind(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


_NAMES: dict[str, tuple[str, ...]] = {}  # by statement: the same at each call


def _cursor() -> CursorWrapper:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw: Any = psycopg.Cursor(connection.connection)
    raw.format = psycopg.pq.Format.BINARY
    return connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw)

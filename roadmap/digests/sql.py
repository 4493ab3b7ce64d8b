"""The ledger's statements are SQL, since what they promise is PostgreSQL's; this runs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


def execute(statement: str, params: Mapping[str, Any]) -> int:
    """Run a statement and return the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def fetch(kind: type[T], statement: str, params: Mapping[str, Any]) -> list[T]:
    """Run a statement and return its rows as `kind`, whose fields bear the columns' names."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        names = [column.name for column in cursor.description or ()]
        return [kind(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]

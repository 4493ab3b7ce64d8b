"""Two questions for machines: is the process alive, and is the whole fit to work?"""

from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from roadmap.digests import ledger, watch

log = structlog.get_logger(__name__)


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive. Asks nobody else: a restart of this process would not mend a database."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Each part with `ok`; 503 when one is not. `digests` is not ok when a mail is owed for more than ten minutes."""
    database = _database_answers()
    parts = {
        "database": {"ok": database},
        "broker": {"ok": _broker_takes_writes()},
        "migrations": {"ok": database and _is_migrated()},
    }
    digests = _digests() if parts["migrations"]["ok"] else {"ok": False, "lag_seconds": None}
    ready = digests["ok"] and all(part["ok"] for part in parts.values())
    return JsonResponse({"ready": ready, **parts, "digests": digests}, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_takes_writes() -> bool:
    """Ask as for a wake-up: one that is full, read-only or can't save refuses LPUSHX as it refuses LPUSH.

    LPUSHX adds to a list that exists; this one never does, so nothing is left behind.
    """
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as broker:
            return broker.lpushx("waymark.readyz", "") == 0
    except redis.RedisError as error:
        log.warning("broker_refuses", error=str(error))
        return False


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _digests() -> dict[str, Any]:
    """Whether digests flow, by the database's clock; `states` count those of the last weeks."""
    found = watch.health(ledger.now())
    return {
        "ok": found.is_well,
        "lag_seconds": int(found.lag.total_seconds()),
        "oldest_pending": found.oldest_pending and found.oldest_pending.isoformat(),
        "held": found.held,
        "states": found.states,
    }

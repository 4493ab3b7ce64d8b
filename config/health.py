"""Two questions for machines: is the process alive, and is the whole fit to work?"""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Preferences
from roadmap.models import Digest

LATE = timedelta(minutes=10)


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
        "broker": {"ok": _broker_answers()},
        "migrations": {"ok": database and _is_migrated()},
    }
    lag = _digest_lag() if parts["migrations"]["ok"] else None
    digests = {"ok": lag is not None and lag <= LATE, "lag_seconds": None if lag is None else int(lag.total_seconds())}
    ready = digests["ok"] and all(part["ok"] for part in parts.values())
    return JsonResponse({"ready": ready, **parts, "digests": digests}, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _digest_lag() -> timedelta:
    """How long the oldest digest has been waiting to be planned or sent, by the database's clock.

    Counting what is owed notices a beat that is dead and a worker that is deaf, which their heartbeats do not show. A
    mail whose server asked for patience waits for its next attempt, not for us.
    """
    unplanned = Preferences.objects.filter(digest_enabled=True, digest_due_at__lte=Now())
    unsent = Digest.objects.filter(state=Digest.State.PENDING, next_attempt_at__lte=Now())
    lags = (
        unplanned.aggregate(lag=Now() - Min("digest_due_at"))["lag"],
        unsent.aggregate(lag=Now() - Min("next_attempt_at"))["lag"],
    )
    return max((lag for lag in lags if lag is not None), default=timedelta(0))

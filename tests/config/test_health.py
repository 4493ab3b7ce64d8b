"""What machines ask: alive, and fit to work?"""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from accounts.models import Preferences, User
from roadmap.calendar import local_date
from roadmap.models import Digest


def owe_a_digest(*, since: timedelta) -> None:
    """A row that has been due for a while."""
    due_at = timezone.now() - since
    on = local_date(due_at, "UTC")
    Digest.objects.create(
        user=User.objects.create_user("ada@example.org"),
        period=on - timedelta(days=on.weekday()),
        due_at=due_at,
        next_attempt_at=due_at,
        expires_at=due_at + timedelta(hours=48),
        message_id="<1@waymark.test>",
    )


def test_alive_asks_nobody_else(client: Client) -> None:
    answer = client.get("/healthz")  # no database in this test: a query would fail it
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_when_everything_is(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": {"ok": True},
        "broker": {"ok": True},
        "migrations": {"ok": True},
        "digests": {
            "ok": True,
            "lag_seconds": 0,
            "oldest_pending": None,
            "held": "",
            "states": dict.fromkeys(Digest.State.values, 0),
        },
    }


@pytest.mark.django_db
def test_not_ready_without_a_broker(client: Client, settings) -> None:
    settings.REDIS_URL = "unix:///nowhere.sock?db=0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == {"ok": False}
    assert answer.json()["database"] == {"ok": True}


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    [newest] = MigrationLoader(connection).graph.leaf_nodes("roadmap")
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == {"ok": False}
    assert answer.json()["digests"]["lag_seconds"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (11, 503)])
def test_a_digest_may_wait_ten_minutes(client: Client, minutes: int, status: int) -> None:
    owe_a_digest(since=timedelta(minutes=minutes))
    answer = client.get("/readyz")
    assert answer.status_code == status
    digests = answer.json()["digests"]
    assert digests["lag_seconds"] == pytest.approx(minutes * 60, abs=20)
    assert digests["oldest_pending"] == Digest.objects.get().due_at.isoformat()
    assert digests["states"]["pending"] == 1


@pytest.mark.django_db
def test_a_mail_that_its_server_put_off_does_not_count(client: Client) -> None:
    owe_a_digest(since=timedelta(hours=1))
    Digest.objects.update(attempts=1, next_attempt_at=timezone.now() + timedelta(minutes=20))
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_beat_that_is_dead_is_noticed(client: Client) -> None:
    ada = User.objects.create_user("ada@example.org")
    Preferences.objects.filter(user=ada).update(digest_due_at=timezone.now() - timedelta(hours=1))
    assert client.get("/readyz").status_code == 503
    Preferences.objects.filter(user=ada).update(digest_enabled=False)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_questions_are_answered(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405

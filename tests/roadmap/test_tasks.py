"""What beat wakes: the tasks say nothing, the ledger says all."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from celery.schedules import crontab

from accounts.models import Preferences
from config.celery import app
from roadmap import tasks
from roadmap.digests import ledger
from roadmap.models import Brief
from tests.conftest import REDIS
from tests.roadmap.digests.conftest import make_learner, make_roadmap, states, use_smtp
from tests.smtp import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_due(settings, smtp_server: Sink) -> Sink:
    use_smtp(settings, smtp_server.url)
    road = make_roadmap()
    for number in range(3):
        make_learner(road, f"l{number}@example.org")
    Preferences.objects.update(digest_due_at=ledger.now() - timedelta(minutes=1))
    return smtp_server


def test_any_number_of_wake_ups_sends_one_mail_each(three_due: Sink) -> None:
    for _ in range(3):
        tasks.plan_digests()
        tasks.drain_digests()
    assert states() == {"sent": 3}
    assert len(three_due.letters) == 3
    assert woken() == [tasks.wake_senders.name]


def test_a_slice_of_time_that_was_not_enough_asks_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.plan_digests()
    monkeypatch.setattr(tasks, "SLICE_SECONDS", 0)
    tasks.drain_digests()
    assert states() == {"pending": 3}
    assert woken() == [tasks.drain_digests.name, tasks.wake_senders.name]


def test_what_was_planned_does_not_wait_for_the_next_minute() -> None:
    """Nor does anybody wake the senders where nothing was."""
    tasks.plan_digests()
    tasks.plan_digests()
    assert woken() == [tasks.wake_senders.name]


@pytest.mark.parametrize(("share", "senders"), [(1, 3), (2, 2), (100, 1)])
def test_much_that_is_due_wakes_several_senders(monkeypatch: pytest.MonkeyPatch, share: int, senders: int) -> None:
    tasks.wake_senders()
    assert woken() == [tasks.prepare_digests.name]
    tasks.plan_digests()
    monkeypatch.setattr(tasks, "SHARE", share)
    tasks.wake_senders()
    assert woken().count(tasks.drain_digests.name) == senders


def woken() -> list[str]:
    """The tasks in the queue."""
    return [json.loads(message)["headers"]["task"] for message in REDIS.lrange("celery", 0, -1)]


def test_a_wake_up_that_nobody_heard_for_long_is_left_out(three_due: Sink) -> None:
    """By the database's clock; the ones that came since do its work."""
    tasks.plan_digests()
    Preferences.objects.update(digest_due_at=ledger.now() + timedelta(minutes=59))
    half_a_minute_ago = ledger.now() - tasks.LONGEST_WAIT
    for late in (tasks.drain_digests, tasks.prepare_digests):
        late((half_a_minute_ago - timedelta(seconds=1)).isoformat())
    assert (states(), Brief.objects.count()) == ({"pending": 3}, 0)
    for fresh in (tasks.drain_digests, tasks.prepare_digests):
        fresh((half_a_minute_ago + timedelta(seconds=20)).isoformat())
    assert (states(), Brief.objects.count()) == ({"sent": 3}, 3)


def test_what_is_due_within_the_hour_is_worked_out_ahead() -> None:
    Preferences.objects.update(digest_due_at=ledger.now() + timedelta(minutes=59))
    tasks.prepare_digests()
    assert Brief.objects.exclude(key="").count() == 3
    assert REDIS.llen("celery") == 0


def test_beat_wakes_them_on_every_minute_without_arguments() -> None:
    schedule = app.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} >= {tasks.plan_digests.name, tasks.wake_senders.name}
    assert all(entry["schedule"] == crontab() and not entry.get("args") for entry in schedule.values())

"""Wake-ups: few, stateless, and never longer than what they claim is leased for."""

from datetime import timedelta

from celery.schedules import crontab
from django.conf import settings

from config.celery import app

LEASE = timedelta(minutes=10)


def test_a_task_ends_before_its_lease_does() -> None:
    assert timedelta(seconds=app.conf.task_time_limit) < LEASE
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit


def test_a_lost_worker_loses_no_wake_up() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_the_schedule_carries_no_state_and_trusts_no_clock() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["schedule"] == crontab()  # every minute: no local hour that a clock could skip
        assert set(entry) == {"task", "schedule"}  # no arguments; no expiry, which would compare two machines' clocks


def test_the_broker_is_reached_on_its_number() -> None:
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1)
        number = settings.REDIS_URL.rpartition("=")[2].rpartition("/")[2]
        assert connection.default_channel.client.connection_pool.connection_kwargs["db"] == int(number)

"""A broker that forgets, ends, is full or away, and a worker that is deaf, stopped or has a wrong clock.

The worker is a real one, the same in all tests but the last; its clock is a day ahead of everybody's, which changes
nothing. The tests themselves are its beat, as two real beats are in the chaos run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.core.management import call_command
from django.db import connection
from django.test import Client
from kombu.exceptions import OperationalError

from accounts.models import Preferences, User
from config.processes import tethered
from config.servers import Redis, run_folder
from roadmap import actions
from roadmap.digests import ledger, watch
from tests.faults.hostile_smtp import HostileServer
from tests.faults.works import send_wake_up
from tests.processes import eventually
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, make_roadmap, states, use_smtp

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

SOON = 60  # seconds after which everything flows again


@dataclass
class Post:
    """A broker of one's own, the worker that listens to it, and the server that the worker's mails go to."""

    broker: Redis
    worker: subprocess.Popen[bytes]
    mail: HostileServer

    def ask(self) -> redis.Redis:
        return redis.Redis.from_url(self.broker.url)

    def end_broker(self) -> None:
        process = self.broker.program.process
        assert process is not None
        process.kill()
        process.wait()

    @contextmanager
    def waking(self) -> Iterator[None]:
        """Wake the worker again and again, as beat does, whether or not the broker takes it; then wait for quiet."""
        done = threading.Event()

        def wake() -> None:
            while not done.wait(0.4):
                with suppress(OperationalError, redis.RedisError):
                    send_wake_up(self.broker)

        thread = threading.Thread(target=wake)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            assert eventually(self.is_quiet, seconds=SOON)

    def is_heard(self) -> bool:
        """Whether the worker waits for what comes."""
        return any(client["cmd"] == "brpop" for client in self.ask().client_list())

    def is_quiet(self) -> bool:
        return not self.ask().llen("celery") and not self.ask().hlen("unacked")


@pytest.fixture(scope="module")
def post(django_db_setup: None, repository: Path) -> Iterator[Post]:
    folder = run_folder()
    broker, mail = Redis(data=folder, sockets=folder, log=folder / "log", keep=False), HostileServer()
    broker.start()
    mail.start()
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    words = ("-m", "celery", "--app", "tests.faults.hasty", "worker", "--concurrency", "1", "--loglevel", "ERROR")
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": broker.url,
        "EMAIL_URL": mail.url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HASTY_CLOCK_AHEAD_HOURS": "24",
    }
    with (folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            tethered((sys.executable, *words)), cwd=repository, env=environment, stdout=log, stderr=log
        )
    post = Post(broker, worker, mail)
    assert eventually(post.is_heard, seconds=300), (folder / "worker.log").read_text()
    yield post
    worker.kill()
    worker.wait()
    mail.stop()
    broker.program.stop()
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def ann(settings: Any, post: Post) -> User:
    """A learner to whom a letter is due."""
    post.mail.script, post.mail.kept = ["ok"], []
    use_smtp(settings, post.mail.url)
    settings.REDIS_URL = post.broker.url
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": post.broker.url}}
    road = make_roadmap()
    ann = make_learner(road)
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=MONDAY_8.date(), edition=1)
    owe()
    return ann


def owe(*, minutes: int = 1) -> None:
    """Let a letter be due to everybody since so many minutes."""
    now = ledger.now()
    Preferences.objects.update(digest_due_at=now - timedelta(minutes=minutes), last_seen_on=now.date())


def all_are_sent(count: int = 1) -> bool:
    return eventually(lambda: states() == {"sent": count}, seconds=SOON)


def ticks(user: User) -> int:
    """Tick a step on the web; return the status of the answer."""
    browser = Client()
    browser.force_login(user)
    step = "/roadmaps/pottery/milestones/clay/steps/wedge/"
    return browser.post(step, {"done": "1", "edition": "1"}).status_code


def test_a_broker_that_forgets_everything_costs_no_mail(post: Post, ann: User) -> None:
    """Each wake-up is forgotten for a second; the next one resumes."""
    with post.waking():
        until(lambda: post.ask().flushall(), times=10)
        assert all_are_sent()
    assert len(post.mail.kept) == 1


def until(blow: Callable[[], Any], *, times: int) -> None:
    for _ in range(times):
        blow()
        threading.Event().wait(0.1)


def test_a_broker_that_ends_stops_nobody_and_is_found_again(post: Post, ann: User) -> None:
    """The web goes on, an operator can send without it, and the worker, never restarted, listens again."""
    with post.waking():
        post.end_broker()
        try:
            assert ticks(ann) == 302
            assert Client().get("/readyz").json()["broker"] == {"ok": False}
            call_command("send_digests")
            assert states() == {"sent": 1}
            make_learner(ann.enrolments.get().roadmap, "bob@example.org")
            Preferences.objects.filter(user__email="bob@example.org").update(digest_due_at=ledger.now())
        finally:
            post.broker.start()
        assert all_are_sent(2)
    assert post.worker.poll() is None


def test_a_full_broker_makes_letters_late_and_nothing_else(post: Post, ann: User) -> None:
    with post.waking():
        post.ask().config_set("maxmemory", 1)
        try:
            with pytest.raises(redis.exceptions.OutOfMemoryError):
                post.ask().lpush("celery", "no room")
            assert ticks(ann) == 302
            answer = Client().get("/readyz")
            assert (answer.status_code, answer.json()["broker"]) == (503, {"ok": False})
            owe()
        finally:
            post.ask().config_set("maxmemory", 0)
        assert all_are_sent()
        assert Client().get("/readyz").json()["broker"] == {"ok": True}
    assert not post.ask().keys("waymark.*"), "the question left something behind"
    assert post.worker.poll() is None


def test_a_deaf_worker_is_noticed_by_what_it_does_not_send(post: Post, ann: User) -> None:
    post.worker.send_signal(signal.SIGSTOP)
    children = Path(f"/proc/{post.worker.pid}/task/{post.worker.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGSTOP)
    try:
        owe(minutes=11)
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["digests"]["ok"]) == (503, False)
        assert answer.json()["broker"] == {"ok": True}
        assert not watch.signal_life(ledger.now())
    finally:
        for process in (*children, str(post.worker.pid)):
            os.kill(int(process), signal.SIGCONT)
    with post.waking():
        assert all_are_sent()
    assert Client().get("/readyz").status_code == 200


def test_a_worker_told_to_stop_finishes_what_it_sends_and_exits_well(post: Post, ann: User) -> None:
    """The last one: it ends the worker, as a deploy does."""
    for number in range(60):
        make_learner(ann.enrolments.get().roadmap, f"l{number}@example.org")
    owe()
    post.mail.script, post.mail.hang_seconds = ["hang-dot"], 0.02
    with post.waking():
        assert eventually(lambda: states().get("sent", 0) > 0, seconds=SOON)
        post.worker.send_signal(signal.SIGTERM)
        assert post.worker.wait(SOON) == 0
        post.ask().flushall()
    assert set(states()) <= {"sent", "pending"}
    assert states()["sent"] == len(post.mail.kept)

"""Everything that a weekly letter needs, as real processes, with a database clock that stands until it is moved."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis

from accounts.models import Preferences
from config.celery import app
from config.servers import Redis, run_folder
from tests.faults.elsewhere import Elsewhere
from tests.faults.forks import Forks, lives
from tests.faults.hostile_smtp import HostileServer
from tests.processes import eventually
from tests.roadmap.digests.conftest import MONDAY_8
from tests.switch import Switch

WORDS = {
    "beat": ("celery", "beat", "--pidfile=", "--loglevel", "ERROR", "--schedule"),
    "worker": ("celery", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"),
    "web": ("gunicorn", "config.wsgi", "--config", "python:config.gunicorn", "--workers", "1", "--bind"),
}


def send_wake_up(broker: Redis) -> None:
    """Send once what beat sends every minute."""
    address = f"redis+{broker.url.replace('unix', 'socket').replace('?db=', '?virtual_host=')}"
    with app.connection_for_write(address) as line:
        for entry in app.conf.beat_schedule.values():
            app.send_task(entry["task"], connection=line, retry=False, **entry.get("options", {}))


@dataclass
class Works:
    """The servers, and the processes that run now."""

    database: Elsewhere
    broker: Redis
    mail: HostileServer
    switch: Switch
    forks: Forks
    now: datetime = MONDAY_8
    parts: dict[str, int] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        for name in names:
            words = WORDS[name]
            if name == "beat":
                words += (str(self.forks.folder / "schedule"),)  # kept: one that begins again knows when it last woke
            elif name == "web":
                words += (f"unix:{self.socket}",)
            self.parts[name] = self.forks.start(name, *words)

    def kill(self, name: str) -> None:
        """Kill a process, with all that it started."""
        process = self.parts.pop(name)
        os.killpg(process, signal.SIGKILL)
        assert eventually(lambda: not lives(process))

    def move_to(self, moment: datetime) -> None:
        """Move the database's clock. Everybody uses the web that day, or silence would bring other letters."""
        self.now = moment
        self.database.tell(moment)
        Preferences.objects.update(last_seen_on=moment.date())

    def move_on(self, **by: float) -> None:
        self.move_to(self.now + timedelta(**by))

    def rounds(self, count: int) -> None:
        """Wait until beat has woken the worker so many times; after three, what is due has been planned."""
        before = len(self.switch.told)
        assert eventually(lambda: len(self.switch.told) >= before + count, seconds=60), self.log("worker")

    def wake(self, times: int = 1) -> None:
        """Wake the worker, as beat does, and wait until there is nothing left to do."""
        for _ in range(times):
            send_wake_up(self.broker)
        assert eventually(self.is_quiet, seconds=60), self.log("worker")

    def is_quiet(self) -> bool:
        """Whether as many tasks have been acknowledged as were ever queued; a task queues others before it ends."""
        counts = self.queue().info("commandstats")
        queued, acknowledged = (counts.get(f"cmdstat_{name}", {"calls": 0})["calls"] for name in ("lpush", "hdel"))
        return bool(queued == acknowledged)

    def queue(self) -> redis.Redis:
        return redis.Redis.from_url(self.broker.url)

    def log(self, name: str) -> str:
        return self.forks.log(name).read_text()

    @property
    def socket(self) -> Path:
        return self.forks.folder / "web.sock"


@pytest.fixture(scope="module")
def premises(server: Elsewhere) -> Iterator[Works]:
    folder = run_folder()
    broker = Redis(data=folder, sockets=folder, log=folder / "redis.log", keep=False)
    mail, switch = HostileServer(), Switch()
    for part in (broker, mail, switch):
        part.start()
    environment = {
        **os.environ,
        "DATABASE_URL": server.server.url,
        "REDIS_URL": broker.url,
        "EMAIL_URL": mail.url,
        "DEAD_MAN_URL": switch.url,
    }
    forks = Forks(folder, environment, app="tests.faults.rounds")
    yield Works(server, broker, mail, switch, forks)
    forks.stop()
    mail.stop()
    switch.stop()
    broker.program.stop()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


@pytest.fixture
def works(premises: Works, elsewhere: Elsewhere) -> Iterator[Works]:
    """Nothing runs, nothing is queued, the mail server listens and has got nothing."""
    for file in premises.forks.folder.glob("*.log"):
        file.write_text("")
    premises.mail.go_away()
    premises.mail.come_back()
    premises.mail.script, premises.mail.offers = ["ok"], ""
    premises.mail.kept.clear()
    premises.switch.told.clear()
    premises.queue().flushall()
    premises.queue().config_resetstat()
    yield premises
    for name in list(premises.parts):
        premises.kill(name)

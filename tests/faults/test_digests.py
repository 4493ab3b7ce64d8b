"""Senders killed, frozen, raced and cut off, with real processes, a real database and a real wire."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection, connections

from accounts.models import Preferences
from roadmap.digests import ledger, planner, sender
from roadmap.digests.transport import from_settings
from roadmap.models import Digest, Roadmap
from tests.faults.holding import transaction_open
from tests.faults.hostile_smtp import HostileServer
from tests.processes import eventually
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, make_roadmap, states, use_smtp

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

LATER = MONDAY_8 + timedelta(minutes=11)
State = Digest.State


@pytest.fixture
def road(settings: Any, hostile: HostileServer) -> Roadmap:
    use_smtp(settings, hostile.url)
    return make_roadmap()


def crowd(road: Roadmap, size: int) -> None:
    for number in range(size):
        make_learner(road, f"l{number}@example.org")


@contextmanager
def a_sender(repository: Path, hostile: HostileServer, now: datetime = MONDAY_8) -> Iterator[subprocess.Popen[str]]:
    """`manage.py send_digests` in a process of its own, on the tests' database."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "send_digests", f"--now={now.isoformat()}"],
        cwd=repository,
        env={**os.environ, "DATABASE_URL": url, "EMAIL_URL": hostile.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def send(now: datetime) -> None:
    """Plan and drain in this process."""
    planner.plan_all(now)
    with from_settings() as wire:
        sender.drain(wire, clock=lambda: now)


def arrives_at(state: str) -> bool:
    return eventually(lambda: states().get(state, 0) > 0, seconds=60)


def composing_waits() -> AbstractContextManager[None]:
    """Hold up whoever composes: what only a letter reads is locked by another connection."""
    return transaction_open("LOCK TABLE roadmap_choice IN ACCESS EXCLUSIVE MODE")


def test_killed_before_the_wire_it_goes_again(road: Roadmap, hostile: HostileServer, repository: Path) -> None:
    crowd(road, 3)
    with a_sender(repository, hostile) as process:
        with composing_waits():
            assert arrives_at("claimed")
            process.kill()
            process.wait()
        assert states() == {"claimed": 3}
    send(MONDAY_8 + timedelta(minutes=9))
    assert states() == {"claimed": 3}
    send(LATER)
    assert states() == {"sent": 3}
    assert len(hostile.kept) == 3


@pytest.mark.parametrize(("moment", "arrived"), [("hang-greeting", 0), ("hang-dot", 1)])
def test_killed_on_the_wire_it_is_uncertain_and_never_goes_again(
    road: Roadmap, hostile: HostileServer, repository: Path, moment: str, arrived: int
) -> None:
    crowd(road, 1)
    hostile.script, hostile.hang_seconds = [moment], 90
    with a_sender(repository, hostile) as process:
        assert arrives_at("sending")
        assert eventually(lambda: len(hostile.kept) == arrived and hostile.connections == 1)
        process.kill()
        process.wait()
    hostile.script = ["ok"]
    for hours in (1, 24, 47, 24 * 6):
        send(MONDAY_8 + timedelta(hours=hours))
    assert states() == {"uncertain": 1}
    assert len(hostile.kept) == arrived


def test_frozen_beyond_its_lease_it_sends_nothing_when_it_wakes(
    road: Roadmap, hostile: HostileServer, repository: Path
) -> None:
    crowd(road, 3)
    with a_sender(repository, hostile) as process:
        with composing_waits():
            assert arrives_at("claimed")
            process.send_signal(signal.SIGSTOP)
        send(LATER)
        assert states() == {"sent": 3}
        process.send_signal(signal.SIGCONT)
        out, _ = process.communicate(timeout=60)
    assert json.loads(out)["sent"] == 0
    assert len(hostile.kept) == 3


def test_told_to_stop_it_finishes_its_window_and_exits_well(
    road: Roadmap, hostile: HostileServer, repository: Path
) -> None:
    crowd(road, 100)
    hostile.script, hostile.hang_seconds = ["hang-dot"], 0.05
    with a_sender(repository, hostile) as process:
        assert arrives_at("sent")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    counts = json.loads(out)
    assert process.returncode == 0
    assert counts["sent"] + counts["pending"] == 100
    assert states() == {"sent": counts["sent"], "pending": counts["pending"]}
    assert 0 < counts["sent"] == len(hostile.kept) < 100


def in_threads(count: int, work: Callable[[], Any]) -> list[Any]:
    """Do the same in several threads at once, each with its own connection."""
    start = threading.Barrier(count)

    def run(_: int) -> Any:
        try:
            start.wait(10)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_ten_planners_make_one_row_a_learner(road: Roadmap) -> None:
    crowd(road, 60)
    assert sum(in_threads(10, lambda: planner.plan_all(MONDAY_8))) == 60
    assert Digest.objects.count() == Digest.objects.values("user").distinct().count() == 60


def test_five_senders_send_each_mail_once(road: Roadmap, hostile: HostileServer) -> None:
    crowd(road, 100)
    in_threads(5, lambda: send(MONDAY_8))
    assert states() == {"sent": 100}
    assert len(hostile.kept) == len(set(map(recipient, hostile.kept))) == 100


def recipient(body: bytes) -> bytes:
    return next(line for line in body.splitlines() if line.startswith(b"To:"))


def test_the_applications_clock_has_no_say(road: Roadmap, hostile: HostileServer) -> None:
    crowd(road, 1)
    Preferences.objects.update(digest_due_at=ledger.now() + timedelta(hours=1))
    with time_machine.travel(datetime.now(MONDAY_8.tzinfo) + timedelta(days=1)):
        assert planner.plan_all(ledger.now()) == 0
    Preferences.objects.update(digest_due_at=ledger.now() - timedelta(minutes=1))
    with time_machine.travel(datetime.now(MONDAY_8.tzinfo) - timedelta(days=1)):
        assert planner.plan_all(ledger.now()) == 1

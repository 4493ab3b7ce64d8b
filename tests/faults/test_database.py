"""A database that ends, refuses, waits, fills its disk, or comes back from long ago."""

from __future__ import annotations

import resource
import threading
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.test import Client

from accounts.models import Preferences, User
from roadmap import actions
from roadmap.digests import durable, gate, ledger, planner, sender
from roadmap.digests.transport import Outcome, from_settings
from roadmap.models import Digest, Roadmap
from tests.faults.chaos import ROADMAP
from tests.faults.elsewhere import Elsewhere, elsewhere, server, tables
from tests.faults.holding import transaction_open
from tests.faults.hostile_smtp import HostileServer
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, make_roadmap, states, use_smtp

__all__ = ["elsewhere", "server", "tables"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

WEEK = timedelta(weeks=1)


@pytest.fixture
def mail(settings: Any, hostile: HostileServer) -> HostileServer:
    use_smtp(settings, hostile.url)
    return hostile


def crowd(size: int) -> Roadmap:
    road = make_roadmap()
    for number in range(size):
        make_learner(road, f"l{number}@example.org")
    return road


def send(now: Any = MONDAY_8) -> None:
    planner.plan_all(now)
    with from_settings() as wire:
        sender.drain(wire, clock=lambda: now)


def recipients(mail: HostileServer) -> list[bytes]:
    return [line for body in mail.kept for line in body.splitlines() if line.startswith(b"To:")]


def test_postgresql_ends_and_comes_back_while_mails_go_out(elsewhere: Elsewhere, mail: HostileServer) -> None:
    """Whatever was acknowledged is there again, and each mail has gone once."""
    crowd(20)
    planner.plan_all(MONDAY_8)
    handed = 0

    class Shaken:
        name = "wire"

        def send(self, address: str, message: bytes, **hints: Any) -> Outcome:
            nonlocal handed
            handed += 1
            if handed in {3, 16}:
                elsewhere.crash()
            return wire.send(address, message, **hints)

    with from_settings() as wire:
        sender.drain(Shaken(), clock=lambda: MONDAY_8)  # type: ignore[arg-type]  # no context manager: sends, and looks on
    assert states() == {"sent": 20}
    assert len(recipients(mail)) == len(set(recipients(mail))) == 20


def test_a_full_disk_leaves_nothing_half_written(
    elsewhere: Elsewhere, mail: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger's file cannot grow: PostgreSQL is refused by the kernel, and treats that as it does a full disk."""
    monkeypatch.setattr(durable, "FIRST_PAUSE_SECONDS", 0.001)
    crowd(30)
    size = fill_the_ledger()
    connection.close()
    before = resource.prlimit(elsewhere.process, resource.RLIMIT_FSIZE)
    resource.prlimit(elsewhere.process, resource.RLIMIT_FSIZE, (size, before[1]))
    with pytest.raises(DatabaseError, match="could not extend file"):
        planner.plan_all(MONDAY_8)
    assert not Digest.objects.filter(period=MONDAY_8.date()).exists()
    connection.close()
    resource.prlimit(elsewhere.process, resource.RLIMIT_FSIZE, before)
    send()
    assert Digest.objects.filter(period=MONDAY_8.date(), state="sent").count() == len(mail.kept) == 30


def fill_the_ledger() -> int:
    """Write so many old rows that the ledger's file is longer than a segment of the log; return its size in bytes."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE roadmap_digest SET (fillfactor = 10, autovacuum_enabled = false)")
        cursor.execute(
            "INSERT INTO roadmap_digest (user_id, period, kind, state, due_at, expires_at, next_attempt_at, message_id,"
            " attempts, reason, to_address, subject, smtp_reply, told)"
            " SELECT (SELECT min(id) FROM accounts_user), due::date, 'weekly', 'expired', due, due + interval '2 days',"
            " due, due::text, 0, '', '', '', repeat('-', 450), '{}'"
            " FROM generate_series('1970-01-05', '2020-01-01', interval '1 week') due"
        )
        cursor.execute("SELECT pg_relation_size('roadmap_digest')")
        size: int = cursor.fetchone()[0]
    assert size > 17 * 1024 * 1024
    return size


def test_a_database_clock_that_jumps_brings_no_second_mail_in_a_week(elsewhere: Elsewhere, mail: HostileServer) -> None:
    """PostgreSQL itself says another time, to everybody: forth, back and forth again."""
    crowd(1)
    for time_of_day in ("23 08:05", "23 03:00", "23 08:01", "25 08:00", "22 23:59", "29 23:59"):
        elsewhere.tell(datetime.fromisoformat(f"2026-11-{time_of_day}+00"))
        assert f"{ledger.now():%d %H:%M}" == time_of_day
        Preferences.objects.update(digest_due_at=None if time_of_day.startswith("22") else ledger.now())
        planner.plan_all(ledger.now())
        with from_settings() as wire:
            sender.drain(wire)
        assert len(mail.kept) == 1, time_of_day


def test_a_migration_that_meets_a_lock_gives_up_and_the_old_code_serves_on(
    elsewhere: Elsewhere, settings: Any, tmp_path: Path
) -> None:
    road, ann, browser = crowd(1), User.objects.get(), Client()
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=MONDAY_8.date(), edition=1)
    browser.force_login(ann)
    settings.MIGRATION_MODULES = {"roadmap": "tests.faults.next_release"}
    document = tmp_path / "pottery.yaml"
    document.write_text(ROADMAP)
    with somebody_reads_for_long("roadmap_enrolment"):
        answers: list[int] = []
        learner = threading.Timer(0.5, lambda: answers.append(tick(browser)))
        learner.start()
        with pytest.raises(CommandError, match="lock timeout"):
            call_command("prepare", roadmap=document)
        learner.join()
        assert answers == [302]
    connection.close()
    call_command("prepare", roadmap=document)
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_release FROM roadmap_enrolment")


def tick(browser: Client) -> int:
    """Tick a step on a connection of one's own."""
    try:
        step = "/roadmaps/pottery/milestones/clay/steps/wedge/"
        return browser.post(step, {"done": "1", "edition": "1"}).status_code
    finally:
        connections.close_all()


def somebody_reads_for_long(table: str) -> AbstractContextManager[None]:
    """A transaction that has read a table and does not end, as a back-up's does."""
    return transaction_open(f"SELECT FROM {table}")


def test_an_old_back_up_sends_nothing_until_an_operator_releases_it(
    elsewhere: Elsewhere, mail: HostileServer, tmp_path: Path
) -> None:
    crowd(2)
    send()
    planner.plan_all(MONDAY_8 + WEEK)
    elsewhere.dump(tmp_path / "waymark.dump")
    send(MONDAY_8 + WEEK)
    assert len(mail.kept) == 4
    connection.close()
    elsewhere.restore(tmp_path / "waymark.dump")
    assert states() == {"sent": 2, "pending": 2}
    send(MONDAY_8 + WEEK + timedelta(hours=1))
    assert (len(mail.kept), gate.status().reason) == (4, gate.RESTORED)
    assert gate.release(MONDAY_8 + WEEK + timedelta(hours=2)) == 2
    send(MONDAY_8 + WEEK + timedelta(hours=2))
    assert states() == {"sent": 2, "skipped": 2}
    send(MONDAY_8 + 2 * WEEK)
    assert len(mail.kept) == 6

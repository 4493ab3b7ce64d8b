"""Hours, days and weeks that pass: what may happen to a letter meanwhile, to real processes.

Time is PostgreSQL's, the only one that counts here: its clock is moved on while everything runs.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from roadmap.digests import gate, ledger
from roadmap.digests.sender import FRESH_SECONDS
from roadmap.models import Digest, Enrolment, Gate, Roadmap
from tests.faults.elsewhere import elsewhere, server, tables
from tests.faults.forks import lives
from tests.faults.works import Works, premises, works
from tests.processes import eventually
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, make_roadmap, states

__all__ = ["elsewhere", "premises", "server", "tables", "works"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

MINUTE = timedelta(minutes=1)


def crowd(size: int) -> None:
    road = make_roadmap()
    for number in range(size):
        make_learner(road, f"l{number}@example.org")


def mails(works: Works) -> Counter[str]:
    """How many mails each address got."""
    lines = (line for body in works.mail.kept for line in body.decode().splitlines())
    return Counter(line.split()[-1].strip("<>") for line in lines if line.startswith("To: "))


def each(size: int, count: int) -> dict[str, int]:
    return {f"l{number}@example.org": count for number in range(size)}


def test_a_beat_that_is_dead_for_three_weeks_costs_two_letters_and_sends_one(works: Works) -> None:
    crowd(2)
    works.move_to(MONDAY_8)
    works.start("beat", "worker")
    assert eventually(lambda: states() == {"sent": 2}, seconds=60), works.log("worker")
    works.kill("beat")
    assert eventually(works.is_quiet, seconds=60)
    for _ in range(21):
        works.move_on(days=1)
    works.move_on(minutes=5)
    assert states() == {"sent": 2}
    works.start("beat")
    assert eventually(lambda: states() == {"sent": 4}, seconds=60), works.log("worker")
    for hours in (5, 6 * 24):
        works.move_on(hours=hours)
        works.rounds(3)
        assert states() == {"sent": 4}
    works.move_to(MONDAY_8 + timedelta(weeks=4))
    assert eventually(lambda: states() == {"sent": 6}, seconds=60), works.log("worker")
    assert mails(works) == each(2, 3)


def waits(works: Works, *, until: timedelta, at_least: timedelta) -> list[float]:
    """Move the clock on from try to try, with two wake-ups at each; return the waits that followed, in minutes."""
    found: list[float] = []
    works.move_to(MONDAY_8)
    works.start("worker")
    while True:
        works.wake(2)
        stands = Gate.objects.get()
        assert stands.opens_at is not None
        assert stands.failures == len(found) + 1
        found.append((stands.opens_at - works.now) / MINUTE)
        if works.now >= MONDAY_8 + until:
            return found
        works.move_to(max(stands.opens_at, works.now + at_least))


def test_a_mail_server_that_is_away_for_six_hours_costs_nobody_an_attempt(works: Works) -> None:
    crowd(20)
    works.mail.go_away()
    assert waits(works, until=timedelta(hours=6), at_least=30 * MINUTE) == [1, 2, 4, 8, *[15] * 9]
    assert set(Digest.objects.values_list("state", "attempts", "lease")) == {("pending", 0, None)}
    works.mail.come_back()
    works.move_on(minutes=14)
    works.wake()
    assert mails(works) == {}
    works.move_on(minutes=1)
    works.wake()
    assert states() == {"sent": 20}
    assert mails(works) == each(20, 1)
    assert gate.status().reason == ""


def test_a_mail_server_that_is_away_for_three_days_leaves_expired_letters_that_are_counted(works: Works) -> None:
    crowd(3)
    works.mail.go_away()
    waits(works, until=timedelta(hours=42), at_least=timedelta(hours=6))
    assert set(Digest.objects.values_list("state", "attempts")) == {("pending", 0)}
    works.move_to(MONDAY_8 + timedelta(hours=48))
    works.wake()
    assert states() == {"expired": 3}
    make_learner(Roadmap.objects.get(), "eve@example.org", digest_due_at=MONDAY_8 + timedelta(days=3))
    works.move_to(MONDAY_8 + timedelta(days=3))
    works.mail.come_back()
    works.wake(2)
    assert mails(works) == {"eve@example.org": 1}
    assert ledger.report(MONDAY_8.date()).items() >= {"expired": 3, "sent": 1, "pending": 0, "due": 4}.items()


EIGHT_ON_SUNDAY = {  # in UTC: the Sunday on which the clocks change, and those beside it
    "Europe/Berlin": ("03-22 07:00", "03-29 06:00", "04-05 06:00", "10-18 06:00", "10-25 07:00", "11-01 07:00"),
    # Half an hour, and the other way round; there it is Sunday already.
    "Australia/Lord_Howe": ("03-28 21:00", "04-04 21:30", "04-11 21:30", "09-26 21:30", "10-03 21:00", "10-10 21:00"),
}


@pytest.mark.parametrize("zone", EIGHT_ON_SUNDAY)
def test_daylight_saving_brings_one_letter_a_week_at_the_same_hour_on_the_wall(works: Works, zone: str) -> None:
    """The worker is woken a minute before the hour, and at it."""
    slots = [datetime.fromisoformat(f"2026-{slot}+00:00") for slot in EIGHT_ON_SUNDAY[zone]]
    assert {f"{slot.astimezone(ZoneInfo(zone)):%a %H:%M}" for slot in slots} == {"Sun 08:00"}
    ann = make_learner(make_roadmap(), timezone=zone, digest_weekday=6, digest_hour=8, digest_due_at=slots[0])
    Enrolment.objects.update(started_at=slots[0] - timedelta(days=30))
    works.start("worker")
    for week, slot in enumerate(slots):
        for minutes, count in ((-1, week), (0, week + 1)):
            works.move_to(slot + minutes * MINUTE)
            works.wake()
            assert mails(works) == ({ann.email: count} if count else {}), works.now
    assert list(Digest.objects.filter(state="sent").order_by("due_at").values_list("sent_at", flat=True)) == slots


def readiness(works: Works) -> tuple[int, dict[str, Any]]:
    """Ask the web process, over HTTP, whether all is well; return the status and what is said of the digests."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(works.socket))
        line.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, json.loads(answer.read())["digests"]


def test_a_letter_that_waits_for_more_than_ten_minutes_is_said_over_http_and_to_the_switch(works: Works) -> None:
    """A worker that plans, and a mail server that is away: one letter waits. Then it is back."""
    crowd(1)
    works.mail.go_away()
    works.move_to(MONDAY_8 - MINUTE)
    works.start("worker", "web")
    assert eventually(works.socket.exists, seconds=60), works.log("web")

    def told_and_answered() -> tuple[int, int]:
        """Let a minute's work be done; return how often the switch has been told so far, and what `/readyz` says."""
        works.wake()
        return len(works.switch.told), readiness(works)[0]

    assert told_and_answered() == (1, 200)
    works.move_on(minutes=11)
    assert told_and_answered() == (2, 200)
    assert states() == {"pending": 1}
    works.move_on(seconds=1)
    assert told_and_answered() == (2, 503)
    digests = readiness(works)[1]
    assert (digests["ok"], digests["lag_seconds"]) == (False, 601)
    assert digests["oldest_pending"] == MONDAY_8.isoformat()
    assert "mail server is away" in digests["held"]
    assert "digests_stuck" in works.log("worker")
    works.mail.come_back()
    works.move_on(minutes=1)
    works.wake()
    assert states() == {"sent": 1}
    assert told_and_answered() == (3, 200)


@pytest.mark.parametrize("offers", ["", "PIPELINING"])
def test_frozen_in_the_middle_of_a_window_it_gives_back_what_never_went(works: Works, offers: str) -> None:
    """Others take its window for uncertain; when it wakes, an operator holds the letters back, so none may go."""
    crowd(8)
    works.move_to(MONDAY_8)
    works.mail.script, works.mail.hang_seconds, works.mail.offers = ["ok", "hang-dot", "ok"], 60, offers
    works.mail.enough.clear()
    sender = works.forks.start("sender", "manage.py", "send_digests")
    assert eventually(lambda: len(works.mail.kept) == 2, seconds=60), works.log("sender")
    os.kill(sender, signal.SIGSTOP)
    frozen_at = time.monotonic()
    works.move_on(minutes=10)
    works.forks.run("send_digests")
    assert states() == {"uncertain": 8}
    call_command("digest_gate", hold="Let us see.")
    works.mail.enough.set()
    time.sleep(max(0.0, frozen_at + FRESH_SECONDS + 0.1 - time.monotonic()))
    os.kill(sender, signal.SIGCONT)
    assert eventually(lambda: not lives(sender), seconds=60), works.log("sender")
    assert states() == {"sent": 2, "pending": 6}
    assert len(works.mail.kept) == 2
    call_command("digest_gate", release=True)
    works.forks.run("send_digests")
    assert states() == {"sent": 8}
    assert mails(works) == each(8, 1)

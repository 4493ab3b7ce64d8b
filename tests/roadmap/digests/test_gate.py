"""When nothing may leave: an operator's word, a mail server that is away, a ledger out of a back-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Preferences, User
from roadmap.digests import gate, ledger, planner, sender
from roadmap.digests.transport import from_settings
from roadmap.models import Digest, Gate, Roadmap
from tests.faults.hostile_smtp import HostileServer
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, states, use_smtp

pytestmark = pytest.mark.django_db
State = Digest.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def crowd(road: Roadmap, settings, hostile: HostileServer) -> HostileServer:
    """Twenty digests that are due, and the server that they go to."""
    use_smtp(settings, hostile.url)
    for number in range(20):
        make_learner(road, f"l{number}@example.org")
    planner.plan_all(MONDAY_8)
    return hostile


def drain(minutes: float = 0) -> Counter[State]:
    with from_settings() as wire:
        return +sender.drain(wire, clock=lambda: MONDAY_8 + minutes * MINUTE)[0]


class TestOperator:
    def test_nothing_leaves_while_an_operator_holds_it(self, crowd: HostileServer) -> None:
        gate.hold("The letters look odd.")
        assert drain() == Counter()
        assert states() == {"pending": 20}
        assert gate.status().reason == "The letters look odd."

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("links broken", "Links broken."),
            ("Odd!", "Odd!"),
            ("Who wrote this?", "Who wrote this?"),
            ("Wait…", "Wait…"),
        ],
    )
    def test_a_reason_is_said_as_a_sentence_however_it_was_typed(self, db: None, typed: str, said: str) -> None:
        gate.hold(typed)
        assert (gate.status().reason, gate.status().sentence) == (typed, said)

    def test_an_open_gate_has_nothing_to_say(self, db: None) -> None:
        assert gate.status().sentence == ""

    def test_what_a_sender_has_in_hand_goes_on_to_its_end(
        self, crowd: HostileServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sender, "BATCH", 12)

        def clock() -> datetime:
            if "claimed" in states() and not gate.status().is_held:
                gate.hold("The letters look odd.")
            return MONDAY_8

        with from_settings() as wire:
            sender.drain(wire, clock=clock)
        assert states() == {"sent": 12, "pending": 8}

    def test_released_everything_goes(self, crowd: HostileServer) -> None:
        gate.hold("The letters look odd.")
        assert gate.release(MONDAY_8) == 0
        assert drain() == Counter({State.SENT: 20})

    def test_what_is_held_too_long_expires_and_is_counted(self, crowd: HostileServer) -> None:
        gate.hold("The letters look odd.")
        assert drain(minutes=48 * 60) == Counter({State.EXPIRED: 20})


class TestBreaker:
    """A server that is away is asked by one sender, now and then; everybody sees it, and nobody's attempt is burned."""

    def test_nobody_else_tries_for_a_while(self, crowd: HostileServer) -> None:
        crowd.script = ["greeting 421 busy"]
        drain()
        assert crowd.connections == 1
        drain(minutes=0.9)
        assert crowd.connections == 1
        drain(minutes=1)
        assert crowd.connections == 2
        assert set(Digest.objects.values_list("attempts", flat=True)) == {0}

    def test_one_sender_tries_and_the_others_wait_for_it(self, crowd: HostileServer) -> None:
        crowd.script = ["greeting 421 busy"]
        drain()
        assert [gate.admit(MONDAY_8 + MINUTE, 64) for _ in range(3)] == [1, 0, 0]

    def test_a_sender_killed_while_it_tries_keeps_the_gate_shut_for_a_minute(self, crowd: HostileServer) -> None:
        crowd.script = ["greeting 421 busy"]
        drain()
        assert gate.admit(MONDAY_8 + MINUTE, 64) == 1
        assert gate.admit(MONDAY_8 + 2 * MINUTE, 64) == 1

    def test_once_one_is_through_the_rest_goes(self, crowd: HostileServer) -> None:
        crowd.script = ["greeting 421 busy", "ok"]
        drain()
        assert drain(minutes=1) == Counter({State.SENT: 19})
        assert drain(minutes=7) == Counter({State.SENT: 1})
        assert gate.status().reason == ""

    def test_the_wait_doubles_up_to_a_quarter_of_an_hour(self, crowd: HostileServer) -> None:
        crowd.script = ["greeting 421 busy"]
        drain()
        waits = []
        while len(waits) < 6:
            opens_at = Gate.objects.get().opens_at
            assert opens_at is not None
            drain(minutes=(opens_at - MONDAY_8) / MINUTE)
            waits.append((Gate.objects.get().opens_at - opens_at) / MINUTE)
        assert waits == [2, 4, 8, 15, 15, 15]

    def test_away_for_six_hours_all_are_sent_within_two_days(self, crowd: HostileServer) -> None:
        crowd.script = ["greeting 421 busy"]
        for minute in range(0, 6 * 60, 5):
            drain(minute)
        assert states() == {"pending": 20}
        crowd.script = ["ok"]
        for minute in range(6 * 60, 7 * 60, 5):
            drain(minute)
        assert states() == {"sent": 20}
        assert len(crowd.kept) == 20

    @pytest.mark.parametrize(("act", "state"), [("drop-dot", "uncertain"), ("drop-354", "pending")])
    def test_a_server_that_swallows_mails_in_silence_is_away_too(
        self, crowd: HostileServer, act: str, state: str
    ) -> None:
        """Else a whole crowd would end uncertain."""
        crowd.script = [act]
        drain()
        assert Digest.objects.filter(state=state, smtp_reply__contains="Disconnected").count() == sender.SILENCES
        assert gate.status().failures == 1

    def test_the_only_one_that_a_server_does_not_want_holds_nobody_up(self, crowd: HostileServer) -> None:
        crowd.script = ["rcpt 421 not this one", "ok"]
        drain()
        assert drain(minutes=1) == Counter({State.SENT: 19})

    def test_whoever_asks_for_it_need_not_wait(self, crowd: HostileServer) -> None:
        crowd.script = ["drop-greeting", "ok"]
        drain()
        gate.try_now()
        assert drain() == Counter({State.SENT: 20})


class TestRate:
    def test_no_more_than_the_limit_goes_in_a_minute(self, crowd: HostileServer, settings) -> None:
        settings.DIGESTS_PER_MINUTE = 7
        assert drain() == Counter({State.SENT: 7})
        assert drain(minutes=0.5) == Counter()
        assert [drain(minutes=minute)[State.SENT] for minute in (1, 2, 3)] == [7, 6, 0]

    def test_who_waited_for_the_row_over_a_minutes_end_brings_no_minute_back(
        self, crowd: HostileServer, settings
    ) -> None:
        settings.DIGESTS_PER_MINUTE = 10
        claims = [gate.admit(MONDAY_8 + seconds * MINUTE / 60, 64) for seconds in (59.9, 60, 59.95, 60.1)]
        assert claims == [10, 10, 0, 0]

    def test_a_clock_that_is_set_right_keeps_nobody_waiting_for_the_minute_it_had(
        self, crowd: HostileServer, settings
    ) -> None:
        settings.DIGESTS_PER_MINUTE = 7
        assert gate.admit(MONDAY_8 + timedelta(weeks=1), 64) == 7
        assert gate.admit(MONDAY_8, 64) == 7

    def test_without_a_limit_senders_do_not_wait_for_one_another(self, crowd: HostileServer) -> None:
        gate.admit(MONDAY_8, 1)
        asked: list[str] = []

        def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            assert gate.admit(MONDAY_8, 64) == 64
        [only] = asked
        assert "FOR UPDATE" not in only


class TestRestored:
    """Another ledger than the gate was opened for; tests/faults restores a real one."""

    @pytest.fixture
    def restored(self, crowd: HostileServer) -> HostileServer:
        gate.admit(MONDAY_8, 1)
        Gate.objects.update(ledger="another/1")
        return crowd

    def test_nothing_leaves_until_an_operator_releases_it(self, restored: HostileServer) -> None:
        assert drain() == Counter()
        assert gate.status().reason == gate.RESTORED

    def test_what_may_have_been_sent_is_left_out(self, restored: HostileServer, ann: User) -> None:
        Preferences.objects.filter(user=ann).update(digest_due_at=MONDAY_8 + MINUTE)
        assert gate.release(MONDAY_8 + 60 * MINUTE) == 20
        assert planner.plan_all(MONDAY_8 + 60 * MINUTE) == 0
        assert drain(minutes=60) == Counter()
        assert set(Digest.objects.values_list("state", "reason")) == {("skipped", "restored")}
        assert Preferences.objects.get(user=ann).digest_due_at == MONDAY_8 + timedelta(weeks=1)

    def test_what_was_to_be_planned_when_the_back_up_was_made_is_left_out_too(
        self, restored: HostileServer, road: Roadmap
    ) -> None:
        """Wishes were changed just before; the letter of eight has left since."""
        bob = make_learner(road, "bob@example.org", digest_due_at=None, digest_replanned_at=MONDAY_8 - MINUTE)
        gate.release(MONDAY_8 + 60 * MINUTE)
        planner.plan_all(MONDAY_8 + 60 * MINUTE)
        assert not Digest.objects.filter(user=bob).exists()
        assert Preferences.objects.get(user=bob).digest_due_at == MONDAY_8 + timedelta(weeks=1)

    def test_released_twice_it_leaves_out_nothing_more(self, restored: HostileServer) -> None:
        gate.release(MONDAY_8)
        Digest.objects.update(state="pending", settled_at=None)
        assert gate.release(MONDAY_8) == 0
        assert drain() == Counter({State.SENT: 20})


def test_the_claim_asks_the_gate_in_its_own_transaction(crowd: HostileServer, settings) -> None:
    settings.DIGESTS_PER_MINUTE = 3
    assert len(ledger.claim(MONDAY_8, limit=10)) == 3

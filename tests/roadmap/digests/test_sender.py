"""From due to delivered, over a real wire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.test import Client

from accounts.models import Preferences, User
from roadmap.digests import buttons, compose, ledger, planner, sender
from roadmap.digests.transport import Fate, Outcome, from_settings
from roadmap.models import Digest, Roadmap, Suppression
from tests.faults.hostile_smtp import HostileServer
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, mark, states, use_smtp
from tests.smtp import Sink

pytestmark = pytest.mark.django_db
State = Digest.State
MINUTE = timedelta(minutes=1)


def crowd(road: Roadmap, size: int) -> None:
    for number in range(size):
        make_learner(road, f"l{number}@example.org")
    planner.plan_all(MONDAY_8)


def drain(now: datetime = MONDAY_8, stop_after: int = 1_000_000) -> tuple[Counter[State], bool]:
    """Drain at a moment; told to stop when the question has been asked so often."""
    asked = iter(range(stop_after))
    with from_settings() as wire:
        return sender.drain(wire, clock=lambda: now, should_stop=lambda: next(asked, None) is None)


def test_everybody_gets_one_mail(road: Roadmap, smtp: Sink) -> None:
    crowd(road, 20)
    assert drain() == (Counter({State.SENT: 20}), False)
    assert drain() == (Counter(), False)
    assert sorted(letter.recipients[0] for letter in smtp.letters) == sorted(f"l{n}@example.org" for n in range(20))
    ids = {letter.message["Message-ID"] for letter in smtp.letters}
    assert ids == set(Digest.objects.values_list("message_id", flat=True))
    assert states() == {"sent": 20}
    digest = Digest.objects.first()
    assert digest is not None
    assert (digest.smtp_code, digest.subject) == (250, "Next: Know your clay, 6 h")


def test_a_refused_address_is_suppressed_and_the_rest_go(road: Roadmap, smtp: Sink) -> None:
    smtp.refuse["l3@example.org"] = "550 5.1.1 No such user"
    crowd(road, 10)
    assert drain()[0] == Counter({State.SENT: 9, State.FAILED: 1})
    assert [found.address for found in Suppression.objects.all()] == ["l3@example.org"]
    assert planner.plan_all(MONDAY_8 + timedelta(weeks=1)) == 9


def test_a_greylisted_mail_goes_later(road: Roadmap, smtp: Sink) -> None:
    smtp.refuse["l0@example.org"] = "451 4.7.1 Greylisted"
    crowd(road, 1)
    assert drain() == (Counter(), False)
    smtp.refuse.clear()
    assert drain(MONDAY_8 + MINUTE)[0] == Counter()
    assert drain(MONDAY_8 + 6 * MINUTE)[0] == Counter({State.SENT: 1})
    assert len(smtp.letters) == 1


def test_a_server_that_is_away_stops_the_sender_and_costs_nothing(
    road: Roadmap, hostile: HostileServer, settings
) -> None:
    use_smtp(settings, hostile.url)
    crowd(road, 20)
    hostile.script = ["ok", "ok", "rcpt 421 closing down"]
    assert drain() == (Counter({State.SENT: 2}), False)
    assert hostile.connections == 1
    assert states() == {"sent": 2, "pending": 18}
    assert set(Digest.objects.filter(state="pending").values_list("attempts", "lease")) == {(0, None)}
    hostile.script = ["ok"]
    assert drain(MONDAY_8 + timedelta(hours=6))[0] == Counter({State.SENT: 18})


def test_a_server_that_is_away_for_three_days_leaves_expired_digests(
    road: Roadmap, hostile: HostileServer, settings
) -> None:
    use_smtp(settings, hostile.url)
    crowd(road, 3)
    hostile.script = ["greeting 421 busy"]
    assert drain() == (Counter(), False)
    assert drain(MONDAY_8 + timedelta(days=3))[0] == Counter({State.EXPIRED: 3})


def test_a_mail_dropped_before_the_dot_goes_again_once(road: Roadmap, hostile: HostileServer, settings) -> None:
    use_smtp(settings, hostile.url)
    crowd(road, 1)
    hostile.script = ["drop-354", "ok"]
    drain()
    assert states() == {"pending": 1}
    drain(MONDAY_8 + 6 * MINUTE)
    drain(MONDAY_8 + 60 * MINUTE)
    assert states() == {"sent": 1}
    assert len(hostile.kept) == 1


def test_a_mail_dropped_after_the_dot_is_uncertain_and_never_goes_again(
    road: Roadmap, hostile: HostileServer, settings
) -> None:
    use_smtp(settings, hostile.url)
    crowd(road, 3)
    hostile.script = ["ok", "drop-dot", "ok"]
    assert drain()[0] == Counter({State.SENT: 2, State.UNCERTAIN: 1})
    for hours in (1, 24, 47):
        drain(MONDAY_8 + timedelta(hours=hours))
    assert len(hostile.kept) == 3


def test_no_more_than_a_window_is_ever_on_the_wire(road: Roadmap, hostile: HostileServer, settings) -> None:
    use_smtp(settings, hostile.url)
    crowd(road, 20)
    most = 0

    class Watched:
        name = "wire"

        def send(self, address: str, message: bytes, **hints: Any) -> Outcome:
            nonlocal most
            most = max(most, Digest.objects.filter(state="sending").count())
            return wire.send(address, message, **hints)

    with from_settings() as wire:
        sender.drain(Watched(), clock=lambda: MONDAY_8)  # type: ignore[arg-type]  # no context manager: sends, and looks on
    assert most == sender.WINDOW
    assert len(hostile.kept) == 20


class Slow:
    """A wire that takes longer than a right to send lasts; `happening` comes true after the first mail."""

    name = "wire"

    def __init__(self, monkeypatch: pytest.MonkeyPatch, happening: Callable[[], object]) -> None:
        self.happening, self.passed, self.tried = happening, 0.0, 0
        monkeypatch.setattr(sender.time, "monotonic", lambda: self.passed)

    def send(self, address: str, message: bytes, **hints: Any) -> Outcome:
        self.tried += 1
        self.passed += sender.FRESH_SECONDS + 0.1
        if self.tried == 1:
            self.happening()
        return Outcome(Fate.SENT, 250, "kept")


def test_behind_a_slow_server_the_right_to_send_is_asked_for_again(
    road: Roadmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who unsubscribes in the middle of a window is not written to, though they were marked with it."""
    crowd(road, 8)
    wire = Slow(monkeypatch, lambda: Preferences.objects.filter(user__email="l7@example.org").update(digest_enabled=0))
    settled, _ = sender.drain(wire, clock=lambda: MONDAY_8)  # type: ignore[arg-type]  # no context manager
    assert settled == Counter({State.SENT: 7, State.SKIPPED: 1})
    assert wire.tried == 7


def test_a_sender_that_wakes_after_its_lease_sends_no_more_and_says_what_it_did_not_send(
    road: Roadmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen in the middle of a window: seven were taken for uncertain, and never went."""
    crowd(road, 8)
    late = MONDAY_8 + ledger.LEASE

    def freeze() -> None:
        now.append(late)
        assert ledger.reclaim(late) == Counter({State.UNCERTAIN: 8})
        assert ledger.claim(late, limit=8) == []

    now = [MONDAY_8]
    wire = Slow(monkeypatch, freeze)
    settled, _ = sender.drain(wire, clock=lambda: now[-1])  # type: ignore[arg-type]  # no context manager
    assert wire.tried == 1 + 7
    assert settled == Counter({State.SENT: 8})
    assert states() == {"sent": 8}


class Blocked:
    """A wire behind a ledger some of whose commits last longer than a right to send; meanwhile there is `happening`."""

    name = "wire"

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, commits: Container[int], happening: Callable[[], object]
    ) -> None:
        self.passed, self.tried, self.commits, turn = 0.0, 0, 0, ledger.turn
        monkeypatch.setattr(sender.time, "monotonic", lambda: self.passed)

        def late_turn(*args: Any, **known: Any) -> ledger.Turn:
            done = turn(*args, **known)
            self.commits += 1
            if self.commits in commits:
                self.passed += sender.FRESH_SECONDS + 0.1
                happening()
            return done

        monkeypatch.setattr(ledger, "turn", late_turn)

    def send(self, address: str, message: bytes, **hints: Any) -> Outcome:
        self.tried += 1
        return Outcome(Fate.SENT, 250, "kept")


def test_behind_a_commit_that_was_held_up_the_right_to_send_is_asked_for_again(
    road: Roadmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who unsubscribes after their right was read and before the commit is through is not written to."""
    crowd(road, 8)
    leave = Preferences.objects.filter(user__email="l0@example.org").update
    wire = Blocked(monkeypatch, {1}, lambda: leave(digest_enabled=False))
    settled, _ = sender.drain(wire, clock=lambda: MONDAY_8)  # type: ignore[arg-type]  # no context manager
    assert settled == Counter({State.SENT: 7, State.SKIPPED: 1})
    assert (wire.tried, wire.commits) == (7, 3)


def test_a_ledger_that_is_always_late_sends_nobody_anything_and_does_not_hold_the_sender(
    road: Roadmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for twice, a right that is old both times is none: the letters are given back, and the time limit holds."""
    crowd(road, 10)
    wire = Blocked(monkeypatch, range(1, 1_000), lambda: None)
    assert sender.drain(wire, clock=lambda: MONDAY_8, seconds=4) == (Counter(), True)  # type: ignore[arg-type]  # no context manager
    assert (wire.tried, states()) == (0, {"pending": 10})
    assert set(Digest.objects.values_list("attempts", "lease")) == {(0, None)}


def test_told_to_stop_it_settles_the_window_and_gives_back_the_rest(road: Roadmap, smtp: Sink) -> None:
    crowd(road, 30)
    assert drain(stop_after=2) == (Counter({State.SENT: 8}), True)
    assert states() == {"sent": 8, "pending": 22}
    assert drain()[0] == Counter({State.SENT: 22})
    assert len(smtp.letters) == 30


def test_time_is_up_between_windows_too(road: Roadmap, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes its time would hold a batch far beyond the slice that a task has."""
    crowd(road, 20)
    wire = Slow(monkeypatch, lambda: None)
    assert sender.drain(wire, clock=lambda: MONDAY_8, seconds=5) == (Counter({State.SENT: 8}), True)  # type: ignore[arg-type]  # no context manager
    assert states() == {"sent": 8, "pending": 12}


def test_time_is_up_between_batches(road: Roadmap, smtp: Sink) -> None:
    crowd(road, 2)
    with from_settings() as wire:
        assert sender.drain(wire, clock=lambda: MONDAY_8, seconds=0) == (Counter(), True)
    assert states() == {"pending": 2}


def test_one_post_to_the_link_ends_letters_in_the_middle_of_a_batch(road: Roadmap, smtp: Sink) -> None:
    """The batch is claimed and composed; whoever leaves before their window goes gets nothing."""
    crowd(road, 20)
    link = buttons.unsubscribe_url(User.objects.get(email="l19@example.org").pk).removeprefix("http://waymark.test")
    assert sender.FRESH_SECONDS <= 1  # after which a window in hand asks again
    posted = []

    class Leaving:
        name = "wire"

        def send(self, address: str, message: bytes, **hints: Any) -> Outcome:
            if not posted:
                posted.append(Client().post(link, {"List-Unsubscribe": "One-Click"}).status_code)
            return wire.send(address, message, **hints)

    with from_settings() as wire:
        settled, _ = sender.drain(Leaving(), clock=lambda: MONDAY_8)  # type: ignore[arg-type]  # no context manager: sends, and looks on
    assert settled == Counter({State.SENT: 19, State.SKIPPED: 1})
    assert "l19@example.org" not in {letter.recipients[0] for letter in smtp.letters}
    assert posted == [200]


def test_one_that_cannot_be_composed_does_not_hold_up_the_rest(road: Roadmap, smtp: Sink) -> None:
    mark(make_learner(road), "clay", state="doing", ticks={"wedge": "nonsense"})
    crowd(road, 3)
    assert drain()[0] == Counter({State.SENT: 3, State.FAILED: 1})


@pytest.mark.parametrize("failure", [OSError("no room for a letter"), SoftTimeLimitExceeded()])
def test_what_goes_wrong_with_the_next_letter_is_not_put_on_the_one_on_the_wire(
    road: Roadmap, smtp: Sink, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """The ninth is composed while the server has its say on the first."""
    crowd(road, 12)
    compose_one, composed = compose.mails, []

    def mails(*known: Any) -> Iterator[Any]:
        for found in compose_one(*known):
            composed.append(found)
            if len(composed) == 9:
                raise failure
            yield found

    monkeypatch.setattr(compose, "mails", mails)
    with pytest.raises(type(failure)):
        drain()
    assert states() == {"sent": 1, "pending": 11}
    assert len(smtp.letters) == 1
    assert not Digest.objects.exclude(attempts=0).exists()


def test_a_sender_that_is_ended_in_the_middle_of_a_window_says_what_it_did_not_send(
    road: Roadmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the one on the wire nobody can tell; those behind it never went."""
    crowd(road, 12)

    class Ended:
        name, tried = "wire", 0

        def send(self, address: str, message: bytes, **hints: Any) -> Outcome:
            self.tried += 1
            if self.tried == 3:
                raise SoftTimeLimitExceeded
            return Outcome(Fate.SENT, 250, "kept")

    with pytest.raises(SoftTimeLimitExceeded):
        sender.drain(Ended(), clock=lambda: MONDAY_8)  # type: ignore[arg-type]  # no context manager
    assert states() == {"sent": 2, "sending": 1, "pending": 9}


def test_logs_name_digests_and_no_people(road: Roadmap, smtp: Sink, caplog: pytest.LogCaptureFixture) -> None:
    smtp.refuse["l0@example.org"] = "550 5.1.1 l0@example.org is unknown"
    crowd(road, 2)
    with caplog.at_level("INFO"):
        drain()
    ours = [record.msg for record in caplog.records if record.name.startswith("roadmap.digests")]
    failed, sent = Digest.objects.get(state="failed").pk, Digest.objects.get(state="sent").pk
    assert failed in {line.get("digest") for line in ours}
    assert {"failed": [failed], "sent": [sent]}.items() <= next(line for line in ours if "sent" in line).items()
    assert not re.search(r"example\.org|Ann", str(ours))


def test_a_batch_costs_few_queries(road: Roadmap, smtp: Sink, django_assert_max_num_queries) -> None:
    """Reading is 4 a batch; the ledger's own are the clock, two a window, and claiming."""
    crowd(road, 64)
    drain(MONDAY_8 - MINUTE)
    with django_assert_max_num_queries(40):
        drain()
    assert states() == {"sent": 64}


def test_the_databases_clock_counts(ann: User, smtp: Sink) -> None:
    """Not the application's: no clock but the ledger's is asked."""
    Preferences.objects.update(digest_due_at=ledger.now() - MINUTE)
    assert planner.plan_all(ledger.now()) == 1
    with from_settings() as wire:
        assert sender.drain(wire)[0] == Counter({State.SENT: 1})

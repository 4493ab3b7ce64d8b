"""A sender that is held up, frozen, or ended in the middle of a window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from accounts.models import Preferences
from roadmap.digests import compose, ledger, sender
from roadmap.digests.transport import Fate, Outcome
from roadmap.models import Digest, Roadmap
from tests.roadmap.digests.conftest import MONDAY_8, states
from tests.roadmap.digests.test_sender import crowd, drain
from tests.smtp import Sink

pytestmark = pytest.mark.django_db
State = Digest.State


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


def test_time_is_up_between_windows_too(road: Roadmap, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes its time would hold a batch far beyond the slice that a task has."""
    crowd(road, 20)
    wire = Slow(monkeypatch, lambda: None)
    assert sender.drain(wire, clock=lambda: MONDAY_8, seconds=5) == (Counter({State.SENT: 8}), True)  # type: ignore[arg-type]  # no context manager
    assert states() == {"sent": 8, "pending": 12}


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

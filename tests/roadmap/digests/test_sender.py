"""From due to delivered, over a real wire."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Preferences, User
from roadmap.digests import buttons, ledger, planner, sender
from roadmap.digests.transport import Outcome, from_settings
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


def test_what_gets_too_late_while_it_is_in_hand_is_counted_as_expired(road: Roadmap, smtp: Sink) -> None:
    crowd(road, 3)
    too_late = MONDAY_8 + timedelta(hours=48)

    def clock() -> datetime:
        return too_late if "claimed" in states() else too_late - MINUTE

    with from_settings() as wire:
        settled, _ = sender.drain(wire, clock=clock)
    assert +settled == Counter({State.EXPIRED: 3})
    assert states() == {"expired": 3}
    assert smtp.letters == []


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


def test_told_to_stop_it_settles_the_window_and_gives_back_the_rest(road: Roadmap, smtp: Sink) -> None:
    crowd(road, 30)
    assert drain(stop_after=2) == (Counter({State.SENT: 8}), True)
    assert states() == {"sent": 8, "pending": 22}
    assert drain()[0] == Counter({State.SENT: 22})
    assert len(smtp.letters) == 30


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

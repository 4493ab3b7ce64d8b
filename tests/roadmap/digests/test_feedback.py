"""Bounces and complaints: counted once each, scored per address, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connections

from accounts.models import User
from roadmap.digests import feedback, ledger, planner
from roadmap.digests.feedback import Event, News
from roadmap.digests.verdicts import Envelope
from roadmap.models import Bounce, Digest, Suppression
from tests.roadmap.digests.conftest import MONDAY_8

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def event(key: str = "e1", news: News = News.HARD, at: datetime = MONDAY_8, **more: str) -> Event:
    return Event("mailgun", key, news, **{"address": "ann@example.org", "message_id": "", **more}, at=at)


def take(*events: Event, now: datetime = MONDAY_8) -> list[bool]:
    return [feedback.take(found, now) for found in events]


@pytest.fixture
def digest(ann: User) -> Digest:
    """A digest of Ann's whose sender vanished."""
    planner.plan_all(MONDAY_8)
    [claim] = ledger.claim(MONDAY_8, limit=1)
    ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes={claim.id: Envelope(ann.email, "Next")})
    ledger.reclaim(MONDAY_8 + ledger.LEASE)
    return Digest.objects.get()


def test_an_event_that_is_told_again_counts_once(db: None) -> None:
    assert take(event(), event(), event()) == [True, False, False]
    assert feedback.score("ann@example.org", MONDAY_8) == 2


def test_the_same_name_at_another_provider_is_another_event(db: None) -> None:
    other = Event("mandrill", "e1", News.SOFT, "ann@example.org", "", MONDAY_8)
    assert take(event(), other) == [True, True]


def test_two_hard_bounces_stop_digests_for_thirty_days(db: None) -> None:
    take(event("e1"))
    assert not Suppression.objects.exists()
    take(event("e2", detail="550 no such user"))
    found = Suppression.objects.get()
    assert (found.reason, found.detail, found.until) == ("bounced", "550 no such user", MONDAY_8 + 30 * DAY)


def test_four_soft_ones_do_too(db: None) -> None:
    take(*(event(f"e{n}", News.SOFT) for n in range(3)))
    assert not Suppression.objects.exists()
    take(event("e3", News.SOFT))
    assert Suppression.objects.get().address == "ann@example.org"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """If nothing keeps them apart, neither has committed its own when the other adds up."""
    take(event("e1"))
    score, both = feedback.score, Barrier(2)

    def score_and_meet(address: str, now: datetime) -> int:
        found = score(address, now)
        with suppress(BrokenBarrierError):  # the other one waits for us to commit, and cannot come
            both.wait(1)
        return found

    monkeypatch.setattr(feedback, "score", score_and_meet)
    assert in_threads(lambda key: take(event(key, News.SOFT)), "e2", "e3") == [[True], [True]]
    assert score("ann@example.org", MONDAY_8) == 4
    assert Suppression.objects.get().reason == "bounced"


def in_threads(work: Callable[[str], list[bool]], *keys: str) -> list[list[bool]]:
    """Do the same for each at once, on connections of their own."""

    def run(key: str) -> list[bool]:
        try:
            return work(key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(run, keys))


def test_points_are_forgotten_after_thirty_days(db: None) -> None:
    take(event("e1"))
    take(event("e2", at=MONDAY_8 + 30 * DAY), now=MONDAY_8 + 30 * DAY)
    assert not Suppression.objects.exists()
    assert feedback.score("ann@example.org", MONDAY_8 + 30 * DAY) == 2


def test_addresses_are_scored_apart(db: None) -> None:
    take(event("e1"), event("e2", address="bob@example.org"))
    assert not Suppression.objects.exists()


def test_a_complaint_stops_digests_at_once_and_for_good(ann: User) -> None:
    take(event(news=News.COMPLAINT))
    assert (Suppression.objects.get().reason, Suppression.objects.get().until) == ("complaint", None)
    assert planner.plan_all(MONDAY_8) == 0


def test_bounces_do_not_shorten_what_holds_for_good(db: None) -> None:
    take(event("e1", News.COMPLAINT), event("e2"), event("e3"))
    assert (Suppression.objects.get().reason, Suppression.objects.get().until) == ("complaint", None)


def test_a_later_bounce_renews_a_suppression_that_ended(db: None) -> None:
    take(event("e1"), event("e2"))
    later = MONDAY_8 + 40 * DAY
    take(event("e3", at=later), event("e4", at=later), now=later)
    assert Suppression.objects.get().until == later + 30 * DAY


def test_an_event_of_long_ago_has_no_say(db: None) -> None:
    """So that a request that was recorded once cannot be used for ever."""
    assert take(event(news=News.COMPLAINT, at=MONDAY_8 - 30 * DAY)) == [False]
    assert not Bounce.objects.exists()


def test_a_delivery_settles_what_was_uncertain(digest: Digest) -> None:
    told = event(news=News.DELIVERED, message_id=digest.message_id)
    assert take(told, told) == [True, False]
    digest.refresh_from_db()
    assert (digest.state, digest.reason) == ("sent", "confirmed by the mail provider")


def test_a_hard_bounce_settles_it_as_failed_and_counts_for_the_address_written_to(digest: Digest) -> None:
    take(event(message_id=digest.message_id, address="ann@xn--exmple-cua.org"))
    digest.refresh_from_db()
    assert (digest.state, digest.reason) == ("failed", "did not arrive, says the mail provider")
    assert Bounce.objects.get().address == "ann@example.org"


def test_a_letter_of_before_counts_for_the_address_as_it_is_kept_now(digest: Digest) -> None:
    """Case 17: letters were written to each spelling that somebody had signed up with."""
    Digest.objects.update(to_address="kim@bücher-test.example")
    take(event(message_id=digest.message_id))
    assert Bounce.objects.get().address == "kim@xn--bcher-test-9db.example"


def test_a_soft_bounce_leaves_it_open(digest: Digest) -> None:
    take(event(news=News.SOFT, message_id=digest.message_id))
    digest.refresh_from_db()
    assert digest.state == "uncertain"


def test_news_of_a_mail_that_is_settled_changes_nothing_about_it(digest: Digest) -> None:
    Digest.objects.update(state="sent", sent_at=MONDAY_8)
    take(event(message_id=digest.message_id), event("e2", News.DELIVERED, message_id=digest.message_id))
    digest.refresh_from_db()
    assert (digest.state, digest.sent_at) == ("sent", MONDAY_8)

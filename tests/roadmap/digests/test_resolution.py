"""Digests that nobody is sure of: what people and the mail provider find out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from roadmap.digests import ledger, planner, resolution
from roadmap.digests.verdicts import Claim, Envelope
from roadmap.models import Digest
from tests.roadmap.digests.conftest import MONDAY_8, states

pytestmark = pytest.mark.django_db
LATER = MONDAY_8 + timedelta(hours=3)
ENVELOPE = Envelope("ann@example.org", "Next: Wedge ten lumps")


@pytest.fixture
def lost(ann: User) -> Claim:
    """A digest whose sender vanished at eight; its claim."""
    planner.plan_all(MONDAY_8)
    [claim] = ledger.claim(MONDAY_8, limit=1)
    ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes={claim.id: ENVELOPE})
    ledger.reclaim(MONDAY_8 + ledger.LEASE)
    return claim


def test_one_that_arrived_is_sent_since_its_fate_became_unknown(lost: Claim) -> None:
    assert resolution.confirm(digests=[lost.id], found_by="an operator", now=LATER) == [lost.id]
    digest = Digest.objects.get()
    assert (digest.state, digest.reason) == ("sent", "confirmed by an operator")
    assert (digest.sent_at, digest.settled_at) == (MONDAY_8 + ledger.LEASE, LATER)


def test_one_that_did_not_arrive_is_failed(lost: Claim) -> None:
    assert resolution.give_up(digests=[lost.id], found_by="an operator", now=LATER) == [lost.id]
    assert Digest.objects.get().reason == "did not arrive, says an operator"
    assert ledger.claim(LATER, limit=1) == []


def test_one_that_is_sent_again_keeps_its_message_id(lost: Claim) -> None:
    assert resolution.send_again(digests=[lost.id], now=LATER) == [lost.id]
    [again] = ledger.claim(LATER, limit=1)
    assert (again.id, again.message_id) == (lost.id, lost.message_id)


def test_what_is_48_hours_late_is_not_sent_again(lost: Claim) -> None:
    assert resolution.send_again(digests=[lost.id], now=MONDAY_8 + timedelta(hours=48)) == []
    assert states() == {"uncertain": 1}


def test_a_second_click_changes_nothing(lost: Claim) -> None:
    resolution.confirm(digests=[lost.id], found_by="an operator", now=LATER)
    for act in (resolution.confirm, resolution.give_up):
        assert act(digests=[lost.id], found_by="somebody else", now=LATER) == []
    assert resolution.send_again(digests=[lost.id], now=LATER) == []
    assert Digest.objects.get().reason == "confirmed by an operator"


@pytest.mark.parametrize("state", ["pending", "claimed", "sending", "sent", "failed", "skipped", "expired"])
def test_only_uncertain_ones_can_be_resolved(lost: Claim, state: str) -> None:
    Digest.objects.update(state=state, sent_at=MONDAY_8, lease=lost.lease, lease_until=LATER)
    assert resolution.confirm(digests=[lost.id], found_by="an operator", now=LATER) == []
    assert resolution.send_again(digests=[lost.id], now=LATER) == []
    assert states() == {state: 1}


def test_a_sender_that_wakes_after_that_has_no_say_and_sends_nothing(lost: Claim) -> None:
    resolution.send_again(digests=[lost.id], now=LATER)
    assert ledger.turn(LATER, lost.lease, verdicts=[], envelopes={lost.id: ENVELOPE}).sending == frozenset()
    assert states() == {"pending": 1}

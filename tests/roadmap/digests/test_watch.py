"""The dead man's switch: told while digests flow, and left alone when they do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts.models import Preferences, User
from roadmap.digests import gate, ledger, planner, sender, watch
from roadmap.digests.transport import from_settings
from roadmap.models import Digest
from tests.roadmap.digests.conftest import MONDAY_8
from tests.smtp import Sink
from tests.switch import Switch

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(settings) -> Iterator[list[str]]:
    """What a switch, listening for real, was asked for."""
    switch = Switch()
    switch.start()
    settings.DEAD_MAN_URL = switch.url
    yield switch.told
    switch.stop()


def test_while_nothing_is_due_it_is_told(ann: User, told: list[str]) -> None:
    assert watch.signal_life(MONDAY_8 - MINUTE)
    assert told == ["/alive"]


def test_something_due_and_nothing_sent_keeps_the_signal_away(ann: User, told: list[str]) -> None:
    assert watch.signal_life(MONDAY_8 + 10 * MINUTE)
    assert not watch.signal_life(MONDAY_8 + 11 * MINUTE)
    planner.plan_all(MONDAY_8 + 11 * MINUTE)
    assert not watch.signal_life(MONDAY_8 + 11 * MINUTE)
    assert told == ["/alive"]


def test_a_change_that_nobody_plans_for_keeps_it_away_too(ann: User, told: list[str]) -> None:
    Preferences.objects.update(digest_due_at=None, digest_replanned_at=MONDAY_8)
    assert not watch.signal_life(MONDAY_8 + 11 * MINUTE)
    Preferences.objects.update(digest_due_at=MONDAY_8 + timedelta(days=7))  # planned, by a release that knew no change
    assert watch.signal_life(MONDAY_8 + 11 * MINUTE)


@pytest.mark.parametrize("state", ["claimed", "sending"])
def test_what_a_sender_has_had_for_too_long_keeps_it_away_too(ann: User, told: list[str], state: str) -> None:
    """A sender that claims the same letters over and over, or hangs while one is on the wire, sends nothing."""
    planner.plan_all(MONDAY_8)
    assert ledger.claim(MONDAY_8, limit=1)
    Digest.objects.update(state=state)
    assert watch.signal_life(MONDAY_8 + 10 * MINUTE)
    assert not watch.signal_life(MONDAY_8 + 11 * MINUTE)
    assert told == ["/alive"]


def test_once_it_is_sent_the_signal_is_back(ann: User, told: list[str], smtp: Sink) -> None:
    planner.plan_all(MONDAY_8 + 11 * MINUTE)
    with from_settings() as wire:
        sender.drain(wire, clock=lambda: MONDAY_8 + 11 * MINUTE)
    assert watch.signal_life(MONDAY_8 + 11 * MINUTE)


def test_what_is_held_too_long_keeps_it_away_too(ann: User, told: list[str]) -> None:
    planner.plan_all(MONDAY_8)
    gate.hold("Odd letters.")
    assert not watch.signal_life(MONDAY_8 + 11 * MINUTE)
    assert watch.health(MONDAY_8).held == "Odd letters."


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "no address", "ftp//x"])
def test_a_switch_that_is_away_stops_nothing(ann: User, settings, url: str) -> None:
    settings.DEAD_MAN_URL = url
    assert not watch.signal_life(MONDAY_8 - MINUTE)

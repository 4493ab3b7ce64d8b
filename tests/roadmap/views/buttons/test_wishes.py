"""Letters skipped and moved to another day, by the buttons of a letter."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Preferences, User
from roadmap.calendar import DAY, week_of
from roadmap.digests import ledger, planner
from roadmap.digests.buttons import Wish
from roadmap.digests.verdicts import Envelope
from roadmap.models import Digest, Enrolment
from tests.roadmap.digests.conftest import MONDAY_8
from tests.roadmap.views.buttons.conftest import (
    POSTS,
    path,
)

pytestmark = pytest.mark.django_db


def test_a_snooze_leaves_out_one_letter_and_says_when_the_next_one_comes(browser: Client, ann: User) -> None:
    assert "The next one comes on Monday, 7 December." in browser.post(path(ann, Wish.SNOOZE)).text
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 12, 1)


def test_a_snooze_leaves_out_the_letter_that_is_planned_not_a_slot_that_it_passes_over(
    browser: Client, ann: User
) -> None:
    """Another day was chosen just after a letter: five days lie between two, so the next one is a week later."""
    Preferences.objects.filter(user=ann).update(digest_due_at=MONDAY_8 + timedelta(days=9))
    browser.post(path(ann, Wish.SNOOZE))
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 12, 3)


def test_a_snooze_just_after_another_day_was_chosen_skips_a_letter_all_the_same(browser: Client, ann: User) -> None:
    """The next slot is too near to the last letter, so it is the one after it that is left out."""
    last = MONDAY_8 - DAY
    times = {"due_at": last, "next_attempt_at": last, "sent_at": last, "settled_at": last, "expires_at": last + DAY}
    Digest.objects.create(user=ann, period=week_of(last, "UTC"), state="sent", message_id="<last@example.org>", **times)
    page = browser.post(path(ann, Wish.DAY), {"digest_weekday": "2", "digest_hour": "12"}).text
    assert "The next one comes on Wednesday, 2 December." in page
    browser.post(path(ann, Wish.SNOOZE))
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 12, 3)


def test_a_snooze_skips_the_letter_that_waits_and_no_second_one(browser: Client, ann: User) -> None:
    """The mail server asked for patience."""
    Enrolment.objects.update(started_at=MONDAY_8 - 4 * DAY)
    planner.plan_all(MONDAY_8)
    assert "The next one comes on Monday, 30 November." in browser.post(path(ann, Wish.SNOOZE)).text
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 11, 26)
    [claim] = ledger.claim(MONDAY_8, limit=1)
    ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes={claim.id: Envelope("ann@example.org", "")})
    assert (Digest.objects.get().state, Digest.objects.get().reason) == ("skipped", "snoozed")


def test_a_snooze_pressed_again_skips_no_second_letter(browser: Client, ann: User) -> None:
    browser.post(path(ann, Wish.SNOOZE))
    assert "The next one comes on Monday, 7 December." in browser.post(path(ann, Wish.SNOOZE)).text
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 12, 1)


def test_a_snooze_names_one_date(browser: Client, ann: User) -> None:
    """Case 25: the day on which the next letter comes is enough."""
    page = browser.post(path(ann, Wish.SNOOZE)).text
    assert "That letter stays away. The next one comes on Monday, 7 December." in page
    assert len(re.findall(r"\d+ (November|December)", page)) == 1


@pytest.mark.parametrize("wish", [Wish.SNOOZE, Wish.DAY])
def test_who_gets_no_letters_is_told_so(browser: Client, ann: User, wish: Wish) -> None:
    posted = POSTS.get(wish, {})
    assert "letters are off" not in browser.post(path(ann, wish), posted).text
    Preferences.objects.filter(user=ann).update(digest_enabled=False)
    assert "But letters are off" in browser.post(path(ann, wish), posted).text


def test_another_day_is_said_and_kept(browser: Client, ann: User) -> None:
    Preferences.objects.update(digest_due_at=datetime(2100, 1, 4, 8, tzinfo=UTC))
    page = browser.post(path(ann, Wish.DAY), POSTS[Wish.DAY]).text
    assert "Your letter comes on Saturdays at 9:00." in page
    assert Preferences.objects.get(user=ann).digest_due_at is None

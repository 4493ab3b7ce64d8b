"""What I see before is what I get."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Preferences, User
from roadmap.digests import briefs, ledger, planner, preview, sender, transport
from roadmap.models import Digest, Enrolment, Suppression
from tests.roadmap.digests.conftest import MONDAY_8, mark
from tests.roadmap.digests.test_compose import DONE, WORKED
from tests.smtp import Sink

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_prepared", [True, False])
def test_the_preview_is_the_mail_byte_by_byte(ann: User, smtp: Sink, is_prepared: bool) -> None:
    mark(ann, "clay", **WORKED)
    if is_prepared:
        assert briefs.prepare(MONDAY_8 - timedelta(minutes=5)) == 1
    planner.plan_all(MONDAY_8)
    with time_machine.travel(MONDAY_8, tick=False):  # a link's signature holds the second in which it was made
        before = preview.of(ann, MONDAY_8)
        with transport.from_settings() as wire:
            sender.drain(wire, clock=lambda: MONDAY_8)
    [letter] = smtp.letters
    assert letter.raw.rstrip() == before.raw.rstrip()
    assert before.subject == letter.message["Subject"]


def test_a_preview_changes_and_sends_nothing(ann: User, smtp: Sink) -> None:
    assert "Wedge ten lumps" in preview.of(ann, MONDAY_8).text
    assert not Digest.objects.exists()
    assert smtp.letters == []


def test_without_a_letter_there_is_a_reason(ann: User) -> None:
    for milestone in ("clay", "bowl"):
        mark(ann, milestone, state="done", finished_on="2026-10-01")
    assert preview.of(ann, MONDAY_8) == preview.Preview(reason="The whole road is walked. No more letters come.")
    Enrolment.objects.update(left_at=MONDAY_8)
    assert preview.of(ann, MONDAY_8) == preview.Preview(
        reason="There is nothing to write about: no roadmap is followed."
    )


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"digest_enabled": False}, "No letter leaves: weekly letters are switched off."),
        ({"snoozed_until": date(2100, 1, 1)}, "The next letter stays away, as was asked for."),
        ({"paused_until": date(2100, 1, 1)}, "No letter comes during a pause."),
    ],
)
def test_who_gets_none_now_is_told_why_and_shown_what_it_would_say(
    client: Client, ann: User, wishes: dict[str, Any], reason: str
) -> None:
    assert preview.of(ann, MONDAY_8).reason == ""
    Preferences.objects.filter(user=ann).update(**wishes)
    found = preview.of(ann, MONDAY_8)
    assert found.reason == reason
    assert "Wedge ten lumps" in found.text
    client.force_login(ann)
    page = client.get("/digests/preview/").text
    assert reason in page
    assert "This is what one would say now." in page


def test_it_says_when_the_next_letter_comes(client: Client, ann: User) -> None:
    """As it is planned, or will be; not where something else has to happen first."""
    assert preview.of(ann, MONDAY_8 - timedelta(hours=1)).comes_on == MONDAY_8.date()
    assert preview.of(ann, MONDAY_8).comes_on == date(2026, 11, 30)
    Preferences.objects.update(digest_due_at=None, snoozed_until=date(2026, 12, 1))
    assert preview.of(ann, MONDAY_8).comes_on == date(2026, 12, 7)
    Preferences.objects.update(digest_due_at=datetime(2100, 1, 4, 8, tzinfo=UTC))
    client.force_login(ann)
    assert "The next one is due on Monday, 4 January." in client.get("/digests/preview/").text
    Suppression.objects.create(address="ann@example.org", reason=Suppression.Reason.BOUNCED)
    assert preview.of(ann, MONDAY_8).comes_on is None


def test_the_first_letter_comes_after_the_first_days(ann: User) -> None:
    Enrolment.objects.update(started_at=MONDAY_8 - timedelta(days=1))
    Preferences.objects.update(digest_weekday=1, digest_due_at=MONDAY_8 + timedelta(days=1))
    assert preview.of(ann, MONDAY_8).comes_on == date(2026, 12, 1)


def test_an_address_that_refused_mail_gets_no_letter(ann: User) -> None:
    Suppression.objects.create(address="ann@example.org", reason=Suppression.Reason.BOUNCED)
    assert preview.of(ann, MONDAY_8).reason.startswith("No letter leaves: mail to this address came back")


def test_who_was_silent_for_weeks_sees_the_question_that_would_leave(ann: User) -> None:
    Preferences.objects.filter(user=ann).update(last_seen_on=MONDAY_8.date() - timedelta(weeks=3))
    found = preview.of(ann, MONDAY_8)
    assert (found.kind, found.subject, found.reason) == (Digest.Kind.QUESTION, "Shall we pause?", "")
    planner.plan_all(MONDAY_8)
    Digest.objects.update(kind=Digest.Kind.WEEKLY)  # it was owed before the silence was long enough, and stays one
    assert preview.of(ann, MONDAY_8).kind == Digest.Kind.WEEKLY


def test_without_keys_no_button_works(ann: User) -> None:
    found = preview.of(ann, MONDAY_8)
    for text in (found.text, found.html):
        shown = preview.without_keys(text)
        assert re.search(r"/digests/done/[^…/]+/", text)
        assert not re.search(r"/digests/\w+/[^…/]+/", shown)
        assert shown.count("/digests/") == text.count("/digests/")


def test_i_see_my_own(client: Client, ann: User) -> None:
    client.force_login(ann)
    assert "/digests/preview/" in client.get("/settings/").text
    page = client.get("/digests/preview/")
    assert "Wedge ten lumps" in page.text
    frame = client.get("/digests/preview/html/")
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in frame["Content-Security-Policy"]
    assert '<base target="_blank">' in frame.text


def test_nobody_sees_it_without_a_session(client: Client, ann: User) -> None:
    for path in ("/digests/preview/", "/digests/preview/html/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_an_operator_sees_it_without_its_keys(client: Client, ann: User) -> None:
    mark(ann, "clay", **DONE)
    client.force_login(User.objects.create_superuser("root@example.org"))
    home = f"/admin/roadmap/enrolment/{Enrolment.objects.get().pk}"
    assert f"{home}/letter/" in client.get(f"{home}/change/").text
    page, frame = client.get(f"{home}/letter/"), client.get(f"{home}/letter/html/")
    for shown in (page.text, frame.text):
        assert "Centre 100 balls" in shown
        assert not re.search(rf"/digests/done/{ann.pk}~", shown)
        assert "/digests/done/" in shown
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert not Digest.objects.exists()
    assert client.get("/admin/roadmap/enrolment/999999/letter/").status_code == 404


@pytest.mark.parametrize("path", ["letter/", "letter/html/"])
def test_staff_without_the_right_sees_nothing(client: Client, ann: User, path: str) -> None:
    client.force_login(User.objects.create_user("staff@example.org", is_staff=True))
    assert client.get(f"/admin/roadmap/enrolment/{Enrolment.objects.get().pk}/{path}").status_code == 403
    assert ledger.unsettled() == 0

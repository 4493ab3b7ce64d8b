"""Case 26: a setting that can't take effect says so where it is set, with what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts import pauses
from accounts.models import Invitation, Preferences, User
from roadmap import actions
from roadmap.models import Enrolment, Roadmap, Suppression
from tests.roadmap.digests.conftest import EDITION, make_roadmap

PATH = "/settings/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def road(ann: User) -> Roadmap:
    """What Ann has followed for a while."""
    roadmap = make_roadmap()
    today = timezone.localdate()
    actions.enrol(user=ann, roadmap=roadmap, hours_per_week=10, target_on=None, today=today, edition=1)
    Enrolment.objects.update(started_at=timezone.now() - timedelta(days=30))
    return roadmap


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def finish(ann: User) -> None:
    enrolment = Enrolment.objects.get(user=ann)
    for milestone in EDITION["milestones"]:
        slug = milestone["slug"]
        actions.mark(enrolment=enrolment, milestone=slug, state="done", today=timezone.localdate(), edition=1)


def test_settings_that_take_effect_say_nothing(as_ann: Client, road: Roadmap) -> None:
    page = as_ann.get(PATH).text
    assert "notice--warning" not in page
    assert "No letter comes before this day, and your plan leaves the days out." in page


def test_who_follows_nothing_is_told_where_to_choose(as_ann: Client) -> None:
    page = as_ann.get(PATH).text
    assert 'No letter comes yet: you follow no roadmap. <a href="/roadmaps/">' in page
    assert "there is nothing to pause yet" in page
    assert "It stays empty until you follow a roadmap." in page


def test_whose_roadmap_was_withdrawn_too(as_ann: Client, road: Roadmap) -> None:
    Roadmap.objects.update(withdrawn_at=timezone.now())
    page = as_ann.get(PATH).text
    assert 'what you followed was withdrawn. <a href="/roadmaps/">' in page
    assert "follow no roadmap" not in page


def test_who_has_finished_everything_gets_no_more_letters_and_has_nothing_to_pause(
    as_ann: Client, ann: User, road: Roadmap
) -> None:
    finish(ann)
    page = as_ann.get(PATH).text
    assert "No more letters come: you have finished all that you follow." in page
    assert "there is nothing left to pause" in page
    assert "there is nothing left to pause" in as_ann.get("/plan/").text


@pytest.mark.parametrize(
    ("reason", "days", "why"),
    [("bounced", 10, "they came back"), ("refused", None, "they came back"), ("complaint", None, "reported as spam")],
)
def test_an_address_that_letters_are_kept_from_is_named_with_the_way_to_another(
    as_ann: Client, ann: User, road: Roadmap, reason: str, days: int | None, why: str
) -> None:
    until = timezone.now() + timedelta(days=days) if days else None
    Suppression.objects.create(address=ann.email, reason=reason, until=until)
    page = as_ann.get(PATH).text
    assert f"No letter leaves for {ann.email}" in page
    assert why in page
    assert 'href="/accounts/email/">Change the address' in page
    assert (f"before {until:%A}" in page) if until else ("before" not in page.split("No letter leaves")[1][:99])


def test_an_address_that_is_not_confirmed_is_told_how_to_be(as_ann: Client, ann: User, road: Roadmap) -> None:
    ann.emailaddress_set.update(verified=False)
    assert "your address is not confirmed. Log out and in again" in as_ann.get(PATH).text


def test_both_are_told_before_letters_are_switched_on(as_ann: Client, ann: User, road: Roadmap) -> None:
    Preferences.objects.update(digest_enabled=False)
    Suppression.objects.create(address=ann.email, reason="complaint")
    assert "reported as spam" in as_ann.get(PATH).text


def test_a_running_pause_says_until_when(as_ann: Client, ann: User, road: Roadmap) -> None:
    until = in_days(9)
    pauses.pause(user=ann, starts_on=in_days(0), until=until, today=in_days(0))
    page = as_ann.get(PATH).text
    assert f"No letter comes before {until:%A}, {until.day} {until:%B %Y}, when your pause ends" in page


def test_who_has_just_begun_is_told_when_the_first_one_comes(as_ann: Client, road: Roadmap) -> None:
    Enrolment.objects.update(started_at=timezone.now())
    assert "The first letter comes on " in as_ann.get(PATH).text


def test_letters_that_are_off_say_what_waits_for_them(as_ann: Client, ann: User, road: Roadmap) -> None:
    Preferences.objects.update(digest_enabled=False, snoozed_until=in_days(3))
    page = as_ann.get(PATH).text
    assert "Letters are off. The day, the hour and your name count once they are on again." in page
    assert "Your plan leaves the days out. Letters are off as it is." in page
    assert "You skip a letter" not in page
    pauses.pause(user=ann, starts_on=in_days(0), until=in_days(9), today=in_days(0))
    plan = as_ann.get("/plan/").text
    assert "Letters are off as it is." in plan
    assert "no letter comes" not in plan


def test_saving_says_it_at_once(as_ann: Client) -> None:
    fields = {"timezone": "UTC", "digest_enabled": "1", "digest_weekday": "0", "digest_hour": "8", "paused_until": ""}
    page = as_ann.post(PATH, fields, headers={"HX-Request": "true"}).text
    assert "No letter comes yet: you follow no roadmap." in page


def test_a_pause_until_today_is_none(as_ann: Client, ann: User, road: Roadmap) -> None:
    fields = {"timezone": "UTC", "digest_enabled": "1", "digest_weekday": "0", "digest_hour": "8"}
    answer = as_ann.post(PATH, {**fields, "paused_until": in_days(0).isoformat()})
    assert answer.status_code == 422
    assert "A pause until today is over already." in answer.text
    pauses.pause(user=ann, starts_on=in_days(0), until=in_days(9), today=in_days(0))
    assert as_ann.post(PATH, {**fields, "paused_until": in_days(0).isoformat()}).status_code == 302
    assert pauses.running(ann, today=in_days(0)) is None


@pytest.mark.parametrize(("group", "status"), [(False, 422), (True, 302)])
def test_nobody_is_invited_to_sign_up_where_that_is_closed(
    admin_client: Client, settings, mailoutbox, group: bool, status: int
) -> None:
    settings.SIGN_UP = "closed"
    chosen = str(Group.objects.create(name="Gardeners").pk) if group else ""
    answer = admin_client.post("/admin/accounts/invitation/add/", {"email": "bob@example.org", "group": chosen})
    assert answer.status_code == status
    assert len(mailoutbox) == Invitation.objects.count() == int(group)
    assert group or "Sign-up is closed" in answer.text

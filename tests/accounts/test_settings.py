"""`/settings/`: how and when a person is reached."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.links import calendar_url
from accounts.models import Preferences, User

PATH = "/settings/"
GOOD = {
    "timezone": "Asia/Tokyo",
    "digest_enabled": "on",
    "digest_weekday": "4",
    "digest_hour": "18",
    "paused_until": "",
    "name": "Ann",
}
GOOD_HERE = GOOD | {"timezone": "UTC"}  # where it is the same day before and after it is saved

pytestmark = pytest.mark.django_db


def test_all_of_it_is_saved_and_the_next_letter_planned_anew(as_ann: Client, ann: User) -> None:
    ann.preferences.digest_due_at = timezone.now() + timedelta(hours=1)
    ann.preferences.save()
    until = timezone.localdate() + timedelta(days=30)
    response = as_ann.post(PATH, {**GOOD, "paused_until": until.isoformat()})
    assert response["Location"] == PATH
    ann = User.objects.get(pk=ann.pk)
    kept = ann.preferences
    assert (kept.timezone, kept.digest_enabled, kept.digest_weekday, kept.digest_hour) == ("Asia/Tokyo", True, 4, 18)
    assert kept.paused_until == until
    assert kept.digest_due_at is None
    assert ann.name == "Ann"
    assert "Your settings are saved." in as_ann.get(PATH).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "../../etc/passwd"),
        ("timezone", "localtime"),
        ("timezone", "x" * 5000),
        ("timezone", ""),
        ("digest_hour", "25"),
        ("digest_hour", "5"),
        ("digest_hour", "8.5"),
        ("digest_weekday", "7"),
        ("digest_weekday", "-1"),
        ("paused_until", "9999-12-31"),
        ("paused_until", "2020-01-01"),
        ("paused_until", "soon"),
        ("name", "Ann\r\nBcc: all@example.org"),
        ("name", "Ann\x00"),
        ("name", "A" * 81),
    ],
)
def test_a_wrong_value_is_an_error_at_its_field_and_changes_nothing(
    as_ann: Client, ann: User, field: str, value: str
) -> None:
    response = as_ann.post(PATH, {**GOOD, field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    ann = User.objects.get(pk=ann.pk)
    assert (ann.name, ann.preferences.timezone, ann.preferences.digest_hour) == ("", "UTC", 8)


def test_an_empty_post_is_an_error(as_ann: Client) -> None:
    assert as_ann.post(PATH).status_code == 422


@pytest.mark.parametrize(
    ("posted", "enabled"), [({"digest_enabled": "0"}, False), ({}, False), ({"digest_enabled": "1"}, True)]
)
def test_the_letter_can_be_switched_off(as_ann: Client, ann: User, posted: dict[str, str], enabled: bool) -> None:
    fields = {name: value for name, value in GOOD.items() if name != "digest_enabled"}
    as_ann.post(PATH, {**fields, **posted})
    ann.preferences.refresh_from_db()
    assert ann.preferences.digest_enabled is enabled


def test_a_client_that_knows_no_name_leaves_it(as_ann: Client, ann: User) -> None:
    User.objects.update(name="Ann")
    as_ann.post(PATH, {name: value for name, value in GOOD.items() if name != "name"})
    ann.refresh_from_db()
    assert ann.name == "Ann"


def test_a_pause_that_is_over_does_not_stand_in_the_way(as_ann: Client, ann: User) -> None:
    ann.preferences.paused_until = date(2020, 1, 1)
    ann.preferences.save()
    form = as_ann.get(PATH).context["form"]
    assert form["paused_until"].value() is None


def test_a_pause_that_was_planned_ahead_shows_once_it_runs_and_stays_when_the_rest_is_changed(
    as_ann: Client, ann: User
) -> None:
    today = timezone.localdate()
    until = today + timedelta(days=9)
    ann.pauses.create(starts_on=today - timedelta(days=2), until=until)
    form = as_ann.get(PATH).context["form"]
    assert form["paused_until"].value() == until
    as_ann.post(PATH, {**GOOD_HERE, "paused_until": until.isoformat()})
    assert list(ann.pauses.values_list("starts_on", "until")) == [(today - timedelta(days=2), until)]
    as_ann.post(PATH, GOOD_HERE)
    assert not ann.pauses.filter(until__gt=today).exists()


def test_invisible_characters_leave_a_name(as_ann: Client, ann: User) -> None:
    as_ann.post(PATH, {**GOOD, "name": "\u202eAn\u200bn\u2066 "})
    ann.refresh_from_db()
    assert ann.name == "Ann"


def test_an_older_spelling_of_a_zone_stays_chosen(as_ann: Client, ann: User) -> None:
    ann.preferences.timezone = "Asia/Calcutta"
    ann.preferences.save()
    assert '<option value="Asia/Calcutta" selected>' in as_ann.get(PATH).content.decode()


def test_more_rights_cannot_be_posted(as_ann: Client, ann: User) -> None:
    as_ann.post(PATH, {**GOOD, "is_staff": "1", "user": "1", "user_id": "1", "email": "eve@example.org"})
    ann.refresh_from_db()
    assert (ann.is_staff, ann.email) == (False, "ann@example.org")


def test_htmx_gets_the_form_and_the_message(as_ann: Client, ann: User) -> None:
    response = as_ann.post(PATH, GOOD, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert response.status_code == 200
    assert page.startswith('<form id="settings"')
    assert '<option value="Asia/Tokyo" selected>' in page
    assert "Your settings are saved." in page
    response = as_ann.post(PATH, {**GOOD, "digest_hour": "25"}, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert response.content.decode().startswith('<form id="settings"')


def test_htmx_without_a_session_opens_the_log_in_page(client: Client) -> None:
    response = client.post(PATH, GOOD, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/accounts/login/?next=/settings/"


def test_a_stranger_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PATH)["Location"] == "/accounts/login/?next=/settings/"


def test_a_post_needs_a_csrf_token(as_ann: Client, ann: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_ann.cookies
    assert strict.post(PATH, GOOD).status_code == 403
    ann.preferences.refresh_from_db()
    assert ann.preferences.timezone == "UTC"


def test_the_page_needs_four_queries(as_ann: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):  # the session; the person with their preferences; the pause that runs; letters
        as_ann.get(PATH)


def test_the_pause_of_the_form_is_remembered(as_ann: Client, ann: User) -> None:
    today = timezone.localdate()
    until = today + timedelta(days=30)
    as_ann.post(PATH, {**GOOD_HERE, "paused_until": until.isoformat()})
    assert list(ann.pauses.values_list("starts_on", "until")) == [(today, until)]
    as_ann.post(PATH, GOOD_HERE)
    assert not ann.pauses.exists()


def test_a_calendar_link_is_made_renewed_and_revoked(as_ann: Client, ann: User) -> None:
    assert ".ics" not in as_ann.get(PATH).text
    made = []
    for _ in range(2):
        assert as_ann.post(f"{PATH}calendar/", {"wish": "make"})["Location"] == f"{PATH}#calendar"
        made.append(calendar_url(User.objects.get(pk=ann.pk)))
        assert made[-1] in as_ann.get(PATH).text
    assert made[0] != made[1]
    assert as_ann.get(made[0]).status_code == 404
    assert as_ann.get(made[1]).status_code == 200
    as_ann.post(f"{PATH}calendar/", {"wish": "revoke"})
    assert as_ann.get(made[1]).status_code == 404
    assert ".ics" not in as_ann.get(PATH).text


def test_a_calendar_link_is_made_by_post_only(as_ann: Client, ann: User) -> None:
    assert as_ann.get(f"{PATH}calendar/").status_code == 405
    assert not User.objects.get(pk=ann.pk).preferences.calendar_enabled


def test_a_skipped_letter_is_seen_and_can_be_let_come(as_ann: Client, ann: User) -> None:
    assert "You skip a letter" not in as_ann.get(PATH).text
    until = timezone.localdate() + timedelta(days=3)
    Preferences.objects.update(snoozed_until=until, digest_due_at=timezone.now() + timedelta(hours=1))
    assert f"none comes before {until:%A}" in as_ann.get(PATH).text
    assert as_ann.get("/settings/skipped/").status_code == 405
    assert as_ann.post("/settings/skipped/")["Location"] == PATH
    kept = Preferences.objects.get(user=ann)
    assert (kept.snoozed_until, kept.digest_due_at) == (None, None)
    assert "You skip a letter" not in as_ann.get(PATH).text


def test_a_skipped_letter_is_nobody_elses(client: Client, ann: User) -> None:
    Preferences.objects.update(snoozed_until=timezone.localdate() + timedelta(days=3))
    assert client.post("/settings/skipped/").status_code == 302
    assert Preferences.objects.get(user=ann).snoozed_until is not None

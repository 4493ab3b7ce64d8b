"""What an operator may do about a digest that nobody is sure of, and what is written down."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import Preferences
from roadmap.calendar import period_of
from roadmap.digests import ledger
from roadmap.models import Digest
from tests.roadmap.admin.helpers import logged_in, person

LIST = reverse("admin:roadmap_digest_changelist")


@pytest.fixture
def uncertain(db) -> Digest:
    return owe("ann@example.org")


def owe(email: str, state: str = "uncertain") -> Digest:
    now = ledger.now()
    return Digest.objects.create(
        user=person(email),
        period=(now - timedelta(days=now.weekday())).date(),
        state=state,
        reason="sender vanished",
        due_at=now - timedelta(hours=1),
        next_attempt_at=now,
        expires_at=now + timedelta(hours=47),
        settled_at=now,
        message_id=f"<{email}>",
    )


def test_the_list_names_the_week_and_how_often_a_letter_was_put_off(superuser, uncertain):
    Digest.objects.update(period="2026-11-16", attempts=3)
    page = superuser.get(LIST).text
    assert ">2026-W47<" in page
    assert '<td class="field-put_off">3</td>' in page
    assert "Times put off" in page
    detail = superuser.get(reverse("admin:roadmap_digest_change", args=[uncertain.pk])).text
    assert "2026-W47" in detail
    assert "Times put off" in detail


def test_a_digests_page_is_headed_with_the_learners_address(superuser, uncertain):
    Digest.objects.update(period="2026-11-16")
    page = superuser.get(reverse("admin:roadmap_digest_change", args=[uncertain.pk])).text
    assert "<h2>ann@example.org, 2026-W47, uncertain</h2>" in page
    assert "<title>ann@example.org, 2026-W47, uncertain |" in page
    assert str(uncertain) not in page


@pytest.mark.parametrize(
    ("zone", "at", "shown"),
    [
        ("UTC", "2026-11-16T07:00Z", "16 Nov 2026, 07:00 UTC"),
        ("UTC", "2026-11-16T12:00Z", "16 Nov 2026, 12:00 UTC"),
        ("Asia/Tokyo", "2026-11-16T15:30Z", "17 Nov 2026, 00:30 JST"),
    ],
)
def test_times_have_24_hours_and_the_readers_zone(superuser, uncertain, zone, at, shown):
    Preferences.objects.update(timezone=zone)
    Digest.objects.update(due_at=at)
    for path in (LIST, reverse("admin:roadmap_digest_change", args=[uncertain.pk])):
        assert shown in superuser.get(path).text


def test_the_admins_log_keeps_no_address_of_who_was_written_to(superuser, uncertain):
    act(superuser, "arrived", uncertain)
    assert "ann@" not in LogEntry.objects.get().object_repr


@pytest.mark.parametrize(("column", "field"), [(2, "period"), (8, "attempts")])
def test_week_and_times_put_off_can_be_sorted_by(superuser, uncertain, column, field):
    other = owe("bob@example.org")
    Digest.objects.filter(pk=other.pk).update(period="2026-11-16", attempts=3)
    Digest.objects.filter(pk=uncertain.pk).update(period="2026-11-09", attempts=1)
    for order in (f"{column}", f"-{column}"):
        found = superuser.get(LIST, {"o": order}).context["cl"].result_list
        assert [getattr(d, field) for d in found] == sorted((getattr(d, field) for d in found), reverse="-" in order)


def act(client, action: str, *digests: Digest, **more: str):
    return client.post(LIST, {"action": action, "_selected_action": [d.pk for d in digests], **more}, follow=True)


@pytest.mark.parametrize(("action", "state"), [("arrived", "sent"), ("did_not_arrive", "failed")])
def test_an_uncertain_digest_is_settled_and_that_is_logged(superuser, uncertain, action, state):
    page = act(superuser, action, uncertain).text
    uncertain.refresh_from_db()
    assert uncertain.state == state
    assert f"1 digest: settled as {state}" in page
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(uncertain.pk), f"Settled as {state}.")


@pytest.mark.parametrize("action", ["arrived", "did_not_arrive", "send_again"])
def test_in_a_filtered_list_nothing_is_left_alone_that_was_settled(superuser, uncertain, action):
    chosen = {"action": action, "_selected_action": [uncertain.pk], "sure": "Send again"}
    page = superuser.post(f"{LIST}?state__exact=uncertain", chosen, follow=True).text
    assert "1 digest: se" in page
    assert "left alone" not in page


def test_sending_again_is_asked_first(superuser, uncertain):
    page = act(superuser, "send_again", uncertain).text
    assert "sees the same letter twice" in page
    assert period_of(uncertain.period) in page
    assert "ann@example.org" in page
    assert Digest.objects.get().state == "uncertain"
    assert not LogEntry.objects.exists()


def test_sending_again_is_logged(superuser, uncertain):
    assert "1 digest: sent again" in act(superuser, "send_again", uncertain, sure="Send again").text
    assert Digest.objects.get().state == "pending"
    assert LogEntry.objects.get().change_message == "Sent again."


def test_what_is_not_uncertain_is_left_alone(superuser, uncertain):
    sent = owe("bob@example.org", "failed")
    page = act(superuser, "arrived", uncertain, sent).text
    assert "1 digest left alone" in page
    sent.refresh_from_db()
    assert sent.state == "failed"


@pytest.mark.parametrize("action", ["arrived", "did_not_arrive", "send_again"])
def test_somebody_who_may_only_look_resolves_nothing(uncertain, action):
    looker = person("looker@example.org", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_digest"))
    client = logged_in(looker)
    assert "arrived" not in client.get(LIST).text
    act(client, action, uncertain, sure="1")
    assert Digest.objects.get().state == "uncertain"

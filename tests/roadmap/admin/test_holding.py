"""Holding all letters back and letting them go, in the admin: with a reason, asked first, and written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from roadmap.digests import gate, ledger, sender
from roadmap.models import Digest, Gate
from tests.roadmap.admin.helpers import logged_in, person
from tests.roadmap.admin.test_digests import owe

pytestmark = pytest.mark.django_db
PAGE = "/admin/roadmap/digest/gate/"


def release(client: Client, shown: str) -> str:
    return client.post(PAGE, {"release": "1", "shown": shown}, follow=True).text


def test_letters_are_held_with_a_reason_and_that_is_logged(superuser: Client) -> None:
    page = superuser.post(PAGE, {"hold": "1", "reason": "They look <odd>."}, follow=True).text
    assert gate.status().held_because == "They look <odd>."
    assert "Letters are held since" in page
    assert "because: They look &lt;odd&gt;." in page
    entry = LogEntry.objects.get()
    assert (entry.user.email, entry.change_message) == ("root@example.org", "Held: They look <odd>.")
    assert entry.content_type.model == "gate"


def test_page_and_handbook_say_the_same_of_what_is_in_hand(superuser: Client, repository: Path) -> None:
    for text in (superuser.get(PAGE).text, (repository / "docs" / "operations.md").read_text()):
        assert f"a batch of up to {sender.BATCH}, goes on to its end" in text


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_without_a_reason_nothing_is_held(superuser: Client, reason: str) -> None:
    answer = superuser.post(PAGE, {"hold": "1", "reason": reason})
    assert answer.status_code == 422
    assert gate.status().held_because == ""
    assert not LogEntry.objects.exists()


def test_looking_changes_nothing_and_says_what_release_does(superuser: Client) -> None:
    owe("ann@example.org", "pending")
    gate.hold("Odd letters.")
    page = superuser.get(PAGE).text
    assert "Letters are held, because: Odd letters." in page  # on the command line, where nobody noted when
    assert "1 letter waits" in page
    assert gate.status().is_held


def test_released_they_go_and_that_is_logged(superuser: Client) -> None:
    gate.hold("Odd letters.")
    assert "Letters may leave again." in release(superuser, "Odd letters.")
    assert not gate.status().is_held
    assert LogEntry.objects.get().change_message == "Released."


def test_release_of_a_restored_ledger_says_first_how_many_are_left_out(superuser: Client) -> None:
    gate.admit(ledger.now(), 1)
    Gate.objects.update(ledger="another/1")
    owe("ann@example.org", "pending")
    owe("bob@example.org", "failed")
    page = superuser.get(PAGE).text
    assert "what is due by now is left out: 1 letter" in page
    assert Digest.objects.filter(state="pending").count() == 1
    assert "1 letter was left out." in release(superuser, gate.RESTORED)
    assert Digest.objects.get(user__email="ann@example.org").state == "skipped"
    assert LogEntry.objects.get().change_message == "Released. 1 letter was left out."


def test_nobody_releases_what_they_have_not_seen(superuser: Client) -> None:
    """Somebody else has held it meanwhile, for a reason of their own."""
    gate.hold("Another reason.")
    assert "has changed since" in release(superuser, "Odd letters.")
    assert gate.status().held_because == "Another reason."
    assert not LogEntry.objects.exists()


def test_a_mail_server_that_is_away_is_told_and_not_released_by_hand(superuser: Client) -> None:
    gate.admit(ledger.now(), 1)
    gate.trip(ledger.now())
    page = superuser.get(PAGE).text
    assert "The mail server is away" in page
    assert 'name="release"' not in page


def test_who_may_only_look_sees_how_things_stand(superuser: Client, editor: Client, client: Client) -> None:
    looker = person("looker@example.org", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_digest"))
    looking = logged_in(looker)
    gate.hold("Odd letters.")
    page = looking.get(PAGE).text
    assert "Odd letters." in page
    assert 'name="release"' not in page
    for who in (looking, editor):
        assert who.post(PAGE, {"release": "1", "shown": "Odd letters."}).status_code == 403
    assert editor.get(PAGE).status_code == 403
    assert client.post(PAGE, {"release": "1", "shown": "Odd letters."}).status_code == 302
    assert gate.status().is_held


def test_a_form_of_another_site_does_nothing() -> None:
    root = person("root2@example.org", is_staff=True, is_superuser=True)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(root)
    assert browser.post(PAGE, {"hold": "1", "reason": "Mischief."}).status_code == 403
    assert not gate.status().is_held


def test_the_ledgers_pages_lead_to_it(superuser: Client) -> None:
    for path in ("/admin/roadmap/digest/", "/admin/roadmap/digest/overview/"):
        assert f'href="{PAGE}"' in superuser.get(path).text
    gate.hold("Odd letters.")
    assert f'href="{PAGE}"' in superuser.get("/admin/").text

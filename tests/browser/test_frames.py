"""A letter in its frame is there to its end, where the way out stands: nobody has to scroll inside a box for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from accounts.mailbox import store
from accounts.models import Preferences, User
from roadmap import actions
from roadmap.models import Enrolment, Roadmap

pytestmark = pytest.mark.browser
ROOT = "document.documentElement"


@pytest.fixture
def paths(visitor: Page, newest_mail: Callable[[str], store.StoredMail], live_server) -> list[str]:
    """All pages that frame a letter, for somebody who may see them all."""
    root = User.objects.create_superuser("root@example.org", "curious otters")
    root.emailaddress_set.create(email=root.email, verified=True, primary=True)
    road, begun = Roadmap.objects.get(), timezone.localdate() - timedelta(days=30)
    actions.enrol(user=root, roadmap=road, hours_per_week=10, target_on=None, today=begun, edition=1)
    Enrolment.objects.update(started_at=timezone.now() - timedelta(days=30))
    Preferences.objects.update(digest_due_at=timezone.now() - timedelta(minutes=5))
    call_command("send_digests", verbosity=0)
    client = Client()
    client.force_login(root)
    cookie = client.cookies["sessionid"].value
    visitor.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    mail, enrolment = newest_mail(root.email).name, Enrolment.objects.get().pk
    return ["/digests/preview/", f"/admin/roadmap/enrolment/{enrolment}/letter/", f"/mailbox/{mail}/"]


def test_a_framed_letter_is_seen_to_its_end_also_when_a_telephone_is_turned(visitor: Page, paths: list[str]) -> None:
    for path in paths:
        visitor.goto(path)
        for width in (1280, 390):
            visitor.set_viewport_size({"width": width, "height": 800})
            visitor.wait_for_timeout(200)
            frame = visitor.frames[-1]
            assert frame.get_by_role("link", name="No more letters").count() == 1
            assert frame.evaluate(f"{ROOT}.scrollHeight - {ROOT}.clientHeight") == 0, (width, path)
            assert visitor.evaluate(f"{ROOT}.scrollWidth") <= width, (width, path)


@pytest.mark.parametrize("visitor", ["with JavaScript"], indirect=True)
def test_with_javascript_the_frame_is_as_high_as_the_letter(visitor: Page, paths: list[str]) -> None:
    """However long it is."""
    for path in paths:
        visitor.goto(path)
        frame = visitor.frames[-1]
        frame.evaluate("document.body.insertAdjacentHTML('afterbegin', '<p>News</p>'.repeat(200))")
        for width in (1280, 390):
            visitor.set_viewport_size({"width": width, "height": 800})
            visitor.wait_for_timeout(200)
            assert frame.evaluate(f"{ROOT}.offsetHeight - {ROOT}.clientHeight") == 0, (width, path)


@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_a_letter_of_any_length_has_a_page_of_its_own(visitor: Page, paths: list[str]) -> None:
    for path in paths:
        visitor.goto(path)
        visitor.get_by_role("link", name="On a page of its own").click()
        assert visitor.get_by_role("link", name="No more letters").is_visible()

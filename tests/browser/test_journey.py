"""The whole path as a person walks it, from the front page to the last letter."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Preferences
from roadmap.models import Enrolment
from tests.browser.watching import Change, Watch, change_plainly

pytestmark = pytest.mark.browser

ADDRESS, PASSWORD = "ada@example.org", "curious otters walk uphill"


class Person:
    """Somebody at a page who counts what they do, and whose changes are watched where there is JavaScript."""

    def __init__(self, page: Page, *, watch: Watch | None = None) -> None:
        self.page, self.watch, self.interactions = page, watch, 0

    def change(self, name: str, says: str) -> None:
        """Press what changes something, and see, feel and hear that it did."""
        self.interactions += 1
        change = Change(name, f"role=button[name=/{name}/]", says)
        fails = self.watch.change(change) if self.watch else change_plainly(self.page, change)
        assert not fails, "\n".join(fails)

    def click(self, target: Locator) -> None:
        self.interactions += 1
        target.click()

    def type(self, label: str | re.Pattern[str], text: str) -> None:
        self.interactions += 1
        self.page.get_by_label(label).first.fill(text)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.click(self.page.get_by_role("button", name=name).first)

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.click(self.page.get_by_role("link", name=name).first)

    def figure(self, name: str) -> Locator:
        return self.page.locator(f'[data-figure="{name}"]').first

    def milestone(self, slug: str) -> Locator:
        return self.page.locator(f'[data-milestone="{slug}"]')


@pytest.fixture
def watch(request: pytest.FixtureRequest, visitor: Page) -> Watch | None:
    return Watch(visitor) if request.node.callspec.params["visitor"] == "with JavaScript" else None


def sign_up(person: Person, newest_mail) -> None:
    person.page.goto("/")
    person.follow("Sign up")
    person.type("E-mail address", ADDRESS)
    person.type("Password", PASSWORD)
    person.press("Sign up")
    person.type(re.compile("code", re.IGNORECASE), newest_mail(ADDRESS).code)
    person.press(re.compile("Confirm|Continue"))
    expect(person.page).to_have_url(re.compile("/plan/$"))


def test_from_the_front_page_to_the_first_tick_takes_at_most_nine_interactions(visitor: Page, newest_mail) -> None:
    person = Person(visitor)
    sign_up(person, newest_mail)
    person.press(re.compile("^Start"))
    person.press(re.compile("^Tick"))
    expect(visitor.get_by_role("button", name=re.compile("^Take back the tick")).first).to_be_visible()
    assert person.interactions <= 9


def test_the_path_walked_end_to_end(visitor: Page, watch: Watch | None, newest_mail) -> None:
    """Cases 1, 2 and 29 hold on the way, too."""
    person = Person(visitor, watch=watch)
    sign_up(person, newest_mail)
    person.press(re.compile("^Start"))
    expect(person.figure("total")).to_have_attribute("data-value", "51")

    # What I bring along: a bachelor's degree in mathematics.
    visitor.goto("/roadmaps/ml-architect/placement/")
    visitor.get_by_label("Bachelor's degree", exact=True).check()
    visitor.get_by_label("Its subject").select_option(label="Mathematics")
    person.press("Suggest milestones")
    known = visitor.get_by_role("group", name="Known already")
    expect(known.get_by_role("checkbox", checked=True)).to_have_count(4)
    known.get_by_label(re.compile("Statistics")).uncheck()
    person.press("Count what is ticked")
    expect(person.figure("known")).to_have_attribute("data-value", "3")

    # One of three clouds.
    visitor.goto("/roadmaps/ml-architect/")
    visitor.get_by_role("radio", name=re.compile("Google Cloud")).first.check()
    person.change("^Choose.*AWS, Google Cloud or Azure", "Google Cloud")
    expect(visitor.get_by_role("radio", name=re.compile("Google Cloud")).first).to_be_checked()

    # A step, a milestone, and both taken back.
    visitor.goto("/roadmaps/ml-architect/milestones/git-version-control/")
    person.change("^Tick", "Ticked")
    expect(person.milestone("git-version-control").first).to_have_attribute("data-state", "doing")
    person.change("^Done.*Git and version", "is done")
    expect(person.milestone("git-version-control").first).to_have_attribute("data-state", "done")
    person.change("^Undo", "Taken back")
    expect(person.milestone("git-version-control").first).to_have_attribute("data-state", "doing")

    # A locked milestone names what is missing, and can be started anyway.
    visitor.goto("/roadmaps/ml-architect/milestones/deep-learning/")
    locked = person.milestone("deep-learning").first
    expect(locked).to_have_attribute("data-locked", "true")
    expect(locked.get_by_role("link", name="Machine learning course")).to_be_visible()
    person.change("^Start anyway", "in progress")
    expect(locked).to_have_attribute("data-state", "doing")

    # Settings.
    visitor.goto("/settings/")
    visitor.get_by_label("Day", exact=True).select_option(label="Friday")
    person.change("^Save", "Your settings are saved")
    expect(visitor.get_by_label("Day", exact=True)).to_have_value("4")

    # After the first days the letter arrives, once.
    Enrolment.objects.update(started_at=timezone.now() - timedelta(days=4))
    Preferences.objects.update(digest_due_at=timezone.now() - timedelta(minutes=5))
    assert send_digests()["sent"] == 1
    assert send_digests()["sent"] == 0
    letter = newest_mail(ADDRESS)
    assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    # Looking at the link changes nothing; one click ends it.
    link = urlsplit(re.findall(r"https?://\S+/digests/unsubscribe/[^\s>]+", letter.text)[0]).path
    visitor.goto(link)
    assert Preferences.objects.get(digest_enabled=True)
    person.press("Stop the weekly letter")
    expect(visitor.get_by_role("heading", name="No more letters")).to_be_visible()
    assert Preferences.objects.get(digest_enabled=False)


def send_digests() -> dict[str, int]:
    out = StringIO()
    call_command("send_digests", stdout=out)
    counts: dict[str, int] = json.loads(out.getvalue())
    return counts

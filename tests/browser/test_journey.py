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

pytestmark = pytest.mark.browser

ADDRESS, PASSWORD = "ada@example.org", "curious otters walk uphill"


class Person:
    """Somebody at a page who counts what they do."""

    def __init__(self, page: Page) -> None:
        self.page, self.interactions = page, 0

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

    def is_told(self, text: str) -> None:
        """Wait for the answer to what was just done."""
        expect(self.page.get_by_role("status").get_by_text(text)).to_be_visible()

    def milestone(self, slug: str) -> Locator:
        return self.page.locator(f'[data-milestone="{slug}"]')


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


def test_the_path_walked_end_to_end(visitor: Page, newest_mail) -> None:
    person = Person(visitor)
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
    person.press(re.compile("^Choose.*AWS, Google Cloud or Azure"))
    person.is_told("Google Cloud")
    expect(visitor.get_by_role("radio", name=re.compile("Google Cloud")).first).to_be_checked()

    # A step, a milestone, and both taken back.
    visitor.goto("/roadmaps/ml-architect/milestones/git-version-control/")
    person.press(re.compile("^Tick"))
    expect(person.milestone("git-version-control").first).to_have_attribute("data-state", "doing")
    person.press(re.compile("^Done.*Git and version"))
    expect(person.milestone("git-version-control").first).to_have_attribute("data-state", "done")
    person.press(re.compile("^Undo"))
    expect(person.milestone("git-version-control").first).to_have_attribute("data-state", "doing")

    # A locked milestone names what is missing, and can be started anyway.
    visitor.goto("/roadmaps/ml-architect/milestones/deep-learning/")
    locked = person.milestone("deep-learning").first
    expect(locked).to_have_attribute("data-locked", "true")
    expect(locked.get_by_role("link", name="Machine learning course")).to_be_visible()
    person.press(re.compile("^Start anyway"))
    expect(locked).to_have_attribute("data-state", "doing")

    # Settings.
    visitor.goto("/settings/")
    visitor.get_by_label("Day", exact=True).select_option(label="Friday")
    person.press("Save")
    person.is_told("Your settings are saved.")
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

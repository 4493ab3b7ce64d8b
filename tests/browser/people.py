"""Two learners who are alike: what one does with JavaScript, the other does without, and the same comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from accounts.models import Pause, Preferences, User
from roadmap import actions
from roadmap.models import Choice, Enrolment, Event, MilestoneProgress, Roadmap

OWN = ("change", "corrects")  # what an event says in ids, which differ from learner to learner


def learner(roadmap: Roadmap, name: str, **pace: Any) -> User:
    """Somebody who follows the roadmap, with a verified address."""
    user = User.objects.create_user(f"{name}@example.org", "curious otters walk uphill")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    pace = {"hours_per_week": 10, "target_on": None, "edition": 1} | pace
    actions.enrol(user=user, roadmap=roadmap, **pace)
    return user


@contextmanager
def browsing(browser: Browser, url: str, user: User, *, javascript: bool = True) -> Iterator[BrowserContext]:
    """A browser that is logged in as somebody."""
    context = browser.new_context(
        base_url=url,
        java_script_enabled=javascript,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    log_in(context, url, user)
    yield context
    context.close()


def log_in(context: BrowserContext, url: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def rows_of(user: User) -> dict[str, Any]:
    """Return what the database holds of somebody, in words that two learners share."""
    enrolment = Enrolment.objects.get(user=user)
    events = Event.objects.filter(enrolment=enrolment).order_by("id")
    progress = MilestoneProgress.objects.filter(enrolment=enrolment).order_by("milestone")
    preferences = Preferences.objects.get(user=user)
    return {
        "events": [(e.kind, e.milestone, e.step, e.on, _shared(e.data)) for e in events],
        "progress": [(p.milestone, p.state, p.ticks, _hours(p.logged), p.note, p.evidence_url) for p in progress],
        "choices": sorted(Choice.objects.filter(enrolment=enrolment).values_list("group", "milestone")),
        "pace": (enrolment.hours_per_week, enrolment.target_on, enrolment.seen_edition, enrolment.left_at),
        "settings": (preferences.timezone, preferences.digest_enabled, preferences.digest_weekday),
        "pauses": sorted(Pause.objects.filter(user=user).values_list("starts_on", "until")),
    }


def _shared(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in OWN}


def _hours(logged: list[list[Any]]) -> list[list[Any]]:
    return [entry[1:] for entry in logged]


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [f"{key}: {ours[key]} with JavaScript, {theirs[key]} without" for key in ours if ours[key] != theirs[key]]

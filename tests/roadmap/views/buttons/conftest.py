"""A letter's reader on a Monday at eight, the buttons of the letter, and a browser without a session."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Pause, Preferences, User
from roadmap import actions
from roadmap.digests import buttons, ledger
from roadmap.digests.buttons import Wish
from roadmap.models import Enrolment, Event, Roadmap
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, make_roadmap

TODAY = date(2026, 11, 23)
CLAY = ("pottery", "clay", "wedge")


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> Any:
    """It is Monday at eight, for the database as well."""
    monkeypatch.setattr(ledger, "now", timezone.now)
    with time_machine.travel(MONDAY_8, tick=False) as clock:
        yield clock


@pytest.fixture
def road() -> Roadmap:
    return make_roadmap()


@pytest.fixture
def ann(road: Roadmap) -> User:
    user = make_learner(road)
    Enrolment.objects.all().delete()
    actions.enrol(user=user, roadmap=road, hours_per_week=10, target_on=None, today=TODAY, edition=1)
    return user


@pytest.fixture
def browser() -> Client:
    """Checks CSRF, as the real site does, and has no session."""
    return Client(enforce_csrf_checks=True)


def path(user: User, wish: Wish, *thing: str) -> str:
    return buttons.url(wish, user.pk, *thing).removeprefix("http://waymark.test")


def state(user: User) -> list[Any]:
    """All that a button might change."""
    return [
        *Event.objects.values_list("pk", flat=True),
        *Preferences.objects.filter(user=user).values(),
        *Pause.objects.values_list("starts_on", "until"),
    ]


def undo_fields(page: str) -> dict[str, str]:
    return {"undo": "1", **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))}


WISHES = [(Wish.DONE, CLAY), (Wish.HOURS, CLAY), (Wish.SNOOZE, ()), (Wish.PAUSE, ()), (Wish.DAY, ())]
POSTS: dict[Wish, dict[str, Any]] = {
    Wish.DONE: {},
    Wish.HOURS: {"hours": "1.5"},
    Wish.SNOOZE: {},
    Wish.PAUSE: {"starts_on": "2026-11-23", "until": "2026-12-21"},
    Wish.DAY: {"digest_weekday": "5", "digest_hour": "9"},
}


def meaning(user: User) -> dict[str, Any]:
    marks = Enrolment.objects.get().progress.values_list("milestone", "ticks", "logged")
    wishes = Preferences.objects.values("digest_weekday", "digest_hour", "snoozed_until", "paused_until").get(user=user)
    return {**wishes, "marks": [mark for mark in marks if mark[1] or mark[2]], "pauses": [*Pause.objects.values()]}


def logged(user: User) -> list[float]:
    return [entry[2] for row in Enrolment.objects.get(user=user).progress.all() for entry in row.logged]


def form_of(browser: Client, where: str) -> dict[str, str]:
    """The hidden fields of a form that was opened, as a browser posts them."""
    return {
        **POSTS[Wish.HOURS],
        **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', browser.get(where).text)),
    }

"""What was handed out before this release keeps working: links in letters, open forms, calendar feeds.

Nothing here is made by the code of today: tokens and fields are written down as the release before wrote them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from accounts.models import Pause, Preferences, User
from roadmap import actions, queries
from roadmap.models import Choice, Enrolment, MilestoneProgress, Roadmap
from tests.roadmap.digests.conftest import make_roadmap

KEY = "the key of a site that runs since the release before"
ISSUED = datetime(2026, 10, 5, 8, tzinfo=UTC)
LATER, TODAY = ISSUED + timedelta(days=20), date(2026, 10, 25)
DONE = "/digests/done/4711~trail~one~step-1.1xDdc8.Q5mZ8rjjaDw9ZlcEdsHKz6ipXU5AxGKkukA_agvfYVU/"
HOURS = "/digests/hours/4711~trail~one~step-1.1xDdc8.JuQGPE6SVHdF2X-1GTsw63KO2KQls3_l6Kzham88gO0/"
SNOOZE = "/digests/snooze/4711.1xDdc8.2NZe8z8wbvhBT6JHHW0ixXrue1Mcvplsp2Hke7gR7DY/"
PAUSE = "/digests/pause/4711.1xDdc8.om5n-siCs61YlFJdV5qzir9FA3au-048V7TcqQHSf_Y/"
DAY = "/digests/day/4711.1xDdc8.LJO9zItFbhxUZFR7b1QDNE7hQuz8yQpsQnr6eqFSdYc/"
UNSUBSCRIBE = "/digests/unsubscribe/4711.1xDdc8.aS2yTaXXKwqMhogxpwGTk5MX7xFt1G50OR-3HxXVhn4/"
CALENDAR = "/calendar/4711-1.AqiRn29xGmj32_1DSz8m3YS7pWdN-aadzLS99V8uceE.ics"
HOME = "/roadmaps/trail/"
ONE = f"{HOME}milestones/one/"


@pytest.fixture(autouse=True)
def site(settings) -> Iterator[Any]:
    """The same key as then, twenty days on."""
    settings.SECRET_KEY = KEY
    with time_machine.travel(LATER, tick=False) as clock:
        yield clock


@pytest.fixture
def road(db) -> Roadmap:
    steps = [{"slug": f"step-{number}", "title": f"Step {number}", "hours": 2} for number in (1, 2)]
    hours = {"effort_hours": {"low": 3, "likely": 4, "high": 6}}
    return make_roadmap(
        slug="trail",
        title="Trail",
        stages=[{"slug": "way", "title": "Way"}],
        groups=[{"slug": "fork", "title": "Fork", "members": ["left", "right"], "default": "left"}],
        milestones=[
            {"slug": slug, "stage": "way", "title": slug.title(), "steps": steps} | hours
            for slug in ("one", "two", "left", "right")
        ],
    )


@pytest.fixture
def ann(road: Roadmap) -> User:
    user = User.objects.create_user("ann@example.org", pk=4711)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    actions.enrol(user=user, roadmap=road, hours_per_week=10, target_on=None, today=TODAY, edition=1)
    Preferences.objects.update(calendar_enabled=True, calendar_serial=1)
    return user


@pytest.fixture
def me(client: Client, ann: User) -> Client:
    client.force_login(ann)
    return client


def one() -> MilestoneProgress:
    return MilestoneProgress.objects.filter(milestone="one").first() or MilestoneProgress(milestone="one")


def test_links_in_letters_of_the_last_sixty_days_keep_working(client: Client, ann: User, site) -> None:
    """After that the buttons say so and name another way; the way out of letters always works."""
    for path in (DONE, HOURS, SNOOZE, PAUSE, DAY):
        assert client.get(path).status_code == 200, path
    assert client.post(DONE).status_code == 200
    change = "0b2d5c3a-6c3e-4f55-9a55-111111111111"
    for _ in range(2):
        assert client.post(HOURS, {"hours": "1.5", "change": change}).status_code == 200
    assert [*one().ticks] == ["step-1"]
    assert [entry[2] for entry in one().logged] == [1.5]
    site.move_to(ISSUED + timedelta(days=59, hours=23))
    for path in (DONE, HOURS, SNOOZE, PAUSE, DAY):
        assert client.get(path).status_code == 200, path
    site.move_to(ISSUED + timedelta(days=60, hours=1))
    for path in (DONE, HOURS, SNOOZE, PAUSE, DAY):
        answer = client.get(path)
        assert answer.status_code == 410, path
        assert "/plan/" in answer.content.decode()
    assert client.get(UNSUBSCRIBE).status_code == 200
    assert client.post(UNSUBSCRIBE, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Preferences.objects.get().digest_enabled
    for path in ("/plan/", HOME, ONE, f"{ONE}#note", "/settings/"):
        assert client.get(path, follow=True).status_code == 200, path


def test_hours_by_a_link_of_before_go_into_the_step_that_it_names(client: Client, ann: User) -> None:
    assert client.post(HOURS, {"hours": "1.5"}).status_code == 200
    standing = queries.journey(ann, "trail").standing
    assert standing is not None
    assert standing.put_in("one") == {"step-1": 1.5}


# Address, fields as the page of the release before had them, and what holds afterwards.
FORMS: tuple[tuple[str, dict[str, Any], Any], ...] = (
    (f"{ONE}steps/step-1/", {"edition": "1", "done": "1"}, lambda: [*one().ticks] == ["step-1"]),
    (f"{ONE}steps/step-1/", {"edition": "1", "done": "0"}, lambda: not one().ticks),
    (f"{ONE}state/", {"edition": "1", "on": "", "state": "doing"}, lambda: one().state == "doing"),
    (f"{ONE}hours/", {"edition": "1", "hours": "3", "on": "", "corrects": ""}, lambda: one().logged[0][2] == 3),
    (f"{ONE}hours/", {"edition": "1", "hours": "2", "on": "", "corrects": ""}, lambda: len(one().logged) == 2),
    (f"{ONE}note/", {"edition": "1", "note": "Mine", "evidence_url": ""}, lambda: one().note == "Mine"),
    (f"{HOME}undo/", {}, lambda: one().note == ""),
    (f"{HOME}choices/fork/", {"edition": "1", "milestone": "right"}, lambda: Choice.objects.get().milestone == "right"),
    (f"{HOME}placement/", {"edition": "1", "known": ["two"]}, lambda: has_state("two", "known")),
    (
        f"{HOME}enrol/",
        {"hours_per_week": "7.5", "target_on": ""},
        lambda: Enrolment.objects.get().hours_per_week == 7.5,
    ),
    (f"{HOME}news/", {"edition": "1"}, lambda: Enrolment.objects.get().seen_edition == 1),
    ("/plan/pause/", {"starts_on": "2026-10-26", "until": "2026-11-20"}, lambda: Pause.objects.count() == 1),
    ("/plan/pause/", {"wish": "resume"}, lambda: Pause.objects.count() == 0),
    (
        "/settings/",
        {
            "digest_enabled": "on",
            "digest_weekday": "4",
            "digest_hour": "9",
            "timezone": "UTC",
            "paused_until": "",
            "name": "",
        },
        lambda: Preferences.objects.get().digest_weekday == 4,
    ),
    (f"{HOME}leave/", {}, lambda: Enrolment.objects.get().left_at is not None),
)


def has_state(milestone: str, state: str) -> bool:
    return MilestoneProgress.objects.get(milestone=milestone).state == state


@pytest.mark.parametrize(
    "htmx", [{}, {"HX-Request": "true", "HX-Current-URL": f"http://testserver{ONE}"}], ids=["", "htmx"]
)
def test_open_forms_of_the_release_before_keep_working(me: Client, htmx: dict[str, str]) -> None:
    """Without the fields that came since, pressed one after the other."""
    for path, fields, holds in FORMS:
        status = me.post(path, fields, headers=htmx).status_code
        assert status in {200, 302}, (path, status)
        assert holds(), (path, fields)


def test_a_correction_on_a_page_of_the_release_before_keeps_working(me: Client) -> None:
    """It names its entry, and nothing else."""
    me.post(f"{ONE}hours/", {"edition": "1", "hours": "3"})
    entry = one().logged[0][0]
    assert me.post(f"{ONE}hours/", {"corrects": f"{entry}", "hours": "2"}).status_code == 302
    assert [logged[2] for logged in one().logged] == [2]


def test_calendar_feeds_keep_their_address_and_their_events(client: Client, ann: User) -> None:
    """A program that polls finds the same events under the same names."""
    answer = client.get(CALENDAR)
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(events[0]["UID"]) == f"week-2026-10-19-{Enrolment.objects.get().pk}@waymark.test"
    assert len({str(event["UID"]) for event in events}) == len(events)
    again = Calendar.from_ical(client.get(CALENDAR).content).walk("VEVENT")
    assert [event["UID"] for event in again] == [event["UID"] for event in events]

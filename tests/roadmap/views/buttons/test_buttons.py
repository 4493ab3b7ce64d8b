"""The buttons of a letter: what opens them, what they do, and that looking does nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Preferences, User
from roadmap import takeout
from roadmap.digests import preview
from roadmap.digests.buttons import Wish
from roadmap.models import Enrolment, Event, Roadmap
from tests.roadmap.digests.conftest import MONDAY_8
from tests.roadmap.views.buttons.conftest import (
    CLAY,
    POSTS,
    TODAY,
    WISHES,
    meaning,
    path,
    state,
    undo_fields,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("wish", "thing"), WISHES)
def test_looking_changes_nothing(browser: Client, ann: User, wish: Wish, thing: tuple[str, ...]) -> None:
    before = state(ann)
    page = browser.get(path(ann, wish, *thing))
    assert page.status_code == 200
    assert "<form" in page.text
    assert "no-store" in page["Cache-Control"]
    assert browser.head(path(ann, wish, *thing)).status_code == 200
    assert state(ann) == before


@pytest.mark.parametrize(("wish", "thing"), WISHES)
def test_pressing_does_it_without_a_session_and_undo_takes_it_back(
    browser: Client, ann: User, wish: Wish, thing: tuple[str, ...]
) -> None:
    where = path(ann, wish, *thing)
    before = meaning(ann)
    page = browser.post(where, POSTS[wish])
    assert page.status_code == 200
    assert meaning(ann) != before
    again = browser.post(where, undo_fields(page.text))
    assert again.status_code == 200
    assert meaning(ann) == before
    assert "sessionid" not in browser.cookies


def test_done_ticks_the_step_and_twice_counts_once(browser: Client, ann: User) -> None:
    where = path(ann, Wish.DONE, *CLAY)
    assert "Ticked, in “Know your clay”." in browser.post(where).text
    assert "It counts once." in browser.post(where).text
    assert Enrolment.objects.get().progress.get().ticks == {"wedge": ["2026-11-23", 2.0]}


def test_what_is_done_already_is_not_asked_again(browser: Client, ann: User) -> None:
    """Case 25: a step that is ticked, a milestone that is called done, and a step of such a milestone."""
    step, whole = path(ann, Wish.DONE, *CLAY), path(ann, Wish.DONE, "pottery", "clay", "")
    assert "Is it done?" in browser.get(step).text
    browser.post(step)
    again = browser.get(step).text
    assert "You ticked that already: “Wedge ten lumps”, in “Know your clay”." in again
    assert "Is it done?" not in again
    assert "<form" not in again.partition("<main")[2].partition("</main>")[0]
    assert "Is it done?" in browser.get(whole).text
    browser.post(whole)
    for where in (whole, path(ann, Wish.DONE, "pottery", "clay", "fire")):
        assert "“Know your clay” is behind you already." in browser.get(where).text


def test_done_without_a_step_finishes_the_milestone(browser: Client, ann: User) -> None:
    browser.post(path(ann, Wish.DONE, "pottery", "clay", ""))
    assert Enrolment.objects.get().progress.get().state == "done"


@pytest.mark.parametrize(
    ("wish", "thing", "data"),
    [
        (Wish.HOURS, CLAY, {}),
        (Wish.HOURS, CLAY, {"hours": "0"}),
        (Wish.HOURS, CLAY, {"hours": "1", "on": "2026-11-24"}),
        (Wish.PAUSE, (), {"starts_on": "2026-11-23", "until": "2026-11-23"}),
        (Wish.DAY, (), {"digest_weekday": "7", "digest_hour": "9"}),
        (Wish.DAY, (), {"digest_weekday": "1", "digest_hour": "3"}),
    ],
)
def test_wrong_values_are_422(
    browser: Client, ann: User, wish: Wish, thing: tuple[str, ...], data: dict[str, str]
) -> None:
    before = state(ann)
    assert browser.post(path(ann, wish, *thing), data).status_code == 422
    assert state(ann) == before


def test_a_link_opens_its_own_purpose_and_thing_only(browser: Client, ann: User) -> None:
    token = path(ann, Wish.SNOOZE).split("/")[-2]
    done = path(ann, Wish.DONE, *CLAY).split("/")[-2]
    for wrong in (
        f"/digests/pause/{token}/",
        f"/digests/unsubscribe/{token}/",
        f"/digests/hours/{done}/",
        f"/digests/done/{done.replace('clay', 'bowl')}/",
        f"/digests/done/{done.replace(str(ann.pk), str(ann.pk + 1), 1)}/",
        f"/digests/done/{done[:-1]}/",
        f"/digests/nonsense/{token}/",
        "/digests/done/1/",
    ):
        for answer in (browser.get(wrong), browser.post(wrong)):
            assert answer.status_code == 404
            assert "This link is not complete" in answer.text
            assert 'href="/settings/"' in answer.text
    assert Event.objects.count() == 1


def test_a_link_ends_after_sixty_days(browser: Client, ann: User, monday: Any) -> None:
    where = path(ann, Wish.DONE, *CLAY)
    monday.shift(timedelta(days=60))
    assert browser.get(where).status_code == 200
    monday.shift(timedelta(seconds=1))
    for answer in (browser.get(where), browser.post(where)):
        assert answer.status_code == 410
        assert "done its time" in answer.text
    assert Event.objects.count() == 1


def test_who_is_gone_or_closed_is_410_and_what_is_gone_404(browser: Client, ann: User) -> None:
    where = path(ann, Wish.DONE, *CLAY)
    gone = [browser.post(path(ann, Wish.DONE, "pottery", *thing)) for thing in (("gone", ""), ("clay", "gone"))]
    Enrolment.objects.update(left_at=MONDAY_8)
    for answer in (*gone, browser.post(where)):
        assert answer.status_code == 404
        assert "no longer on your way" in answer.text
    User.objects.update(is_active=False)
    assert browser.post(where).status_code == 410
    takeout.erase(ann)
    assert browser.post(where).status_code == 410


def test_a_retired_milestone_is_refused_with_a_sentence(browser: Client, ann: User, road: Roadmap) -> None:
    edition = road.current_edition
    assert edition is not None
    data = edition.document
    data["milestones"][0]["retired_on"] = "2026-11-22"
    road.editions.create(number=2, document=data, sha256="-")
    road.current_edition = road.editions.get(number=2)
    road.save()
    answer = browser.post(path(ann, Wish.DONE, *CLAY))
    assert answer.status_code == 409
    assert "already retired" in answer.text


@pytest.mark.parametrize("looks", [6, pytest.param(1_000, marks=pytest.mark.slow)])
def test_every_link_of_a_letter_may_be_looked_at(browser: Client, ann: User, looks: int) -> None:
    """As scanners do: GET and HEAD of all of them, many times, and nothing is changed."""
    found = preview.of(ann, MONDAY_8)
    links = set(re.findall(r"http://waymark\.test(/digests/[^\s\"<]+)", found.text + found.html))
    assert len(links) >= 6
    before = state(ann)
    for link in sorted(links) * (looks // 2):
        assert browser.get(link).status_code == 200
        assert browser.head(link).status_code == 200
    assert state(ann) == before


def test_a_button_is_a_sign_of_life_and_a_look_is_none(ann: User, browser: Client) -> None:
    long_ago = TODAY - timedelta(days=30)
    Preferences.objects.filter(user=ann).update(last_seen_on=long_ago)
    browser.get(path(ann, Wish.DONE, *CLAY))
    assert Preferences.objects.get(user=ann).last_seen_on == long_ago
    browser.post(path(ann, Wish.DONE, *CLAY))
    assert Preferences.objects.get(user=ann).last_seen_on == TODAY

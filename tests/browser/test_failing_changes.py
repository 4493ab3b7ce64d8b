"""Every change, failing in every way: case 2. Words, a page as before, kept input, and sent again it happens once.

One learner, one page for each kind of change: a failed change that is sent again makes the way for the next failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext

from accounts.models import User
from roadmap import actions
from roadmap.models import Enrolment, Roadmap
from tests.browser.failing import FAILURES, LOST, Failing
from tests.browser.people import browsing, learner, log_in, rows_of
from tests.browser.test_changes import (
    CHOOSE,
    DISMISS,
    DOING,
    GIT,
    HOME,
    HOURS,
    NOTE,
    PAUSE,
    SETTINGS,
    TICK,
    UNDO,
    UNTICK,
)
from tests.browser.watching import Change, Watch

pytestmark = pytest.mark.browser

AWS = f"{HOME}milestones/cloud-aws/"
TODO = Change("state", "#state-todo", "on your list again")
AZURE = replace(CHOOSE, says="Azure", check="#choice-cloud-platform input[value=cloud-azure]")
PLACE = Change(
    "placement",
    "#count",
    "known already",
    check="#brought details li:first-child input",
    opens="#brought details",
    leaves=True,
)


def nth_note(number: int) -> Change:
    return replace(NOTE, fill={"#note [name=note]": f"Try number {number}"}, opens="#note details")


def nth_pause(number: int) -> Change:
    day = timezone.localdate() + timedelta(days=20 + number)
    return replace(PAUSE, fill={"#pause [name=until]": f"{day}"})


def nth_settings(number: int) -> Change:
    return replace(SETTINGS, fill={"#settings [name=digest_weekday]": f"{(number + 1) % 7}"})


class Kind(NamedTuple):
    """A change of one kind: on which page, and how it reads the first, second, third … time."""

    path: str
    nth: Callable[[int], Change]
    events: int | None = 1
    anew: bool = False  # the page is opened anew for each failure
    rest: int = 0  # milliseconds before the next: a second click within half a second is taken for a double click


KINDS = {
    "tick": Kind(GIT, lambda number: [TICK, UNTICK][number % 2]),
    "state": Kind(GIT, lambda number: [DOING, TODO][number % 2]),
    "hours": Kind(GIT, lambda _: HOURS),
    "note": Kind(GIT, nth_note),
    "choice": Kind(AWS, lambda number: [CHOOSE, AZURE][number % 2]),
    "undo": Kind(GIT, lambda _: UNDO, rest=600),
    "placement": Kind(f"{HOME}placement/", lambda _: PLACE, anew=True),
    "pause": Kind("/plan/", nth_pause, events=None),
    "settings": Kind("/settings/", nth_settings, events=None),
    "dismiss": Kind("/plan/", lambda _: DISMISS, events=None, anew=True),
}


class At(NamedTuple):
    """Somebody at a page."""

    user: User
    context: BrowserContext
    watch: Watch
    url: str


@pytest.fixture
def at(browser: Browser, live_server, road: Roadmap) -> Iterator[At]:
    user = learner(road, "ada", today=timezone.localdate())
    with browsing(browser, live_server.url, user) as context:
        watch = Watch(context.new_page())
        yield At(user, context, watch, live_server.url)


def make_history(user: User) -> None:
    """Enough to be taken back, change by change."""
    details = {"enrolment": user.enrolments.get(), "today": timezone.localdate(), "edition": 1}
    for number in range(len(FAILURES) + 2):
        actions.note(**details, milestone="git-version-control", text=f"{number}", evidence_url=None)


@pytest.mark.parametrize("name", KINDS)
def test_a_change_that_fails_says_so_and_sent_again_happens_once(at: At, name: str) -> None:
    """Case 2: what is no success is said, the page stays true, what was typed stays. Case 4: it counts once."""
    kind = KINDS[name]
    if name == "undo":
        make_history(at.user)
    at.watch.goto(kind.path, width=390)
    failing, fails = Failing(at.watch, at.user), []
    for number, failure in enumerate(FAILURES):
        if kind.anew and number:
            Enrolment.objects.update(seen_edition=1)
            at.watch.goto(kind.path)
        at.watch.page.wait_for_timeout(kind.rest)
        fails += failing.goes_wrong(kind.nth(number), failure, events=kind.events)
    assert not fails, "\n".join(fails)


@pytest.mark.parametrize("name", ["tick", "state", "hours", "choice", "note"])
def test_after_another_log_in_in_another_tab_a_change_is_saved_once(at: At, name: str) -> None:
    """Case 2: the token is stale, the person is the same. What can't count twice is sent again by itself."""
    kind = KINDS[name]
    at.watch.goto(kind.path, width=390)
    _log_in_again(at)
    before, change = rows_of(at.user), kind.nth(0)
    at.watch.press(change)
    assert at.watch.hears(change.says if name != "note" else f"{change.says}|Not saved"), at.watch.heard()
    if "Not saved" in " ".join(at.watch.heard()):
        assert at.watch.page.locator("#note [name=note]").input_value() == "Try number 0"
        at.watch.page.locator(change.control).click()
        assert at.watch.hears(change.says), at.watch.heard()
    assert len(rows_of(at.user)["events"]) == len(before["events"]) + 1


def _log_in_again(at: At) -> None:
    """Log out and in again in another tab, by its forms."""
    tab = at.context.new_page()
    tab.goto("/accounts/logout/")
    tab.locator("main form button").click()
    tab.goto("/accounts/login/")
    tab.get_by_label("E-mail").fill(at.user.email)
    tab.get_by_label("Password").first.fill("curious otters walk uphill")
    tab.locator("main form button[type=submit], main form button").first.click()
    tab.wait_for_url("**/plan/")
    tab.close()


def test_a_page_of_somebody_else_sends_nothing(at: At, road: Roadmap) -> None:
    """Case 2: "You are logged in as … now", and neither of the two has a tick."""
    bob = learner(road, "bob", today=timezone.localdate())
    at.watch.goto(GIT, width=390)
    at.context.clear_cookies()
    log_in(at.context, at.url, bob)
    before = [rows_of(user) for user in (at.user, bob)]
    at.watch.press(TICK)
    assert at.watch.hears("You are logged in as .*bob.* now"), at.watch.heard()
    assert [rows_of(user) for user in (at.user, bob)] == before


def test_the_failures_strike() -> None:
    """Nothing above holds by standing idle: the ways differ, and one of them has acted."""
    assert len({failure.name for failure in FAILURES}) == len(FAILURES) == 9
    assert LOST.acted

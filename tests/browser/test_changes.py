"""Every change of a learner's, seen through the eyes of `Watch`: cases 1, 2, 14 and 29.

After each change, on a small and a large screen, scrolled: the control is still under the finger, the focus is on it or
on its named successor, the status region said what happened, the console is silent; and without JavaScript the same
rows stand in the database. One browser, one page and one pair of learners serve a whole sequence of changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from accounts.models import User
from roadmap.models import Roadmap
from tests.browser.people import browsing, differences, learner, rows_of
from tests.browser.watching import Change, Watch, change_plainly

pytestmark = pytest.mark.browser

HOME = "/roadmaps/ml-architect/"
GIT = f"{HOME}milestones/git-version-control/"
BACK_ON = timezone.localdate() + timedelta(days=20)

TICK = Change("tick", "button.tick[value='1']", "Ticked")
UNTICK = Change("untick", "button.tick[value='0']", "tick in .* is gone")
START = Change("state", "[id^=move-]", "in progress")
UNDO = Change("undo", "[id^=undo-]", "Taken back|taken back")
PACE = Change(
    "pace",
    "#pace-ml-architect form button",
    "You now have 7.5 hours a week",
    fill={"#pace-ml-architect [name=hours_per_week]": "7.5"},
)
DISMISS = Change("dismiss", "[id^=dismiss-]", "noted|hidden|seen")
PAUSE = Change(
    "pause", "#pause form:has([name=until]) button", "Paused until", fill={"#pause [name=until]": f"{BACK_ON}"}
)
RESUME = Change("resume", "#pause button[value=resume]", "Welcome back")
CHOOSE = Change(
    "choice", "#choose-cloud-platform", "Google Cloud", check="#choice-cloud-platform input[value=cloud-google]"
)
OPEN_AGAIN = Change(
    "open choice", "#choose-cloud-platform", "open again", check="#choice-cloud-platform input[value='']"
)
DOING = Change("state", "#state-doing", "in progress")
DONE = Change("state done", "#state-done", "is done")
HOURS = Change("hours", "#log-hours", r"3\sh for", fill={"#progress form:has(#log-hours) [name=hours]": "3"})
CORRECT = Change(
    "correction",
    "#progress form:has([name=corrects]) button",
    r"2\sh for",
    fill={"#progress form:has([name=corrects]) [name=hours]": "2"},
    opens="#progress details:has([name=corrects])",
    successor="#progress :is(summary, button, input)",
)
NOTE = Change(
    "note",
    "#keep-note",
    "note .* is kept",
    fill={"#note [name=note]": "Branches are **cheap**."},
    successor="#note :is(summary, button, textarea, h2)",
)
SUGGEST = Change(
    "suggestion",
    "#suggest",
    ".",
    check="main input[value=bachelor]",
    fill={"main [name=subject]": "mathematics"},
    shows="#brought h2",
    successor="#brought h2, #suggest",
    stores=False,
)
PLACE = Change("placement", "#count", "known already", leaves=True)
SETTINGS = Change(
    "settings", "#settings .form-actions button", "settings are saved", fill={"#settings [name=digest_weekday]": "4"}
)

ON = {
    "plan": ("/plan/", [DISMISS, TICK, UNTICK, START, UNDO, PACE, PAUSE, RESUME]),
    "milestone": (GIT, [TICK, UNTICK, DOING, HOURS, CORRECT, NOTE, DONE, UNDO]),
    "choice on a milestone": (f"{HOME}milestones/cloud-aws/", [CHOOSE, OPEN_AGAIN, UNDO]),
    "roadmap": (HOME, [START, CHOOSE, OPEN_AGAIN, UNDO, PACE]),
    "placement": (f"{HOME}placement/", [SUGGEST, PLACE]),
    "settings": ("/settings/", [SETTINGS]),
}


class Three(NamedTuple):
    """Three who are alike: one on a phone, one at a desk, one without JavaScript."""

    users: tuple[User, User, User]
    phone: Watch
    desk: Watch
    plain: Page


@pytest.fixture
def three(browser: Browser, live_server, road: Roadmap) -> Iterator[Three]:
    today = timezone.localdate()
    ada, eve, bob = users = tuple(learner(road, name, today=today) for name in ("ada", "eve", "bob"))
    with ExitStack() as stack:
        pages = [
            stack.enter_context(browsing(browser, live_server.url, user, javascript=user is not bob)).new_page()
            for user in users
        ]
        yield Three((ada, eve, bob), Watch(pages[0]), Watch(pages[1]), pages[2])


@pytest.mark.parametrize("place", ON)
def test_a_change_is_seen_felt_and_heard_where_it_is_made(three: Three, place: str) -> None:
    """Cases 1, 2, 29: scroll, focus, words, console, and the same rows without JavaScript."""
    path, changes = ON[place]
    three.phone.goto(path, width=390)
    three.desk.goto(path, width=1280)
    three.plain.goto(path)
    fails = [fail for change in changes for fail in made(three, change)]
    assert not fails, "\n".join(fails)


def made(three: Three, change: Change) -> list[str]:
    """Make a change on all pages and compare what the database holds of the learners."""
    fails = three.phone.change(change) + three.desk.change(change) + change_plainly(three.plain, change)
    if change.stores:
        phone, desk, plain = (rows_of(user) for user in three.users)
        fails += [f"{change.name}: {line}" for line in (*differences(phone, plain), *differences(desk, plain))]
    return fails

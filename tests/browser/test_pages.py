"""Every page, small and large, light and dark, in wide letters and narrow: nothing sticks out, axe is content.

Case 43: whatever can scroll is in reach of the keyboard and has a name.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from accounts.links import unsubscribe_token
from accounts.models import Preferences, User
from accounts.pauses import pause
from roadmap import actions
from roadmap.models import Roadmap, State
from tests.axe import COLOUR, SHAPE, Look, complaints
from tests.chromium import FONTS

pytestmark = pytest.mark.browser

MILESTONES = ("linear-algebra", "pay-and-outlook", "cert-aws", "bachelors-degree", "entry-ml-engineer")
OPEN_TO_ALL = (
    "/",
    "/roadmaps/",
    "/roadmaps/ml-architect/",
    "/roadmaps/ml-architect/map/",
    "/roadmaps/ml-architect/preview/?hours_per_week=7.5&known=degree-foundations",
    "/roadmaps/ml-architect/preview/?hours_per_week=0.5",
    "/roadmaps/ml-architect/preview/?hours_per_week=0",
    *(f"/roadmaps/ml-architect/milestones/{slug}/" for slug in MILESTONES),
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/mailbox/",
    "/no-such-page/",
)
FOR_LEARNERS = (
    "/plan/",
    "/roadmaps/ml-architect/",
    "/roadmaps/ml-architect/map/",
    "/roadmaps/ml-architect/what-if/",
    "/roadmaps/ml-architect/what-if/?hours_per_week=6.9&choice-degree-route=masters-degree&known=skills",
    "/roadmaps/ml-architect/what-if/?hours_per_week=0",
    "/roadmaps/ml-architect/preview/",
    *(f"/roadmaps/ml-architect/milestones/{slug}/" for slug in (*MILESTONES, "deep-learning")),
    "/roadmaps/ml-architect/placement/?degree=bachelor&subject=mathematics",
    "/settings/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/logout/",
    "/account/delete/",
)


@pytest.fixture
def learner(published) -> User:
    """Somebody with a bit of everything behind them, and a letter in the mailbox."""
    user = User.objects.create_user("ada.lovelace-with-a-long-address@engines.example.org", "curious otters")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    road, today = Roadmap.objects.get(), timezone.localdate()
    begun, target = today - timedelta(weeks=8), today + timedelta(days=700)
    actions.enrol(user=user, roadmap=road, hours_per_week=10, target_on=target, today=begun, edition=1)
    enrolment = user.enrolments.get()
    for week in range(6):
        on = begun + timedelta(weeks=week)
        actions.log_hours(enrolment=enrolment, milestone="git-version-control", hours=1, on=on, today=today, edition=1)
    pause(user=user, starts_on=today + timedelta(days=30), until=today + timedelta(days=60), today=today)
    actions.place(enrolment=enrolment, known=["linear-algebra"], doing=["bachelors-degree"], today=today, edition=1)
    for slug, state in (("explore-the-role", "done"), ("r-analytics", "skipped"), ("deep-learning", "doing")):
        actions.mark(enrolment=enrolment, milestone=slug, state=State(state), today=today, edition=1)
    Preferences.objects.update(digest_due_at=timezone.now() - timedelta(minutes=5), calendar_enabled=True)
    call_command("send_digests", verbosity=0)
    return user


# Axe looks at everything once, on a phone in daylight, and elsewhere at what differs there.
LOOKS = {
    "wide": (Look(1280, "light", (*COLOUR, *SHAPE)), Look(390, "light"), Look(390, "dark", COLOUR)),
    "narrow": (Look(1280, "light", SHAPE), Look(390, "light", SHAPE)),
}


@pytest.mark.parametrize("fonts", FONTS)
@pytest.mark.parametrize("who", ["anybody", "learner"])
def test_every_page_is_accessible_and_fits(page: Page, live_server, learner: User, who: str, fonts: str) -> None:
    paths = (*OPEN_TO_ALL, f"/digests/unsubscribe/{unsubscribe_token(learner)}/")
    if who == "learner":
        client = Client()
        client.force_login(learner)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        paths = FOR_LEARNERS
    found = []
    for path in paths:
        page.goto(path)
        found += complaints(page, *LOOKS[fonts])
    assert not found, "\n".join(found)

"""Two tabs: what the one did, the other shows after its own next change; nothing is lost between them."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from roadmap.models import Roadmap
from tests.browser.people import browsing, learner
from tests.browser.walking import Walk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "change"),
    [("/plan/", "tick"), ("/roadmaps/trail/milestones/one/", "tick"), ("/roadmaps/trail/", "mark")],
)
def test_a_tab_shows_after_its_change_what_a_reload_shows(
    browser: Browser, live_server, trail: Roadmap, path: str, change: str
) -> None:
    """Case 6, its kind: the Undo of a page names the last change, also after one that another tab made."""
    user = learner(trail, "ada", today=timezone.localdate())
    with browsing(browser, live_server.url, user) as context:
        walk = Walk(context, user, 1, width=390)
        for tab in walk.tabs:
            tab.goto(path)
        for tab in (*walk.tabs, *walk.tabs):
            walk.at = tab
            walk.change(change)
            walk.shows_what_is_kept()
        walk.has_each_change_once()

"""Random walks at a desk: cases 2, 4 and 6 in any order. Ten seeds always, ninety more by SLOW=1."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from roadmap.models import Roadmap
from tests.browser.people import browsing, learner
from tests.browser.walking import LONG, SHORT, Walk

pytestmark = pytest.mark.browser
SEEDS = [*range(100, 110), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(110, 200))]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_shown_is_what_is_kept(browser: Browser, live_server, trail: Roadmap, seed: int) -> None:
    """A page shows what a reload would; what was acknowledged is there, once."""
    user = learner(trail, "ada", today=timezone.localdate())
    with browsing(browser, live_server.url, user) as context:
        Walk(context, user, seed, width=1280).walk(SHORT if seed % 100 < 10 else LONG)

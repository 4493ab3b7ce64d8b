"""Case 3: a tick shows at once that it was pressed, however slow the network is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from roadmap.models import Roadmap
from tests.browser.people import browsing, learner
from tests.browser.test_changes import TICK
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser
LATENCY = 2_000  # milliseconds
# From the press to the frame in which the step looks ticked, in the browser's own clock.
STOPWATCH = """addEventListener("pointerdown", ({target, timeStamp}) => {
  const {id} = target.closest(".tick") ?? {};
  const look = (now) => document.getElementById(id)?.closest(".step--done")
    ? (window.shownAfter = performance.now() - timeStamp) : requestAnimationFrame(look);
  if (id) requestAnimationFrame(look);
}, true)"""


@pytest.mark.parametrize("path", ["/plan/", "/roadmaps/trail/milestones/one/"])
def test_a_tick_shows_before_any_answer_comes(
    browser: Browser, live_server, trail: Roadmap, path: str, record_property: Callable[[str, object], None]
) -> None:
    """Within 100 ms on an idle machine (the figure is recorded); here, before the answer, which takes two seconds."""
    user = learner(trail, "ada", today=timezone.localdate())
    with browsing(browser, live_server.url, user) as context:
        watch = Watch(context.new_page())
        watch.page.add_init_script(STOPWATCH)
        watch.goto(path, width=390)
        slow = {"offline": False, "latency": LATENCY, "downloadThroughput": -1, "uploadThroughput": -1}
        context.new_cdp_session(watch.page).send("Network.emulateNetworkConditions", slow)
        watch.press(TICK)
        assert watch.hears(TICK.says), watch.heard()
        shown: float = watch.page.evaluate("shownAfter")
        posts = "performance.getEntriesByType('resource').filter(({name}) => name.includes('/steps/'))"
        taken: float = watch.page.evaluate(f"{posts}[0].duration")
    record_property("milliseconds until a tick shows", round(shown))
    assert taken >= LATENCY
    assert shown < LATENCY / 2

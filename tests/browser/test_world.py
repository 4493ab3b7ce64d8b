"""Case 28: titles in any script, on every page: nothing sticks out, and a mark at the end stands on its right side."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from roadmap import actions
from roadmap.models import Roadmap, State
from tests.browser.hostile import ARABIC, HEBREW, hostile

pytestmark = pytest.mark.browser

MILESTONES = tuple(f"/roadmaps/world/milestones/m{index}/" for index in range(6))
PAGES = (
    "/",
    "/roadmaps/",
    "/roadmaps/world/",
    "/roadmaps/world/map/",
    *MILESTONES,
    "/plan/",
    "/roadmaps/world/placement/?experience=software&known=m1&known=m4",
    "/roadmaps/world/preview/?hours_per_week=5&known=m0&known=m3",
    "/roadmaps/world/what-if/?hours_per_week=5",
    "/digests/preview/",
    "/settings/",
)
WIDTH = "() => document.documentElement.scrollWidth"
# A text from right to left shows its marks where they belong if what it stands in has a direction of its own.
UNTOLD = """() => {
    const told = (node) => node.closest("bdi, [dir], [direction=rtl], title, head, script, textarea, pre");
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT), untold = [];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const words = text.data.replace(/\\u2068[^\\u2069]*\\u2069/g, "");
        if (/[\\u0590-\\u08ff]/.test(words) && !told(text.parentElement.closest("body *") || document.head))
            untold.push(text.parentElement.outerHTML.slice(0, 200));
    }
    for (const element of document.querySelectorAll("[aria-label], [title], option, title"))
        for (const words of [element.ariaLabel, element.title, element.matches("option, title") && element.textContent])
            if (/[\\u0590-\\u08ff]/.test((words || "").replace(/\\u2068[^\\u2069]*\\u2069/g, ""))) untold.push(words);
    return untold;
}"""


@pytest.fixture
def learner(transactional_db, settings, tmp_path: Path) -> User:
    settings.VAR_DIR = tmp_path
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump(hostile(), allow_unicode=True))
    call_command("load_roadmap", str(file), "--publish", verbosity=0)
    user = User.objects.create_user("amal@example.org", "curious otters", name="عليرضا")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    road, today = Roadmap.objects.get(), timezone.localdate()
    begun = today - timedelta(weeks=3)
    actions.enrol(user=user, roadmap=road, hours_per_week=10, target_on=None, today=begun, edition=1)
    told = {"enrolment": user.enrolments.get(), "today": today, "edition": 1}
    actions.mark(milestone="m1", state=State.DONE, **told)
    actions.tick(milestone="m4", step="a", done=True, **told)
    actions.note(milestone="m4", text=f"{ARABIC}\n\n{HEBREW}", evidence_url=None, **told)
    return user


def test_any_script_fits_on_every_page_and_keeps_its_marks_on_the_right_side(
    page: Page, live_server, learner: User
) -> None:
    client = Client()
    client.force_login(learner)
    client.post("/roadmaps/world/milestones/m2/state/", {"state": "doing"})  # its message stands on the first page
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url} for name in client.cookies]
    )
    page.set_viewport_size({"width": 390, "height": 900})
    wrong = []
    for path in PAGES:
        page.goto(path)
        if (needed := page.evaluate(WIDTH)) > 390:
            wrong.append(f"{path} is {needed} px wide")
        wrong += [f"{path} {where}" for where in page.evaluate(UNTOLD)]
    assert not wrong, "\n".join(wrong)


def test_a_letter_keeps_marks_on_the_right_side_in_both_its_parts(client: Client, learner: User) -> None:
    client.force_login(learner)
    shown, page = (client.get(f"/digests/preview/{part}").text for part in ("", "html/"))
    subject, text = re.search(r"<h1>(.*?)</h1>.*<pre[^>]*>(.*)</pre>", shown, re.DOTALL).groups()
    for part in (subject, text, re.sub(r"<[^>]*>", " ", page)):
        lines = re.sub(r"\u2068[^\u2069]*\u2069", "", part).splitlines()
        assert re.search(r"\u2068[^\u2069]*[\u0590-\u08ff]", part)
        assert not [line for line in lines if re.search(r"[\u0590-\u08ff]", line)]

"""An editor in a real browser, under the site's own content security policy (a violation fails the test)."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from roadmap.models import Digest, Milestone
from tests.roadmap.admin.helpers import address, enter, make_milestone, order_of, person
from tests.roadmap.admin.test_digests import owe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_rows_are_dragged_into_order(at: Page, road):
    at.goto(address(road.algebra, "changelist", roadmap=road.roadmap.pk))
    rows = at.locator("#result_list tbody tr")
    rows.nth(3).locator(".handle").drag_to(rows.nth(0).locator(".handle"))
    expect(at.locator("#draft-line")).to_contain_text("Draft saved: 1 change, learners still see edition 1.")
    assert order_of(road) == ["cloud-azure", "linear-algebra", "statistics", "cloud-aws"]
    at.reload()
    expect(rows.nth(0)).to_contain_text("Azure")


def test_steps_are_dragged_into_order(at: Page, road):
    at.goto(address(road.algebra))
    handles = at.locator("#steps-group tr.has_original td.original p")
    handles.nth(1).drag_to(handles.nth(0), target_position={"x": 20, "y": 2})
    at.get_by_role("button", name="Save and continue editing").first.click()
    expect(at.locator(".messagelist")).to_contain_text("Draft saved: 1 change")
    assert list(road.algebra.steps.values_list("slug", flat=True)) == ["part-2", "part-1"]


def test_rows_are_moved_by_keyboard_without_javascript(plain_at: Page, road):
    plain_at.goto(address(road.algebra, "changelist", roadmap=road.roadmap.pk))
    plain_at.get_by_role("button", name="Move “Statistics” up").press("Enter")
    expect(plain_at.locator(".messagelist")).to_contain_text("Draft saved: 1 change")
    assert order_of(road)[:2] == ["statistics", "linear-algebra"]


def test_a_prerequisite_is_searched_for(at: Page, road):
    at.goto(address(road.aws))
    at.get_by_role("button", name="Add another Prerequisite").click()
    at.locator("#prerequisite_links-0 .select2-selection").click()
    at.locator(".select2-search__field").fill("stat")
    at.locator(".select2-results__option", has_text="Statistics").click()
    at.get_by_role("button", name="Save", exact=True).first.click()
    expect(at.locator(".messagelist")).to_contain_text("Draft saved: 1 change")
    assert [str(needed) for needed in road.aws.prerequisites.all()] == ["Statistics"]


class Hand:
    """Counts what a hand does, and says how long a slow one takes.

    Keystroke-level model (Card, Moran and Newell, 1980), in seconds: 1.35 to make up one's mind, 1.1 to point and 0.2
    to press; 1.2 for each key of somebody who does not type. To that, ten to look around on each new page.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.keys, self.pages = page, 0, 0, 1

    def follow(self, name: str, role: Literal["link", "button"] = "link") -> None:
        before = self.page.url
        self.page.get_by_role(role, name=name).first.click()
        expect(self.page).not_to_have_url(before)
        self.clicks, self.pages = self.clicks + 1, self.pages + 1

    def enter(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(text)
        self.clicks, self.keys = self.clicks + 1, self.keys + len(text)

    @property
    def seconds(self) -> float:
        return self.clicks * (1.35 + 1.1 + 0.2) + self.keys * 1.2 + self.pages * 10


@pytest.mark.parametrize("name", ["at", "plain_at"], ids=["with JavaScript", "without JavaScript"])
def test_an_editor_changes_an_effort_within_five_minutes(request, name, road):
    """The first edit, without docs and by links alone: change, preview, publish, look."""
    at: Page = request.getfixturevalue(name)
    site = at.context.request
    hand = Hand(at)
    at.goto("/")
    hand.follow("Admin")
    hand.follow("Data Scientist")
    hand.follow("4 milestones")
    hand.follow("Linear algebra")
    hand.enter("High:", "33")
    hand.follow("Save", "button")
    said = at.locator(".messagelist")
    expect(said).to_contain_text("Draft saved: 1 change, learners still see edition 1. Preview · Review and publish")
    assert "5–20&nbsp;h" in site.get("/roadmaps/data-scientist/milestones/linear-algebra/").text()

    hand.follow("Preview")
    expect(at.get_by_role("note")).to_contain_text("Preview of the draft.")
    hand.follow("Linear algebra")
    expect(at.locator("main")).to_contain_text("5–33 h")

    hand.follow("Review and publish")
    expect(at.locator(".changes").first).to_contain_text("“Linear algebra”: 10 h (5 to 20) → 10 h (5 to 33)")
    hand.enter("What is new, in a line:", "Algebra may take longer.")
    hand.follow("Publish", "button")
    expect(said).to_contain_text("Edition 2 is live.")

    hand.follow("See it")
    hand.follow("Linear algebra")
    expect(at.locator("main")).to_contain_text("5–33 h")
    assert Milestone.objects.get(pk=road.algebra.pk).effort_high == 33
    assert hand.clicks <= 13
    assert hand.seconds < 5 * 60


def test_in_the_list_of_digests_no_kind_breaks_over_lines(page: Page, live_server):
    Digest.objects.filter(pk=owe("somebody.with.a.long.name@example.org").pk).update(kind="question")
    enter(page, live_server.url, person("root@example.org", is_staff=True, is_superuser=True))
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("/admin/roadmap/digest/")
    kind = page.locator("#result_list td.field-kind")
    expect(kind).to_have_text("shall we pause?")
    lines = "const words = document.createRange(); words.selectNodeContents(cell); return words.getClientRects().length"
    assert kind.evaluate(f"cell => {{{lines}}}") == 1


def test_moving_a_row_keeps_focus_and_scroll_and_is_one_tab_stop(at: Page, road):
    """Case 39."""
    for number in range(40):
        make_milestone(road.roadmap, road.work, f"more-{number}", f"More {number}")
    at.goto(address(road.algebra, "changelist", roadmap=road.roadmap.pk))
    up = at.get_by_role("button", name="Move “More 30” up")
    up.focus()
    before = up.bounding_box()["y"], at.evaluate("scrollY")
    assert before[1] > 0
    up.press("Enter")
    expect(at.locator("#draft-line")).to_contain_text("Draft saved")
    up.press("Enter")
    expect(at.locator("#result_list tbody tr").nth(32)).to_contain_text("More 30")
    expect(up).to_be_focused()
    assert abs(up.bounding_box()["y"] - before[0]) < 2
    up.press("ArrowDown")
    expect(at.get_by_role("button", name="Move “More 28” up")).to_be_focused()
    assert at.locator("#result_list .move button:not([tabindex='-1'])").count() == 2
    at.reload()
    expect(at.locator("#result_list tbody tr").nth(32)).to_contain_text("More 30")

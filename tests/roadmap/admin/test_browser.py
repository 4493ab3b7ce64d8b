"""An editor in a real browser, under the site's own content security policy (a violation fails the test)."""

import pytest
from playwright.sync_api import Page, expect

from roadmap.models import Milestone
from tests.roadmap.admin.helpers import address, logged_in, order_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(page: Page, url: str, user) -> Page:
    """Bring along the cookie of a session."""
    cookie = logged_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
    return page


@pytest.fixture
def at(page: Page, live_server, editor_user) -> Page:
    """The editor's browser."""
    return enter(page, live_server.url, editor_user)


@pytest.fixture
def plain_at(plain_page: Page, live_server, editor_user) -> Page:
    """The same without JavaScript."""
    return enter(plain_page, live_server.url, editor_user)


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


def test_an_editor_changes_an_effort_and_learners_see_it(at: Page, road):
    """The first edit, without docs: change, preview, publish, look."""
    at.goto("/admin/")
    at.get_by_role("link", name="Data Scientist").click()
    at.get_by_role("link", name="4 milestones").click()
    at.get_by_role("link", name="Linear algebra").click()
    at.get_by_role("spinbutton", name="High:").fill("33")
    at.get_by_role("button", name="Save", exact=True).first.click()
    said = at.locator(".messagelist")
    expect(said).to_contain_text("Draft saved: 1 change, learners still see edition 1. Preview · Review and publish")

    at.goto("/roadmaps/data-scientist/milestones/linear-algebra/")
    expect(at.locator("main")).not_to_contain_text("33")

    at.goto(address(road.algebra, "changelist", roadmap=road.roadmap.pk))
    at.get_by_role("link", name="Preview").click()
    expect(at.get_by_role("note")).to_contain_text("Preview of the draft.")
    at.get_by_role("link", name="Linear algebra").first.click()
    expect(at.locator("main")).to_contain_text("33")

    at.get_by_role("link", name="Review and publish").click()
    expect(at.locator(".changes").first).to_contain_text("Linear algebra")
    at.get_by_label("What is new, in a line").fill("Algebra may take longer.")
    at.get_by_role("button", name="Publish").click()
    expect(said).to_contain_text("Edition 2 is live.")

    at.goto("/roadmaps/data-scientist/milestones/linear-algebra/")
    expect(at.locator("main")).to_contain_text("33")
    assert Milestone.objects.get(pk=road.algebra.pk).effort_high == 33

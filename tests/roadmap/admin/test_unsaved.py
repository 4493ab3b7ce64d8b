"""Case 35: what somebody types into a form of the admin is not lost without a word; and 36 by hand."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from roadmap.models import Milestone
from tests.roadmap.admin.helpers import address, enter, form_of, messages_of, person

browser_test = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COPIES = "Object.keys(localStorage).filter((name) => name.startsWith('waymark.form:')).length"


def browse(test):
    for mark in browser_test:
        test = mark(test)
    return test


def wait_for_copy(at: Page) -> None:
    """A copy is written a moment after the last key."""
    at.evaluate(
        f"new Promise((done) => {{ const look = () => {COPIES} === 1 ? done() : setTimeout(look, 20); look(); }})"
    )


def type_much(at: Page, road) -> None:
    """Change a field, add a step and, searched for, a prerequisite."""
    at.goto(address(road.aws))
    at.get_by_label("High:").first.fill("33")
    at.get_by_role("button", name="Add another Step").click()
    at.locator("#id_steps-2-title").fill("Third part")
    at.locator("#id_steps-2-hours").fill("0")
    at.get_by_role("button", name="Add another Prerequisite").click()
    at.locator("#prerequisite_links-0 .select2-selection").click()
    at.locator(".select2-search__field").fill("stat")
    at.locator(".select2-results__option", has_text="Statistics").click()
    wait_for_copy(at)


def bring_back_and_save(at: Page) -> None:
    offer = at.get_by_role("region", name="What you had typed")
    expect(offer.get_by_role("status")).to_contain_text("You typed something here that was not saved")
    offer.get_by_role("button", name="Bring it back").click()
    expect(offer).to_contain_text("is back in the form. It is not saved yet.")
    expect(at.locator("#prerequisite_links-0 .select2-selection")).to_contain_text("Statistics")
    at.get_by_role("button", name="Save", exact=True).first.click()
    expect(at.locator(".messagelist")).to_contain_text("Draft saved")


def check_saved(road) -> None:
    road.aws.refresh_from_db()
    assert road.aws.effort_high == 33
    assert list(road.aws.steps.values_list("title", flat=True)) == ["Part 1", "Part 2", "Third part"]
    assert [str(needed) for needed in road.aws.prerequisites.all()] == ["Statistics"]


@browse
def test_leaving_asks_and_the_pages_own_links_save_first(at: Page, road):
    asked = []
    at.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    at.goto(address(road.algebra))
    at.get_by_label("High:").first.fill("33")
    at.get_by_role("link", name="Data Scientist").first.click()
    expect(at.get_by_label("High:").first).to_have_value("33")
    assert asked == ["beforeunload"]
    at.locator(".draft-line").get_by_role("link", name="Review and publish").click()
    expect(at).to_have_url(address(road.roadmap, "review"))
    expect(at.locator(".messagelist")).to_contain_text("Draft saved: 1 change")
    at.get_by_role("link", name="Start").first.click()  # nothing typed, nothing asked
    expect(at).to_have_url("/admin/")
    assert asked == ["beforeunload"]
    assert at.evaluate(COPIES) == 0


@browse
def test_a_closed_tab_is_offered_again_with_its_added_rows(at: Page, road):
    type_much(at, road)
    other = at.context.new_page()
    at.close(run_before_unload=False)
    other.goto(address(road.aws))
    bring_back_and_save(other)
    check_saved(road)
    assert other.evaluate(COPIES) == 0
    other.goto(address(road.aws))
    expect(other.get_by_role("region", name="What you had typed")).to_have_count(0)


@browse
def test_what_was_typed_when_a_session_ended_is_offered_to_that_person_alone(at: Page, live_server, road, editor_user):
    type_much(at, road)
    editor_user.sessions.all().delete()
    at.get_by_role("button", name="Save", exact=True).first.click()
    expect(at).to_have_url(re.compile("/login/"))
    enter(at, live_server.url, person("root@example.org", is_staff=True, is_superuser=True))
    at.goto(address(road.aws))
    expect(at.get_by_role("region", name="What you had typed")).to_have_count(0)
    enter(at, live_server.url, editor_user)
    at.goto(address(road.aws))
    bring_back_and_save(at)
    check_saved(road)


@browse
def test_a_stale_form_says_where_to_find_again_what_was_typed(at: Page, live_server, road):
    type_much(at, road)
    at.context.add_cookies([{"name": "csrftoken", "value": "x" * 32, "url": live_server.url}])
    at.get_by_role("button", name="Save", exact=True).first.click()
    expect(at.get_by_role("heading", name="This form went stale: nothing was saved")).to_be_visible()
    at.get_by_role("link", name="Open the form again").click()
    bring_back_and_save(at)
    check_saved(road)


@browse
def test_add_save_back_save_makes_one_milestone_and_log_out_leaves_nothing(at: Page, road):
    at.goto(address(road.algebra, "add", roadmap=road.roadmap.pk))
    at.get_by_label("Title:").first.fill("Calculus")
    at.get_by_label("Stage:").first.select_option("Foundations")
    for label, hours in (("Low:", "1"), ("Likely:", "2"), ("High:", "3")):
        at.get_by_label(label).first.fill(hours)
    save = at.get_by_role("button", name="Save", exact=True).first
    save.click()
    expect(at.locator(".messagelist")).to_contain_text("Draft saved")
    at.go_back()
    expect(at.get_by_label("Title:").first).to_be_visible()
    at.get_by_label("Title:").first.fill("Calculus")
    at.get_by_label("Stage:").first.select_option("Foundations")
    for label, hours in (("Low:", "1"), ("Likely:", "2"), ("High:", "3")):
        at.get_by_label(label).first.fill(hours)
    save.click()
    expect(at.locator(".messagelist")).to_contain_text("Draft saved")
    assert Milestone.objects.filter(title="Calculus").count() == 1
    at.goto(address(road.algebra))
    at.get_by_label("High:").first.fill("33")
    wait_for_copy(at)
    at.on("dialog", lambda dialog: dialog.accept())
    at.get_by_role("button", name="Log out").click()
    expect(at.get_by_role("button", name="Log out")).to_have_count(0)
    assert at.evaluate(COPIES) == 0


@pytest.mark.django_db
def test_a_stale_form_of_the_admin_is_answered_with_true_words(editor_user, road):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor_user)
    answer = client.post(address(road.algebra), {"title": "New"})
    assert answer.status_code == 403
    assert "press <em>Bring it back</em>" in answer.text
    assert "Reloading empties it." in answer.text
    assert f'href="{address(road.algebra)}">Open the form again</a>' in answer.text
    elsewhere = client.post("/settings/", {})
    assert elsewhere.status_code == 403
    assert "reloading empties the form" in elsewhere.text
    assert "Bring it back" not in elsewhere.text


@pytest.mark.django_db
def test_log_out_clears_what_pages_kept_in_the_browser_and_log_in_does_not(editor_user):
    for path in ("/admin/logout/", "/accounts/logout/"):
        client = Client()
        client.force_login(editor_user)
        assert "Clear-Site-Data" not in client.get("/admin/")
        assert client.post(path)["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in Client().get("/accounts/login/")


@pytest.mark.django_db
def test_only_forms_of_a_roadmap_are_copied(editor, superuser, road):
    """An account's form is guarded, too, and leaves no copy: what it holds is somebody's own."""
    assert "data-copy" in editor.get(address(road.algebra)).text
    account = superuser.get("/admin/accounts/user/add/").text
    assert "_form_key" in account
    assert "data-copy" not in account


@pytest.mark.django_db
def test_a_refused_form_says_that_it_is_unsaved(editor, road):
    url = address(road.algebra)
    page = editor.get(url)
    assert "data-unsaved" not in page.text
    assert "data-unsaved" in editor.post(url, form_of(page) | {"title": ""}).text
    assert messages_of(page) == []

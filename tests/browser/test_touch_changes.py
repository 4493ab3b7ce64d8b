"""What a person sees and feels when they press something: cases 1, 2, 3 and 29."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from accounts.models import User
from roadmap import actions
from roadmap.models import Enrolment, Event, Roadmap

pytestmark = pytest.mark.browser

HOME = "/roadmaps/ml-architect/"
GIT = f"{HOME}milestones/git-version-control/"


@pytest.fixture
def ada(published) -> User:
    return learner("ada@example.org")


@pytest.fixture
def page(browser: Browser, live_server, ada: User) -> Iterator[Page]:
    """Ada's phone, held as one holds it."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 600}, has_touch=True, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    log_in(context, live_server.url, ada)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


def learner(address: str) -> User:
    user = User.objects.create_user(address, "curious otters walk uphill")
    user.emailaddress_set.create(email=address, verified=True, primary=True)
    road = Roadmap.objects.get()
    actions.enrol(user=user, roadmap=road, hours_per_week=10, target_on=None, today=timezone.localdate(), edition=1)
    return user


def log_in(context: BrowserContext, url: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def place(page: Page, selector: str) -> float:
    """Return where on the screen something stands."""
    top: float = page.locator(selector).first.evaluate("element => element.getBoundingClientRect().top")
    return top


def focus(page: Page) -> str:
    name: str = page.evaluate("document.activeElement.id || document.activeElement.innerText")
    return name


@pytest.mark.parametrize("path", ["/plan/", GIT])
def test_a_tick_stays_under_the_finger(page: Page, path: str) -> None:
    """Case 1: out-of-band parts meet scroll anchoring."""
    page.goto(path)
    tick = page.locator("button.tick").first
    name = tick.get_attribute("id")
    tick.evaluate("element => element.scrollIntoView({block: 'center'})")
    was = place(page, f"#{name}")
    tick.click()
    expect(page.locator("#messages")).to_contain_text("Ticked")
    assert place(page, f"#{name}") == pytest.approx(was, abs=2)
    assert focus(page) == name


def test_a_change_leaves_what_is_typed_and_folded_out(page: Page) -> None:
    """Case 1, its kind: whatever a swap takes along that nobody has sent."""
    page.goto(GIT)
    page.locator("#hours-hours").fill("2.5")
    page.get_by_text("It wasn't today").click()
    page.locator("button.tick").first.click()
    expect(page.locator("#messages")).to_contain_text("Ticked")
    expect(page.locator("#hours-hours")).to_have_value("2.5")
    expect(page.locator("#state-on")).to_be_visible()
    page.locator("#log-hours").click()
    expect(page.locator("#messages")).to_contain_text("2.5 h for")
    expect(page.locator("#hours-hours")).to_have_value("")


def test_the_message_is_in_the_window_and_covers_nothing_that_is_used(page: Page) -> None:
    page.goto("/plan/")
    tick = page.locator("button.tick").first
    tick.evaluate("element => element.scrollIntoView({block: 'end'})")
    tick.click()
    message = page.get_by_role("status").get_by_text("Ticked")
    expect(message).to_be_in_viewport(ratio=1)
    region, control = page.locator(".message").bounding_box(), tick.bounding_box()
    assert region
    assert control
    assert region["y"] + region["height"] <= control["y"] or control["y"] + control["height"] <= region["y"]


def test_after_keeping_a_note_the_focus_is_still_at_its_form(page: Page) -> None:
    """Case 29: focus went to Progress."""
    page.goto(GIT)
    page.locator("#note-note").fill("Branches are cheap.")
    page.locator("#keep-note").click()
    expect(page.locator("#messages")).to_contain_text("is kept")
    expect(page.locator("#keep-note")).to_be_focused()


def test_suggestions_are_announced_and_have_the_focus(page: Page) -> None:
    """Case 29: after “Suggest milestones” nothing was announced."""
    page.goto(f"{HOME}placement/")
    page.get_by_label("Bachelor's degree", exact=True).check()
    page.get_by_label("Its subject").select_option(label="Mathematics")
    page.get_by_role("button", name="Suggest milestones").click()
    expect(page.locator("#announcer")).to_contain_text(re.compile(r"\d+ milestones? suggested"))
    expect(page.locator("#brought-title")).to_be_focused()


def test_after_undo_the_focus_is_on_what_was_used_before(page: Page) -> None:
    """Case 29: after Undo it was on an unnamed part."""
    page.goto(GIT)
    page.locator("#state-doing").click()
    page.locator("#messages").get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator("#messages")).to_contain_text("Taken back")
    expect(page.locator("#state-doing")).to_be_focused()


def test_a_pause_and_other_hours_leave_the_page_where_it_is(page: Page) -> None:
    """Case 1, its kind: these forms went to the top of a new page."""
    page.goto("/plan/")
    for control, words in (("#enrol-ml-architect", "You now have"), ("#take-pause", "Paused until")):
        if "pause" in control:
            page.locator("#pause [name=until]").fill(f"{timezone.localdate().replace(year=2027)}")
        page.locator(control).evaluate("element => element.scrollIntoView({block: 'center'})")
        was = place(page, control)
        page.locator(control).click()
        expect(page.locator("#messages")).to_contain_text(words)
        assert place(page, control) == pytest.approx(was, abs=2)
        expect(page.locator(control)).to_be_focused()


def answer_with(page: Page, status: int) -> None:
    page.route(re.compile("/steps/|/note/"), lambda route: route.fulfill(status=status, body="<h1>No</h1>"))


def test_a_tick_is_ticked_at_once_and_goes_back_with_words(page: Page) -> None:
    """Cases 2 and 3: nothing was shown while an answer was awaited, nor when it was none."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.goto("/plan/")
    page.route("**/steps/**", hold)
    step = page.locator(".step").first
    milliseconds = page.evaluate(
        """() => { const tick = document.querySelector(".tick"), begun = performance.now(); tick.click();
        return tick.closest(".step").matches(".step--done[aria-busy=true]") ? performance.now() - begun : Infinity; }"""
    )
    assert milliseconds < 100
    expect(page.locator("#announcer")).to_have_text("Saving…")
    waiting[0].fulfill(status=502, body="<h1>Bad gateway</h1>")
    expect(page.get_by_role("status")).to_contain_text("Not saved:")
    expect(step).not_to_have_class(re.compile("step--done"))
    expect(step).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/steps/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#messages")).to_contain_text("Ticked")
    assert Event.objects.filter(kind="step").count() == 1


@pytest.mark.parametrize(("status", "way"), [(404, "Reload"), (429, "Try again"), (500, "Try again")])
def test_a_failed_note_says_so_and_stays(page: Page, status: int, way: str) -> None:
    """Case 2: “Keep note” said nothing, and an older “noted” stayed."""
    page.goto(GIT)
    page.locator("button.tick").first.click()
    expect(page.locator("#messages")).to_contain_text("Ticked")
    page.locator("#note-note").fill("Branches are cheap.")
    answer_with(page, status)
    page.locator("#keep-note").click()
    expect(page.locator("#messages")).to_contain_text("Not saved:")
    expect(page.locator("#messages")).not_to_contain_text("Ticked")
    expect(page.locator("#messages").locator("a, button")).to_have_text([way])
    expect(page.locator("#note-note")).to_have_value("Branches are cheap.")


def test_an_answer_that_is_lost_after_the_server_acted_counts_once(page: Page) -> None:
    """Case 2: sending again does it once."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.goto("/plan/")
    page.route("**/steps/**", lose)
    page.locator(".tick").first.click()
    expect(page.get_by_role("status")).to_contain_text("Not saved: no answer came")
    page.unroute("**/steps/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name=re.compile("^Take back the tick")).first).to_be_visible()
    assert Event.objects.filter(kind="step").count() == 1


def test_a_stale_token_is_renewed_for_the_same_person(page: Page, live_server, ada: User) -> None:
    """Case 2: log out and in again in another tab, then tick here."""
    page.goto("/plan/")
    page.context.clear_cookies()
    log_in(page.context, live_server.url, ada)
    page.locator(".tick").first.click()
    expect(page.locator("#messages")).to_contain_text("Ticked")
    assert Event.objects.filter(kind="step").count() == 1


def test_for_another_persons_session_nothing_is_sent(page: Page, live_server) -> None:
    """Case 2: Kim has logged in meanwhile."""
    kim = learner("kim@example.org")
    page.goto("/plan/")
    page.context.clear_cookies()
    log_in(page.context, live_server.url, kim)
    page.locator(".tick").first.click()
    expect(page.get_by_role("status")).to_contain_text("Not saved: you are logged in as kim@example.org now")
    assert not Event.objects.filter(kind="step").exists()


def test_without_a_session_the_words_say_where_to_log_in(page: Page) -> None:
    """Case 2: what was typed stays."""
    page.goto(GIT)
    page.locator("#note-note").fill("Branches are cheap.")
    page.context.clear_cookies(name="sessionid")
    page.locator("#keep-note").click()
    expect(page.get_by_role("status")).to_contain_text("Not saved: you are logged out")
    expect(page.get_by_role("status").get_by_role("link", name="Log in")).to_be_visible()
    expect(page.locator("#note-note")).to_have_value("Branches are cheap.")


def test_a_double_click_on_undo_takes_back_one_change(page: Page) -> None:
    """Case 6: the second click met the Undo of the change before, which had just come in its place."""
    today, enrolment = timezone.localdate(), Enrolment.objects.get()
    for slug in ("git-version-control", "linear-algebra"):
        actions.mark(enrolment=enrolment, milestone=slug, state="doing", today=today, edition=1)
    page.goto("/plan/")
    page.locator("#undo-ml-architect").click()
    expect(page.locator("#messages")).to_contain_text("Taken back")
    page.locator("#undo-ml-architect").hover()
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.locator("#enrol-ml-architect").click()  # one change after the other: an undo would be through before it
    expect(page.locator("#messages")).to_contain_text("You now have")
    assert Event.objects.filter(kind="undone").count() == 1


def test_a_refused_tick_goes_back_with_the_servers_own_words(page: Page) -> None:
    """Case 2: a page that an editor has overtaken."""
    words = '<div id="messages" hx-swap-oob="innerHTML"><ul><li class="message">Not saved: retired</li></ul></div>'
    page.goto("/plan/")
    page.route("**/steps/**", lambda route: route.fulfill(status=409, body=words))
    page.locator(".tick").first.click()
    expect(page.get_by_role("status")).to_contain_text("Not saved: retired")
    expect(page.locator(".step--done, [aria-busy=true]")).to_have_count(0)
    expect(page.locator(".tick").first).to_be_focused()


def test_changes_that_fail_together_are_told_of_and_sent_again_together(page: Page) -> None:
    """Case 2: on a train, three ticks."""
    page.goto(GIT)
    page.context.set_offline(True)
    for number in range(3):
        page.locator(".tick").nth(number).click()
    expect(page.get_by_role("status")).to_contain_text("Not saved, 3 changes: there is no connection")
    expect(page.locator(".step--done")).to_have_count(0)
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".tick[value='0']")).to_have_count(3)
    assert Event.objects.filter(kind="step").count() == 3


def test_what_stands_in_the_message_is_pressed_at_the_first_press(page: Page) -> None:
    """Case 2: also where the message stands above, since it would cover what has the focus."""
    page.goto(GIT)
    page.locator("#log-hours").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#log-hours').scrollIntoView({block: 'end', behavior: 'instant'})")
    page.locator("#hours-hours").fill("2")
    page.context.set_offline(True)
    page.locator("#log-hours").click()
    expect(page.locator("#messages.messages--above")).to_contain_text("Not saved")
    page.context.set_offline(False)
    again = page.get_by_role("button", name="Try again").bounding_box()
    page.mouse.move(again["x"] + again["width"] / 2, again["y"] + again["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("#messages")).to_contain_text("noted")
    assert Event.objects.filter(kind="hours").count() == 1


def test_what_failed_is_forgotten_once_the_same_form_was_saved_with_another_value(page: Page) -> None:
    """Case 2: and a failure of something else stands beside the success, not in its place."""
    page.goto(GIT)
    page.locator("#hours-hours").fill("3")
    page.context.set_offline(True)
    page.locator(".tick").first.click()
    page.locator("#log-hours").click()
    expect(page.locator("#messages")).to_contain_text("Not saved, 2 changes")
    page.context.set_offline(False)
    page.locator("#hours-hours").fill("2")
    page.locator("#log-hours").click()
    expect(page.locator("#messages")).to_contain_text("noted")
    expect(page.locator("#messages")).to_contain_text("Not saved: there is no connection")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#messages")).to_contain_text("Ticked")
    expect(page.locator("#messages")).not_to_contain_text("Not saved")


def test_a_tick_that_waits_is_sent_along_when_one_leaves_at_once(page: Page) -> None:
    """Case 3: it was shown as ticked already."""
    page.goto(GIT)
    page.locator("#note-note").fill("Branches are cheap.")
    page.evaluate(
        """() => { for (const control of ["#keep-note", ".tick"]) document.querySelector(control).click();
        location = "/roadmaps/"; }"""
    )
    expect(page).to_have_url(re.compile("/roadmaps/$"))
    is_kept = "html => html.includes('prose') && html.includes('Take back the tick')"
    page.wait_for_function(f"path => fetch(path).then((page) => page.text()).then({is_kept})", arg=GIT)


def test_what_is_pressed_stands_out_in_forced_colours(page: Page) -> None:
    """Case 29: pressed state buttons looked like their neighbours."""
    page.emulate_media(forced_colors="active")
    page.goto(GIT)
    colours = page.locator("[aria-pressed]").evaluate_all(
        "buttons => buttons.map((button) => [button.ariaPressed, getComputedStyle(button).backgroundColor])"
    )
    highlight = page.locator("main").evaluate(
        "main => { main.style.outlineColor = 'Highlight'; return getComputedStyle(main).outlineColor; }"
    )
    pressed, others = (
        {colour for is_pressed, colour in colours if is_pressed == wanted} for wanted in ("true", "false")
    )
    assert pressed == {highlight}
    assert highlight not in others


def test_a_touched_tick_looks_like_its_neighbours_again(page: Page, browser: Browser, live_server, ada: User) -> None:
    """Case 3: `:hover` stuck after a touch and looked saved."""
    context = browser.new_context(base_url=live_server.url, is_mobile=True, has_touch=True, reduced_motion="reduce")
    log_in(context, live_server.url, ada)
    phone = context.new_page()
    phone.goto(GIT)
    phone.route("**/steps/**", lambda route: route.abort())
    with phone.expect_event("requestfailed"):
        phone.locator(".tick").first.tap()
    expect(phone.locator("[aria-busy=true]")).to_have_count(0)
    looks = phone.locator(".tick svg").evaluate_all("signs => signs.map((sign) => getComputedStyle(sign).borderColor)")
    context.close()
    assert len(set(looks)) == 1


def test_ticks_in_a_row_all_count_and_stand_as_after_a_reload(page: Page) -> None:
    page.goto(GIT)
    ids = page.locator(".tick").evaluate_all("ticks => ticks.map((tick) => { tick.click(); return tick.id; })")
    done = page.locator(".tick[value='0']")
    expect(done).to_have_count(len(ids))
    page.reload()
    expect(done).to_have_count(len(ids))

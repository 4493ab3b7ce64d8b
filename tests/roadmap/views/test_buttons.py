"""The buttons of a letter: what opens them, what they do, and that looking does nothing."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Pause, Preferences, User
from roadmap import actions, takeout
from roadmap.calendar import DAY, week_of
from roadmap.digests import buttons, ledger, planner, preview
from roadmap.digests.buttons import Wish
from roadmap.digests.verdicts import Envelope
from roadmap.models import Digest, Enrolment, Event, Roadmap, State
from tests.processes import eventually
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, make_roadmap

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
CLAY = ("pottery", "clay", "wedge")


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> Any:
    """It is Monday at eight, for the database as well."""
    monkeypatch.setattr(ledger, "now", timezone.now)
    with time_machine.travel(MONDAY_8, tick=False) as clock:
        yield clock


@pytest.fixture
def road() -> Roadmap:
    return make_roadmap()


@pytest.fixture
def ann(road: Roadmap) -> User:
    user = make_learner(road)
    Enrolment.objects.all().delete()
    actions.enrol(user=user, roadmap=road, hours_per_week=10, target_on=None, today=TODAY, edition=1)
    return user


@pytest.fixture
def browser() -> Client:
    """Checks CSRF, as the real site does, and has no session."""
    return Client(enforce_csrf_checks=True)


def path(user: User, wish: Wish, *thing: str) -> str:
    return buttons.url(wish, user.pk, *thing).removeprefix("http://waymark.test")


def state(user: User) -> list[Any]:
    """All that a button might change."""
    return [
        *Event.objects.values_list("pk", flat=True),
        *Preferences.objects.filter(user=user).values(),
        *Pause.objects.values_list("starts_on", "until"),
    ]


def undo_fields(page: str) -> dict[str, str]:
    return {"undo": "1", **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))}


WISHES = [(Wish.DONE, CLAY), (Wish.HOURS, CLAY), (Wish.SNOOZE, ()), (Wish.PAUSE, ()), (Wish.DAY, ())]


@pytest.mark.parametrize(("wish", "thing"), WISHES)
def test_looking_changes_nothing(browser: Client, ann: User, wish: Wish, thing: tuple[str, ...]) -> None:
    before = state(ann)
    page = browser.get(path(ann, wish, *thing))
    assert page.status_code == 200
    assert "<form" in page.text
    assert "no-store" in page["Cache-Control"]
    assert browser.head(path(ann, wish, *thing)).status_code == 200
    assert state(ann) == before


POSTS: dict[Wish, dict[str, Any]] = {
    Wish.DONE: {},
    Wish.HOURS: {"hours": "1.5"},
    Wish.SNOOZE: {},
    Wish.PAUSE: {"starts_on": "2026-11-23", "until": "2026-12-21"},
    Wish.DAY: {"digest_weekday": "5", "digest_hour": "9"},
}


@pytest.mark.parametrize(("wish", "thing"), WISHES)
def test_pressing_does_it_without_a_session_and_undo_takes_it_back(
    browser: Client, ann: User, wish: Wish, thing: tuple[str, ...]
) -> None:
    where = path(ann, wish, *thing)
    before = meaning(ann)
    page = browser.post(where, POSTS[wish])
    assert page.status_code == 200
    assert meaning(ann) != before
    again = browser.post(where, undo_fields(page.text))
    assert again.status_code == 200
    assert meaning(ann) == before
    assert "sessionid" not in browser.cookies


def meaning(user: User) -> dict[str, Any]:
    marks = Enrolment.objects.get().progress.values_list("milestone", "ticks", "logged")
    wishes = Preferences.objects.values("digest_weekday", "digest_hour", "snoozed_until", "paused_until").get(user=user)
    return {**wishes, "marks": [mark for mark in marks if mark[1] or mark[2]], "pauses": [*Pause.objects.values()]}


def test_done_ticks_the_step_and_twice_counts_once(browser: Client, ann: User) -> None:
    where = path(ann, Wish.DONE, *CLAY)
    assert "Ticked, in “Know your clay”." in browser.post(where).text
    assert "It counts once." in browser.post(where).text
    assert Enrolment.objects.get().progress.get().ticks == {"wedge": ["2026-11-23", 2.0]}


def test_done_without_a_step_finishes_the_milestone(browser: Client, ann: User) -> None:
    browser.post(path(ann, Wish.DONE, "pottery", "clay", ""))
    assert Enrolment.objects.get().progress.get().state == "done"


def logged(user: User) -> list[float]:
    return [entry[2] for row in Enrolment.objects.get(user=user).progress.all() for entry in row.logged]


def form_of(browser: Client, where: str) -> dict[str, str]:
    """The hidden fields of a form that was opened, as a browser posts them."""
    return {
        **POSTS[Wish.HOURS],
        **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', browser.get(where).text)),
    }


def test_hours_posted_again_count_once_and_can_still_be_taken_back(browser: Client, ann: User) -> None:
    """A double click, a reload of the answer, a proxy that repeats: the second answer is the one that is seen."""
    where = path(ann, Wish.HOURS, *CLAY)
    form = form_of(browser, where)
    browser.post(where, form)
    again = browser.post(where, form).text
    assert "That was said already. It counts once." in again
    assert logged(ann) == [1.5]
    browser.post(where, undo_fields(again))
    assert logged(ann) == []
    for _ in range(2):  # back to the form, which still bears the same name
        browser.post(where, form)
        assert logged(ann) == [1.5]


def test_the_same_form_with_another_figure_corrects_its_entry(browser: Client, ann: User) -> None:
    """Back, three made five, posted: said so, counted once, and undo takes back the correction alone."""
    where = path(ann, Wish.HOURS, *CLAY)
    form = form_of(browser, where)
    for hours, answer in (("3", "3 h for “Know your clay”, noted."), ("5", "Corrected: 5 h for “Know your clay”.")):
        page = browser.post(where, {**form, "hours": hours}).text
        assert answer in page
        assert logged(ann) == [float(hours)]
    again = browser.post(where, {**form, "hours": "5"}).text
    assert "That was said already. It counts once." in again
    assert logged(ann) == [5]
    assert "Taken back." in browser.post(where, undo_fields(again)).text
    assert logged(ann) == [3]
    for hours in ("4", "2.5"):
        browser.post(where, {**form, "hours": hours})
        assert logged(ann) == [float(hours)]


def test_the_same_form_with_another_day_corrects_its_entry(browser: Client, ann: User) -> None:
    where = path(ann, Wish.HOURS, *CLAY)
    form = form_of(browser, where)
    for on in ("2026-11-23", "2026-11-21", "2026-11-21", ""):
        browser.post(where, {**form, "on": on})
    [[_, day, hours]] = Enrolment.objects.get().progress.get().logged
    assert (day, hours) == ("2026-11-21", 1.5)


def test_a_form_posted_again_leaves_what_was_corrected_elsewhere(browser: Client, ann: User) -> None:
    """A reload of the answer says nothing new, so the plan's word stands; another figure is a new word."""
    where = path(ann, Wish.HOURS, *CLAY)
    form = form_of(browser, where)
    browser.post(where, form)
    own = {"enrolment": Enrolment.objects.get(), "milestone": "clay", "today": TODAY, "edition": 1}
    entry = Event.objects.get(kind="hours").pk
    for hours in (4, 0):
        actions.log_hours(**own, hours=hours, corrects=entry)
        browser.post(where, form)
        assert logged(ann) == [hours] * (hours > 0)
    browser.post(where, {**form, "hours": "2"})
    assert logged(ann) == [2]


@pytest.mark.parametrize("times", [1, 2])
def test_the_undo_offered_after_hours_works_however_often_they_were_taken_back(
    browser: Client, ann: User, times: int
) -> None:
    where = path(ann, Wish.HOURS, *CLAY)
    form = form_of(browser, where)
    for _ in range(times + 1):
        browser.post(where, form)
        doubled = browser.post(where, form).text
        assert "It counts once." in doubled
        assert logged(ann) == [1.5]
        assert "Taken back." in browser.post(where, undo_fields(doubled)).text
        assert logged(ann) == []


def test_a_form_that_was_for_another_milestone_neither_corrects_nor_swallows(browser: Client, ann: User) -> None:
    form = form_of(browser, path(ann, Wish.HOURS, *CLAY))
    for slug in ("clay", "bowl", "clay", "bowl"):
        browser.post(path(ann, Wish.HOURS, "pottery", slug, ""), form)
    assert logged(ann) == [1.5, 1.5]


def test_hours_logged_twice_on_purpose_count_twice(browser: Client, ann: User) -> None:
    where = path(ann, Wish.HOURS, *CLAY)
    for _ in range(2):
        browser.post(where, form_of(browser, where))
    assert logged(ann) == [1.5, 1.5]


def test_hours_said_once_are_the_learners_own(browser: Client, ann: User, road: Roadmap) -> None:
    """Somebody else's form, posted as mine, is neither told of nor in the way."""
    form = form_of(browser, path(ann, Wish.HOURS, *CLAY))
    browser.post(path(ann, Wish.HOURS, *CLAY), form)
    bob = make_learner(road, "bob@example.org")
    actions.enrol(user=bob, roadmap=road, hours_per_week=5, target_on=None, today=TODAY, edition=1)
    answer = browser.post(path(bob, Wish.HOURS, *CLAY), form).text
    assert "said already" not in answer
    assert (logged(ann), logged(bob)) == ([1.5], [1.5])


def test_undo_takes_back_nothing_else(browser: Client, ann: User) -> None:
    where = path(ann, Wish.DONE, *CLAY)
    page = browser.post(where).text
    actions.log_hours(enrolment=Enrolment.objects.get(), milestone="clay", hours=3, today=TODAY, edition=1)
    answer = browser.post(where, undo_fields(page))
    assert answer.status_code == 409
    assert "Something else happened since" in answer.text
    assert len(Enrolment.objects.get().progress.get().logged) == 1


def test_undo_posted_again_takes_back_nothing_more(browser: Client, ann: User) -> None:
    actions.mark(enrolment=Enrolment.objects.get(), milestone="bowl", state=State.DOING, today=TODAY, edition=1)
    where = path(ann, Wish.DONE, *CLAY)
    undo = undo_fields(browser.post(where).text)
    assert "Taken back." in browser.post(where, undo).text
    again = browser.post(where, undo)
    assert (again.status_code, "That was taken back already." in again.text) == (200, True)
    assert Enrolment.objects.get().progress.get().milestone == "bowl"


@pytest.mark.parametrize("named", [{"change": "None"}, {}])
def test_undo_of_no_change_is_refused(browser: Client, ann: User, named: dict[str, str]) -> None:
    """Whether there is nothing to undo, or something that the form doesn't name."""
    where = path(ann, Wish.DONE, *CLAY)
    for _ in range(2):
        before = state(ann)
        answer = browser.post(where, {"undo": "1", **named})
        assert (answer.status_code, "Taken back" in answer.text) == (409, False)
        assert state(ann) == before
        browser.post(where)


def test_a_snooze_leaves_out_one_letter_and_says_when_the_next_one_comes(browser: Client, ann: User) -> None:
    assert "The next one comes on Monday, 7 December." in browser.post(path(ann, Wish.SNOOZE)).text
    wishes = Preferences.objects.get(user=ann)
    assert (wishes.snoozed_until, wishes.digest_due_at) == (date(2026, 12, 1), None)


def test_a_snooze_leaves_out_the_letter_that_is_planned_not_a_slot_that_it_passes_over(
    browser: Client, ann: User
) -> None:
    """Another day was chosen just after a letter: five days lie between two, so the next one is a week later."""
    Preferences.objects.filter(user=ann).update(digest_due_at=MONDAY_8 + timedelta(days=9))
    browser.post(path(ann, Wish.SNOOZE))
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 12, 3)


def test_a_snooze_just_after_another_day_was_chosen_skips_a_letter_all_the_same(browser: Client, ann: User) -> None:
    """The next slot is too near to the last letter, so it is the one after it that is left out."""
    last = MONDAY_8 - DAY
    times = {"due_at": last, "next_attempt_at": last, "sent_at": last, "settled_at": last, "expires_at": last + DAY}
    Digest.objects.create(user=ann, period=week_of(last, "UTC"), state="sent", message_id="<last@example.org>", **times)
    page = browser.post(path(ann, Wish.DAY), {"digest_weekday": "2", "digest_hour": "12"}).text
    assert "The next one comes on Wednesday, 2 December." in page
    browser.post(path(ann, Wish.SNOOZE))
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 12, 3)


def test_a_snooze_skips_the_letter_that_waits_and_no_second_one(browser: Client, ann: User) -> None:
    """The mail server asked for patience."""
    Enrolment.objects.update(started_at=MONDAY_8 - 4 * DAY)
    planner.plan_all(MONDAY_8)
    assert "The next one comes on Monday, 30 November." in browser.post(path(ann, Wish.SNOOZE)).text
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 11, 26)
    [claim] = ledger.claim(MONDAY_8, limit=1)
    ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes={claim.id: Envelope("ann@example.org", "")})
    assert (Digest.objects.get().state, Digest.objects.get().reason) == ("skipped", "snoozed")


def test_a_snooze_pressed_again_skips_no_second_letter(browser: Client, ann: User) -> None:
    browser.post(path(ann, Wish.SNOOZE))
    assert "The next one comes on Monday, 7 December." in browser.post(path(ann, Wish.SNOOZE)).text
    assert Preferences.objects.get(user=ann).snoozed_until == date(2026, 12, 1)


@pytest.mark.parametrize("wish", [Wish.SNOOZE, Wish.DAY])
def test_who_gets_no_letters_is_told_so(browser: Client, ann: User, wish: Wish) -> None:
    posted = POSTS.get(wish, {})
    assert "letters are off" not in browser.post(path(ann, wish), posted).text
    Preferences.objects.filter(user=ann).update(digest_enabled=False)
    assert "But letters are off" in browser.post(path(ann, wish), posted).text


def test_another_day_is_said_and_kept(browser: Client, ann: User) -> None:
    page = browser.post(path(ann, Wish.DAY), POSTS[Wish.DAY]).text
    assert "Your letter comes on Saturdays at 9:00." in page
    assert Preferences.objects.get(user=ann).digest_due_at is None


@pytest.mark.parametrize(
    ("wish", "thing", "data"),
    [
        (Wish.HOURS, CLAY, {}),
        (Wish.HOURS, CLAY, {"hours": "0"}),
        (Wish.HOURS, CLAY, {"hours": "1", "on": "2026-11-24"}),
        (Wish.PAUSE, (), {"starts_on": "2026-11-23", "until": "2026-11-23"}),
        (Wish.DAY, (), {"digest_weekday": "7", "digest_hour": "9"}),
        (Wish.DAY, (), {"digest_weekday": "1", "digest_hour": "3"}),
    ],
)
def test_wrong_values_are_422(
    browser: Client, ann: User, wish: Wish, thing: tuple[str, ...], data: dict[str, str]
) -> None:
    before = state(ann)
    assert browser.post(path(ann, wish, *thing), data).status_code == 422
    assert state(ann) == before


def test_a_link_opens_its_own_purpose_and_thing_only(browser: Client, ann: User) -> None:
    token = path(ann, Wish.SNOOZE).split("/")[-2]
    done = path(ann, Wish.DONE, *CLAY).split("/")[-2]
    for wrong in (
        f"/digests/pause/{token}/",
        f"/digests/unsubscribe/{token}/",
        f"/digests/hours/{done}/",
        f"/digests/done/{done.replace('clay', 'bowl')}/",
        f"/digests/done/{done.replace(str(ann.pk), str(ann.pk + 1), 1)}/",
        f"/digests/done/{done[:-1]}/",
        f"/digests/nonsense/{token}/",
        "/digests/done/1/",
    ):
        for answer in (browser.get(wrong), browser.post(wrong)):
            assert answer.status_code == 404
            assert "This link is not complete" in answer.text
            assert 'href="/settings/"' in answer.text
    assert Event.objects.count() == 1


def test_a_link_ends_after_three_weeks(browser: Client, ann: User, monday: Any) -> None:
    where = path(ann, Wish.DONE, *CLAY)
    monday.shift(timedelta(days=21))
    assert browser.get(where).status_code == 200
    monday.shift(timedelta(seconds=1))
    for answer in (browser.get(where), browser.post(where)):
        assert answer.status_code == 410
        assert "done its time" in answer.text
    assert Event.objects.count() == 1


def test_who_is_gone_or_closed_is_410_and_what_is_gone_404(browser: Client, ann: User) -> None:
    where = path(ann, Wish.DONE, *CLAY)
    gone = [browser.post(path(ann, Wish.DONE, "pottery", *thing)) for thing in (("gone", ""), ("clay", "gone"))]
    Enrolment.objects.update(left_at=MONDAY_8)
    for answer in (*gone, browser.post(where)):
        assert answer.status_code == 404
        assert "no longer on your way" in answer.text
    User.objects.update(is_active=False)
    assert browser.post(where).status_code == 410
    takeout.erase(ann)
    assert browser.post(where).status_code == 410


def test_a_retired_milestone_is_refused_with_a_sentence(browser: Client, ann: User, road: Roadmap) -> None:
    edition = road.current_edition
    assert edition is not None
    data = edition.document
    data["milestones"][0]["retired_on"] = "2026-11-22"
    road.editions.create(number=2, document=data, sha256="-")
    road.current_edition = road.editions.get(number=2)
    road.save()
    answer = browser.post(path(ann, Wish.DONE, *CLAY))
    assert answer.status_code == 409
    assert "already retired" in answer.text


@pytest.mark.parametrize("looks", [6, pytest.param(1_000, marks=pytest.mark.slow)])
def test_every_link_of_a_letter_may_be_looked_at(browser: Client, ann: User, looks: int) -> None:
    """As scanners do: GET and HEAD of all of them, many times, and nothing is changed."""
    found = preview.of(ann, MONDAY_8)
    links = set(re.findall(r"http://waymark\.test(/digests/[^\s\"<]+)", found.text + found.html))
    assert len(links) >= 6
    before = state(ann)
    for link in sorted(links) * (looks // 2):
        assert browser.get(link).status_code == 200
        assert browser.head(link).status_code == 200
    assert state(ann) == before


def test_a_button_is_a_sign_of_life_and_a_look_is_none(ann: User, browser: Client) -> None:
    long_ago = TODAY - timedelta(days=30)
    Preferences.objects.filter(user=ann).update(last_seen_on=long_ago)
    browser.get(path(ann, Wish.DONE, *CLAY))
    assert Preferences.objects.get(user=ann).last_seen_on == long_ago
    browser.post(path(ann, Wish.DONE, *CLAY))
    assert Preferences.objects.get(user=ann).last_seen_on == TODAY


@pytest.mark.django_db(transaction=True)
def test_undo_clicked_twice_at_once_takes_back_one_change(ann: User) -> None:
    """Both clicks wait for the same enrolment; the second finds its change gone, and an older one in its place."""
    actions.mark(enrolment=Enrolment.objects.get(), milestone="bowl", state=State.DOING, today=TODAY, edition=1)
    where = path(ann, Wish.DONE, *CLAY)
    undo = undo_fields(Client().post(where).text)
    answers: list[str] = []

    def click() -> None:
        try:
            answers.append(Client().post(where, undo).text)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    with transaction.atomic():
        Enrolment.objects.select_for_update().get()  # something else is under way, so both have to wait
        for thread in threads:
            thread.start()
        assert eventually(lambda: waiting() == 2)
    for thread in threads:
        thread.join()
    assert sorted("It is as it was before." in answer for answer in answers) == [False, True]
    assert sum("That was taken back already." in answer for answer in answers) == 1
    assert [(row.milestone, row.state) for row in Enrolment.objects.get().progress.all()] == [("bowl", "doing")]


def waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees what it saw the first time
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        [count] = cursor.fetchone()
    return int(count)

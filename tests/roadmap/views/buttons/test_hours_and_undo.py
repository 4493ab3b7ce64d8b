"""Hours logged from a letter, and undo: what a page did, and nothing else."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from roadmap import actions
from roadmap.digests.buttons import Wish
from roadmap.models import Enrolment, Event, Roadmap, State
from tests.processes import eventually
from tests.roadmap.digests.conftest import make_learner
from tests.roadmap.views.buttons.conftest import (
    CLAY,
    TODAY,
    form_of,
    logged,
    path,
    state,
    undo_fields,
)

pytestmark = pytest.mark.django_db


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
    for hours, answer in (("3", "3 h for “Know your clay”, noted"), ("5", "3 h became 5 h for “Know your clay”")):
        page = browser.post(where, {**form, "hours": hours}).text.replace("\N{NO-BREAK SPACE}", " ")
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
    assert "changed once more after that" in answer.text
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

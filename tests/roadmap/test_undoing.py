"""Undo takes back what it names, and that alone (case 6)."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection

from roadmap import actions
from roadmap.models import Enrolment, Event
from tests.roadmap.conftest import TODAY

A, B = "linear-algebra", "python-programming"


@pytest.fixture
def do(enrolment):
    """Return a function that calls an action for the learner, today and on edition 1, and returns its change."""

    def act(name, **wish):
        return getattr(actions, name)(**{"enrolment": enrolment, "today": TODAY, "edition": 1} | wish)

    return act


def undone() -> set[str]:
    return {event.data["change"] for event in Event.objects.filter(kind="undone")}


def test_undo_by_name_takes_back_an_older_change_of_something_else(do):
    (a,), (b,) = do("mark", milestone=A, state="done"), do("mark", milestone=B, state="done")
    assert [event.pk for event in do("undo", change=a.change)] == [a.pk]
    assert undone() == {str(a.change)}
    assert str(b.change) not in undone()


def test_undo_of_the_same_change_twice_counts_once(do):
    do("mark", milestone=A, state="done")
    (b,) = do("mark", milestone=B, state="done")
    assert do("undo", change=b.change)
    assert do("undo", change=b.change) == ()
    assert undone() == {str(b.change)}


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_undo_leaves_the_change_before(do):
    do("mark", milestone=A, state="done")
    (b,) = do("mark", milestone=B, state="done")

    def click():
        do("undo", change=b.change)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for click_ in clicks:
        click_.start()
    for click_ in clicks:
        click_.join()
    assert undone() == {str(b.change)}


@pytest.mark.parametrize("later", ["tick", "log_hours", "note", "place"])
def test_a_later_change_of_the_same_milestone_stands_in_the_way_and_is_named(do, document, later):
    (first,) = do("mark", milestone=A, state="doing")
    wishes = {
        "tick": {"milestone": A, "step": document.by_slug[A].steps[0].slug, "done": True},
        "log_hours": {"milestone": A, "hours": 1},
        "note": {"milestone": A, "text": "x", "evidence_url": None},
        "place": {"known": [A, B], "doing": []},
    }
    do(later, **wishes[later])
    with pytest.raises(actions.RefusedError, match=r"Linear algebra.*changed once more after that"):
        do("undo", change=first.change)
    assert not undone()


def test_a_later_choice_in_the_same_group_stands_in_the_way(do):
    (first,) = do("choose", group="cloud-platform", milestone="cloud-google")
    do("choose", group="cloud-platform", milestone="cloud-aws")
    with pytest.raises(actions.RefusedError, match="changed once more"):
        do("undo", change=first.change)


def test_a_later_change_of_the_pace_stands_in_the_way(do, learner, roadmap):
    changes = [
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=hours, target_on=None, today=TODAY, edition=1)
        for hours in (4, 6)
    ]
    with pytest.raises(actions.RefusedError, match="Your hours a week"):
        do("undo", change=changes[0][0].change)
    assert do("undo", change=changes[1][0].change)
    assert do("undo", change=changes[0][0].change)
    assert Enrolment.objects.get().hours_per_week == 10


def test_a_later_change_that_was_taken_back_is_in_nobodys_way(do):
    (first,), (second,) = do("mark", milestone=A, state="doing"), do("mark", milestone=A, state="done")
    do("undo", change=second.change)
    assert do("undo", change=first.change)


def test_enrolling_leaving_and_an_undo_cannot_be_taken_back(do, learner, roadmap):
    enrolled = Event.objects.get()
    with pytest.raises(actions.RefusedError):
        do("undo", change=enrolled.change)
    (left,) = do("leave")
    with pytest.raises(actions.RefusedError):
        do("undo", change=left.change)


def test_a_change_of_nobodys_is_unknown(do):
    with pytest.raises(actions.UnknownError):
        do("undo", change=uuid.uuid4())


class TestPage:
    UNDO = "/roadmaps/ml-architect/undo/"

    def test_it_says_what_it_took_back_and_the_second_time_that_nothing_is_left(self, me, do):
        (event,) = do("mark", milestone=A, state="done")
        first = me.post(self.UNDO, {"change": event.change}, follow=True)
        assert "Taken back:" in first.text
        second = me.post(self.UNDO, {"change": event.change}, follow=True)
        assert "That was taken back already." in second.text
        assert len(undone()) == 1

    def test_a_conflict_is_409_with_the_reason(self, me, do):
        (event,) = do("mark", milestone=A, state="doing")
        do("mark", milestone=A, state="done")
        answer = me.post(self.UNDO, {"change": event.change})
        assert answer.status_code == 409
        assert "changed once more after that" in answer.text

    def test_a_stranger_s_change_is_404_and_nonsense_is_422(self, me, do):
        do("mark", milestone=A, state="doing")
        assert me.post(self.UNDO, {"change": uuid.uuid4()}).status_code == 404
        assert me.post(self.UNDO, {"change": "nonsense"}).status_code == 422
        assert not undone()

    def test_without_a_name_it_takes_back_my_last_change_and_then_the_one_before(self, me, do):
        changes = [do("mark", milestone=slug, state="doing")[0].change for slug in (A, B)]
        me.post(self.UNDO)
        assert undone() == {str(changes[1])}
        me.post(self.UNDO)
        assert undone() == {str(change) for change in changes}

    def test_the_button_names_the_change_and_what_it_was(self, me, do):
        (event,) = do("mark", milestone=A, state="done")
        page = me.get("/roadmaps/ml-architect/").text
        assert f'name="change" value="{event.change}"' in page
        button = page.split('id="undo-ml-architect"')[1].split("</button>")[0]
        assert "Linear algebra" in button
        assert "as done" in button

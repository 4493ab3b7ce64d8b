"""How far back a letter looks: what was done is told once, and nothing is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Preferences, User
from roadmap import actions
from roadmap.calendar import DAY, WEEK
from roadmap.digests import briefs, resolution, words
from roadmap.digests.contents import Data
from roadmap.models import Digest, Enrolment, Roadmap, State
from tests.roadmap.digests.conftest import MONDAY_8, make_roadmap, published, said, says, sent, steps_of, tick
from tests.roadmap.digests.test_news import publish
from tests.smtp import Sink

MONDAY = MONDAY_8.date()
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("clock", [-DAY, timedelta(0), timedelta(minutes=5)])
@pytest.mark.parametrize("late", [-DAY, timedelta(0), 2 * DAY])
def test_what_was_done_about_the_hour_of_a_letter_is_told_once(
    walker: User, smtp: Sink, late: timedelta, clock: timedelta
) -> None:
    """What was ticked before a letter left was told in it, what came after it was not, by any clock of the web's."""
    last = MONDAY_8 - WEEK
    tick("wedge", on=last.date())
    said(last - timedelta(minutes=1) + clock)
    assert steps_of(says(walker, last)) == ["Wedge ten lumps"]
    sent(walker, last)
    quiet = says(walker, MONDAY_8 + late)
    assert steps_of(quiet) == []
    assert quiet["opening"] == words.turned(words.QUIET, (MONDAY_8 + late).date())
    tick("fire", on=last.date())
    said(last + timedelta(minutes=1) + clock)
    assert steps_of(says(walker, MONDAY_8 + late)) == ["Fire a test tile"]


def test_hours_that_were_told_are_told_again_only_by_what_was_added(walker: User, smtp: Sink) -> None:
    enrolment = Enrolment.objects.get()
    on = {"milestone": "clay", "today": MONDAY, "edition": 1}
    [first] = actions.log_hours(enrolment=enrolment, hours=2, on=MONDAY - WEEK, **on)
    sent(walker, MONDAY_8 - WEEK)
    actions.log_hours(enrolment=enrolment, hours=5, on=MONDAY - WEEK, corrects=first.pk, **on)
    assert says(walker)["parts"][0]["worked"]["milestones"][0]["logged"] == {"hours": "3 h"}
    actions.log_hours(enrolment=enrolment, hours=1, on=MONDAY - WEEK, corrects=first.pk, **on)
    assert says(walker)["parts"][0]["worked"] is None
    actions.log_hours(enrolment=enrolment, hours=0.5, on=MONDAY - DAY, **on)
    assert says(walker)["parts"][0]["worked"]["milestones"][0]["logged"] == {"hours": "0.5 h"}


def test_what_is_dated_back_for_months_is_told_of_as_put_in_order(walker: User, smtp: Sink) -> None:
    sent(walker, MONDAY_8 - WEEK)
    today = {"today": MONDAY, "edition": 1}
    enrolment = Enrolment.objects.get()
    assert says(walker)["opening"] == words.turned(words.AHEAD, MONDAY)
    actions.log_hours(enrolment=enrolment, milestone="clay", hours=2, on=MONDAY - 6 * WEEK, **today)
    actions.mark(enrolment=enrolment, milestone="bowl", state=State.DONE, on=MONDAY - 6 * WEEK, **today)
    assert says(walker)["parts"][0]["worked"] is None
    assert says(walker)["opening"] == words.turned(words.CHANGED, MONDAY)
    actions.log_hours(enrolment=enrolment, milestone="clay", hours=1, on=MONDAY - 8 * DAY, **today)
    assert says(walker)["parts"][0]["worked"]["milestones"][0]["logged"] == {"hours": "1 h"}


@pytest.mark.parametrize("weeks", [2, 3, 5])
def test_after_weeks_without_a_letter_the_next_one_tells_of_all_of_them(walker: User, smtp: Sink, weeks: int) -> None:
    """Skipped, another day, not sent for days: four weeks at most, else only the last one."""
    Enrolment.objects.update(started_at=MONDAY_8 - 9 * WEEK)
    sent(walker, MONDAY_8 - weeks * WEEK)
    day = MONDAY_8 - weeks * WEEK + DAY
    tick("wedge", on=day.date())
    said(day)
    now = says(walker)
    assert steps_of(now) == (["Wedge ten lumps"] if weeks < 5 else [])
    if weeks < 5:
        assert now["opening"] == words.turned(words.WORKED_LONGER, MONDAY).format("2 h")
        assert now["heading"] == "How far you came"
    else:  # what a letter named so long ago is not counted
        tick("fire")
        assert says(walker)["subject"].startswith("1 step done")


def test_what_a_letter_told_that_did_not_arrive_is_told_again(walker: User, smtp: Sink) -> None:
    """Also where the next one was worked out before that was known."""
    sent(walker, MONDAY_8 - 2 * WEEK)
    tick("wedge", on=MONDAY - WEEK)
    said(MONDAY_8 - WEEK - timedelta(hours=1))
    sent(walker, MONDAY_8 - WEEK)
    doubtful = Digest.objects.latest("period")
    Digest.objects.filter(pk=doubtful.pk).update(state=Digest.State.UNCERTAIN)
    Preferences.objects.update(digest_due_at=MONDAY_8)
    assert briefs.prepare(MONDAY_8 - timedelta(minutes=30)) == 1
    assert steps_of(says(walker)) == []
    resolution.give_up(digests=[doubtful.pk], found_by="the reader", now=MONDAY_8)
    assert steps_of(says(walker)) == ["Wedge ten lumps"]


def test_a_question_in_between_costs_nothing_of_what_is_told(walker: User, smtp: Sink) -> None:
    sent(walker, MONDAY_8 - 2 * WEEK)
    tick("wedge", on=MONDAY - WEEK - DAY)
    said(MONDAY_8 - WEEK - DAY)
    Preferences.objects.update(last_seen_on=MONDAY - 6 * WEEK)
    sent(walker, MONDAY_8 - WEEK)
    assert Digest.objects.latest("period").kind == Digest.Kind.QUESTION
    assert steps_of(says(walker, MONDAY_8 + timedelta(hours=2))) == ["Wedge ten lumps"]


def test_the_first_letter_tells_of_everything_since_the_beginning(ann: User) -> None:
    """Who begins on a Friday has the first letter ten days later."""
    began = MONDAY_8 - timedelta(days=9, hours=23)
    Enrolment.objects.all().delete()
    road = Roadmap.objects.get()
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=began.date(), edition=1)
    said(began + timedelta(milliseconds=3))
    Enrolment.objects.update(started_at=began)
    tick("wedge", on=began.date())
    said(began + timedelta(hours=1))
    assert steps_of(says(ann)) == ["Wedge ten lumps"]
    assert says(ann)["subject"].startswith("1 step done")  # no letter named any, so none is counted


def follow_another(user: User) -> None:
    """Let the reader follow a second roadmap, which is what their letters are about meanwhile."""
    other = make_roadmap(slug="glazing", title="Glazing")
    begun = (MONDAY_8 - 3 * WEEK).date()
    actions.enrol(user=user, roadmap=other, hours_per_week=10, target_on=None, today=begun, edition=1)
    said(MONDAY_8 - 3 * WEEK)
    Enrolment.objects.update(started_at=MONDAY_8 - 3 * WEEK)


def pottery() -> Enrolment:
    return Enrolment.objects.get(roadmap__slug="pottery")


def done_before(moment: datetime) -> None:
    today = moment.date() - DAY
    actions.mark(enrolment=pottery(), milestone="clay", state=State.DONE, today=today, edition=1)
    said(moment - DAY)


def of_pottery(data: Data) -> list[str]:
    [part] = [part for part in data["parts"] if part["roadmap"] == "pottery"]
    return [milestone["title"] for milestone in part["worked"]["milestones"]] if part["worked"] else []


def test_what_was_told_before_one_left_for_a_while_is_not_told_again(walker: User, smtp: Sink) -> None:
    follow_another(walker)
    done_before(MONDAY_8 - 2 * WEEK)
    assert of_pottery(says(walker, MONDAY_8 - 2 * WEEK)) == ["Know your clay"]
    sent(walker, MONDAY_8 - 2 * WEEK)
    actions.leave(enrolment=pottery(), today=MONDAY - 2 * WEEK, edition=1)
    sent(walker, MONDAY_8 - WEEK)
    road = Roadmap.objects.get(slug="pottery")
    actions.enrol(user=walker, roadmap=road, hours_per_week=10, target_on=None, today=MONDAY - WEEK, edition=1)
    assert of_pottery(says(walker)) == []


def test_what_was_told_before_a_roadmap_was_withdrawn_for_a_while_is_not_told_again(walker: User, smtp: Sink) -> None:
    follow_another(walker)
    done_before(MONDAY_8 - 2 * WEEK)
    sent(walker, MONDAY_8 - 2 * WEEK)
    Roadmap.objects.filter(slug="pottery").update(withdrawn_at=MONDAY_8 - 2 * WEEK + DAY)
    sent(walker, MONDAY_8 - WEEK)
    Roadmap.objects.update(withdrawn_at=None)
    assert of_pottery(says(walker)) == []


def test_what_was_done_just_before_one_left_is_told_when_one_is_back(walker: User, smtp: Sink) -> None:
    """Although the letter in between knew of something later, elsewhere."""
    follow_another(walker)
    sent(walker, MONDAY_8 - 2 * WEEK)
    done_before(MONDAY_8 - 2 * WEEK + 2 * DAY)
    actions.leave(enrolment=pottery(), today=MONDAY - 2 * WEEK + DAY, edition=1)
    glazing = Enrolment.objects.get(roadmap__slug="glazing")
    day = MONDAY - 2 * WEEK + DAY
    actions.tick(enrolment=glazing, milestone="clay", step="wedge", done=True, today=day, edition=1)
    sent(walker, MONDAY_8 - WEEK)
    road = Roadmap.objects.get(slug="pottery")
    actions.enrol(user=walker, roadmap=road, hours_per_week=10, target_on=None, today=MONDAY - WEEK, edition=1)
    assert of_pottery(says(walker)) == ["Know your clay"]


def test_what_is_told_between_the_look_and_the_reading_is_told_once(
    walker: User, smtp: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The brief's rows are read, then a tick comes, then the events are read: the letter knows of what it tells."""
    read = briefs.read

    def ticked_in_between(*about: Any) -> Any:
        monkeypatch.undo()
        tick("wedge")
        return read(*about)

    monkeypatch.setattr(briefs, "read", ticked_in_between)
    sent(walker, MONDAY_8 - WEEK)
    assert "Wedge ten lumps" in smtp.letters[0].message.get_body(("plain",)).get_content()
    assert steps_of(says(walker)) == []


def test_an_edition_that_counts_more_hours_is_nobodys_work(walker: User, smtp: Sink) -> None:
    done_before(MONDAY_8 - WEEK)
    sent(walker, MONDAY_8 - WEEK)
    publish(Roadmap.objects.get(), effort_hours={"low": 60, "likely": 60, "high": 60}, steps=[])
    published(1, MONDAY_8 - 9 * WEEK)
    published(2, MONDAY_8 - 5 * DAY)
    actions.log_hours(enrolment=pottery(), milestone="clay", hours=1, on=MONDAY - DAY, today=MONDAY, edition=2)
    assert says(walker)["opening"] == words.turned(words.LOGGED, MONDAY).format("1 h")

"""What a letter says, word by word."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from accounts.models import Pause, Preferences, User
from roadmap import actions
from roadmap.calendar import DAY, WEEK
from roadmap.digests import briefs, ledger, planner, resolution, sender, transport, words
from roadmap.digests.contents import Data, reference
from roadmap.digests.letter import TITLE_LENGTH, short
from roadmap.document import from_data
from roadmap.models import Digest, Enrolment, Event, Roadmap, State
from tests.roadmap.digests.conftest import EDITION, MONDAY_8, letters_of, make_roadmap
from tests.roadmap.digests.test_compose import composed, part
from tests.smtp import Sink

MONDAY = MONDAY_8.date()
OPENINGS = (
    *(words.WORKED_HOURS, words.WORKED_LONGER, words.WORKED, words.CHANGED),
    *(words.QUIET, words.AHEAD, words.FINISHED),
)
WHEELS = (*OPENINGS, words.QUESTIONS, words.NEXT, words.TICKED, words.WAITING)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Linear algebra", "Linear algebra"),
        (
            "Read and try out commits, history, undoing changes, remotes and tags",
            "Read and try out commits, history, undoing changes…",
        ),
    ],
)
def test_a_long_title_ends_at_a_word_without_a_dangling_comma(title: str, shown: str) -> None:
    assert short(title) == shown
    assert len(short(title)) <= TITLE_LENGTH + 1


@pytest.mark.parametrize("wheel", WHEELS)
def test_no_sentence_comes_twice_in_a_row_in_ten_years_of_weeks(wheel: tuple[str, ...]) -> None:
    weeks = [words.turned(wheel, MONDAY + number * WEEK) for number in range(520)]
    assert all(one != next_one for one, next_one in pairwise(weeks))
    assert set(weeks) == set(wheel)


def test_a_week_has_one_sentence_from_monday_to_sunday() -> None:
    assert len({words.turned(words.QUESTIONS, MONDAY + number * DAY) for number in range(7)}) == 1
    assert words.turned(words.QUESTIONS, MONDAY - DAY) != words.turned(words.QUESTIONS, MONDAY)


@pytest.mark.parametrize("openings", OPENINGS)
def test_opening_question_and_subject_together_come_again_after_210_weeks_at_the_earliest(
    openings: tuple[str, ...],
) -> None:
    wheels = (openings, words.QUESTIONS, words.NEXT)
    weeks = [MONDAY + number * WEEK for number in range(210)]
    assert len({tuple(words.turned(wheel, on) for wheel in wheels) for on in weeks}) == 210


def says(user: User, now: Any = MONDAY_8) -> Data:
    _, data = briefs.of([user.pk], now)[user.pk]
    assert data is not None
    return data


def said(at: datetime) -> None:
    """Let what was told last have been told at that moment; only the trigger minds, so it is off."""
    event = Event.objects.latest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE roadmap_event SET at = %s WHERE id = %s", [at, event.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.fixture
def walker(ann: User) -> User:
    """Ann, who said three weeks ago that she begins."""
    Enrolment.objects.all().delete()
    road = Roadmap.objects.get()
    begun = MONDAY - 3 * WEEK
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=begun, edition=1)
    said(MONDAY_8 - 3 * WEEK)
    Enrolment.objects.update(started_at=MONDAY_8 - 3 * WEEK)
    return ann


def tick(step: str, milestone: str = "clay", on: date = MONDAY - DAY) -> None:
    actions.tick(enrolment=Enrolment.objects.get(), milestone=milestone, step=step, done=True, today=on, edition=1)


@pytest.mark.django_db
def test_the_subject_counts_what_last_weeks_letter_named(walker: User, smtp: Sink) -> None:
    sent(walker, MONDAY_8 - WEEK)
    assert says(walker, MONDAY_8 - WEEK)["parts"][0]["next"]["steps"][1]["title"] == "Fire a test tile"
    tick("wedge")
    assert says(walker)["subject"] == "1 of 2 done, next: Know your clay, 4 h"
    tick("fire")
    assert says(walker)["subject"] == "2 of 2 done, is Know your clay done?"
    actions.mark(enrolment=Enrolment.objects.get(), milestone="clay", state=State.DONE, today=MONDAY, edition=1)
    assert says(walker)["subject"] == "Know your clay done, next: Throw a bowl, 10 h"


def sent(user: User, now: datetime) -> None:
    """Let the letter of that moment be sent."""
    Preferences.objects.filter(user=user).update(digest_due_at=now)
    planner.plan_all(now)
    with transport.from_settings() as wire:
        settled, _ = sender.drain(wire, clock=lambda: now)
    assert settled[Digest.State.SENT] == 1


def steps_of(data: Data) -> list[str]:
    """The titles of what was ticked."""
    worked = data["parts"][0]["worked"]
    return [step["title"] for milestone in worked["milestones"] for step in milestone["steps"]] if worked else []


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_a_question_in_between_costs_nothing_of_what_is_told(walker: User, smtp: Sink) -> None:
    sent(walker, MONDAY_8 - 2 * WEEK)
    tick("wedge", on=MONDAY - WEEK - DAY)
    said(MONDAY_8 - WEEK - DAY)
    Preferences.objects.update(last_seen_on=MONDAY - 6 * WEEK)
    sent(walker, MONDAY_8 - WEEK)
    assert Digest.objects.latest("period").kind == Digest.Kind.QUESTION
    assert steps_of(says(walker, MONDAY_8 + timedelta(hours=2))) == ["Wedge ten lumps"]


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_how_far_somebody_came_counts_what_was_finished(walker: User, smtp: Sink) -> None:
    """Known is nothing done, and finishing counts for all that was left."""
    sent(walker, MONDAY_8 - WEEK)
    enrolment = Enrolment.objects.get()
    actions.mark(enrolment=enrolment, milestone="bowl", state=State.KNOWN, today=MONDAY, edition=1)
    assert says(walker)["opening"] == words.turned(words.CHANGED, MONDAY)
    tick("wedge")
    actions.mark(enrolment=enrolment, milestone="clay", state=State.DONE, today=MONDAY, edition=1)
    actions.mark(enrolment=enrolment, milestone="bowl", state=State.TODO, today=MONDAY, edition=1)
    assert says(walker)["opening"] == words.turned(words.WORKED_HOURS, MONDAY).format("6 h")


@pytest.mark.django_db
def test_the_stage_at_hand_has_a_date_in_words_and_why_it_moved(walker: User) -> None:
    outlook = says(walker)["parts"][0]["outlook"]
    assert outlook["stage"] == "Basics"
    assert outlook["when"] in {"December 2026", "January 2027", "February 2027"}
    assert re.match(r"\d+ weeks later, because less got done than", outlook["why"]["reasons"])
    text = " ".join(part(composed(), "plain").split())
    assert (
        f"At your pace you finish “Basics” around {outlook['when']}. That moved: {outlook['why']['reasons']}." in text
    )


@pytest.mark.django_db
def test_who_began_this_week_hears_of_no_move(ann: User) -> None:
    assert says(ann)["parts"][0]["outlook"]["why"] is None


@pytest.mark.django_db
def test_the_question_leads_to_the_note_of_what_comes_next(ann: User) -> None:
    message = composed()
    question = words.turned(words.QUESTIONS, MONDAY)
    link = "http://waymark.test/roadmaps/pottery/milestones/clay/#note"
    for kind in ("plain", "html"):
        assert link in part(message, kind)
    assert question in part(message, "plain")


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [0, 1])
def test_two_letters_in_a_row_are_headed_open_and_ask_differently(walker: User, hours: float) -> None:
    """Also where the weeks are alike: nothing done, or the same hours of a long milestone."""
    enrolment = Enrolment.objects.get()
    actions.mark(enrolment=enrolment, milestone="clay", state=State.KNOWN, today=MONDAY - 3 * WEEK, edition=1)
    said(MONDAY_8 - 3 * WEEK)
    letters = []
    for now in (MONDAY_8 - WEEK, MONDAY_8):
        if hours:
            on = now.date() - DAY
            actions.log_hours(enrolment=enrolment, milestone="bowl", hours=hours, on=on, today=MONDAY, edition=1)
            said(now - DAY)
        letters.append(says(walker, now))
    one, other = letters
    assert one["subject"] != other["subject"]
    assert one["opening"] != other["opening"]
    assert one["question"]["text"] != other["question"]["text"]


@pytest.mark.django_db
def test_a_step_that_names_no_resource_has_one_to_look_things_up_in(walker: User) -> None:
    """What the step before it was done with, where there is one."""
    tick("wedge")
    [step] = says(walker)["parts"][0]["next"]["steps"]
    assert step["title"] == "Fire a test tile"
    assert step["resource"] | {"kind": ""} == {
        "use": "To look things up",
        "title": "Wedging & kneading",
        "url": "https://clay.example/wedge",
        "kind": "",
    }
    assert "To look things up: Wedging & kneading (to watch, free)\n" in part(composed(), "plain")


def test_a_free_resource_of_an_earlier_step_comes_before_others() -> None:
    edition: dict[str, Any] = EDITION
    clay, bowl = edition["milestones"]
    wedging = clay["resources"][0]
    glaze = {**wedging, "url": "https://clay.example/glaze", "title": "Glazes"}

    def helps(*resources: dict[str, Any]) -> str | None:
        made = from_data({**edition, "milestones": [{**clay, "resources": resources}, bowl]}).by_slug["clay"]
        found = reference(made, made.steps[1])
        return found and found.title

    assert helps(glaze, wedging) == "Wedging & kneading"
    assert helps(glaze, {**wedging, "free": False}) == "Glazes"
    assert helps({**glaze, "free": False}, {**wedging, "free": False}) == "Wedging & kneading"
    assert helps() is None


@pytest.mark.django_db
@pytest.mark.parametrize(("starts_on", "until", "skip"), [(0, 1, "paused"), (-3, 4, "paused"), (1, 5, ""), (-9, 0, "")])
def test_a_pause_made_after_planning_keeps_its_letters_away(ann: User, starts_on: int, until: int, skip: str) -> None:
    planner.plan_all(MONDAY_8)
    Pause.objects.create(user=ann, starts_on=MONDAY + starts_on * DAY, until=MONDAY + until * DAY)
    assert says(ann)["skip"] == skip
    ready, verdicts = letters_of(ledger.claim(MONDAY_8, limit=1), MONDAY_8)
    assert [verdict.reason for verdict in verdicts] == ([skip] if skip else [])
    assert bool(ready) == (not skip)


@pytest.mark.django_db
def test_next_steps_follow_the_plans_order(db: None) -> None:
    """What the document names first has months to spare; what comes next in it decides when the end is reached."""
    long = {"low": 90, "likely": 90, "high": 90}
    parts = [
        {"slug": "short", "stage": "basics", "title": "Short", "effort_hours": {"low": 20, "likely": 20, "high": 20}},
        {"slug": "root", "stage": "basics", "title": "Root", "effort_hours": {"low": 20, "likely": 20, "high": 20}},
        {"slug": "tree", "stage": "basics", "title": "Tree", "effort_hours": long, "prerequisites": ["root"],
         "elapsed_months": {"low": 9, "likely": 12, "high": 15}},
    ]  # fmt: skip
    road = make_roadmap(milestones=parts)
    user = User.objects.create_user("bea@example.org")
    Enrolment.objects.create(user=user, roadmap=road, hours_per_week=10, started_on=MONDAY)
    assert says(user)["subject"].startswith("Next: Root")

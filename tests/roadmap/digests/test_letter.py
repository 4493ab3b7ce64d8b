"""What a letter says, word by word."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client

from accounts.models import Pause, User
from roadmap import actions, queries
from roadmap.calendar import DAY, WEEK
from roadmap.digests import ledger, planner, words
from roadmap.digests.contents import reference
from roadmap.digests.letter import TITLE_LENGTH, clean, short
from roadmap.document import from_data
from roadmap.models import Enrolment, State
from roadmap.views.outlook import outlook
from tests.roadmap.digests.conftest import (
    EDITION,
    MONDAY_8,
    letters_of,
    make_roadmap,
    said,
    says,
    sent,
    tick,
)
from tests.roadmap.digests.test_compose import composed, part
from tests.roadmap.digests.test_news import publish
from tests.smtp import Sink

MONDAY = MONDAY_8.date()


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


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u202eb\u200bc", "a b c"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_title_keeps_what_joins_its_letters_and_no_more(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.django_db
def test_the_subject_counts_what_last_weeks_letter_named(walker: User, smtp: Sink) -> None:
    sent(walker, MONDAY_8 - WEEK)
    assert says(walker, MONDAY_8 - WEEK)["parts"][0]["next"]["steps"][1]["title"] == "Fire a test tile"
    tick("wedge")
    assert says(walker)["subject"] == "1 of 2 done, next: Know your clay, 4 h"
    tick("fire")
    assert says(walker)["subject"] == "2 of 2 done, is “Know your clay” done?"
    actions.mark(enrolment=Enrolment.objects.get(), milestone="clay", state=State.DONE, today=MONDAY, edition=1)
    assert says(walker)["subject"] == "“Know your clay” done, next: Throw a bowl, 10 h"


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
def test_hours_that_earn_nothing_are_named_all_the_same(walker: User, smtp: Sink) -> None:
    """They went into a step that was ticked already."""
    tick("wedge")
    sent(walker, MONDAY_8 - WEEK)
    actions.log_hours(
        enrolment=Enrolment.objects.get(),
        milestone="clay",
        step="wedge",
        hours=1.5,
        on=MONDAY - DAY,
        today=MONDAY,
        edition=1,
    )
    assert says(walker)["opening"] == words.turned(words.LOGGED, MONDAY).format("1.5 h")


@pytest.mark.django_db
def test_the_stage_at_hand_has_a_date_in_words_and_why_it_moved(walker: User) -> None:
    tick("wedge", on=MONDAY - 3 * WEEK)
    said(MONDAY_8 - 3 * WEEK)
    outlook = says(walker)["parts"][0]["outlook"]
    assert outlook["stage"] == "Basics"
    assert outlook["when"] in {"December 2026", "January 2027", "February 2027"}
    assert re.fullmatch(
        r"“Basics” is likely finished \d+ weeks later than it looked when you began, "
        r"because less got done than your plan counts on\.",
        outlook["why"]["reasons"],
    )
    text = " ".join(part(composed(), "plain").split())
    lead = words.turned(words.OUTLOOK, MONDAY).format("Basics")
    assert f"{lead} {outlook['when']}. {outlook['why']['reasons']} A few good weeks" in text


@pytest.mark.django_db
def test_page_and_letter_tell_the_same_moves_in_the_same_words(walker: User) -> None:
    """Case 22: of the same subject, which the sentence names."""
    tick("wedge", on=MONDAY - 3 * WEEK)
    said(MONDAY_8 - 3 * WEEK)
    with time_machine.travel(MONDAY_8, tick=False):
        [journey] = queries.journeys(walker)
        shown = outlook(journey, queries.a_week_ago([journey]).get(journey.enrolment.pk))
        assert shown is not None
        assert " ".join(shown.why) == says(walker)["parts"][0]["outlook"]["why"]["reasons"] != ""


@pytest.mark.django_db
def test_a_move_that_the_last_letter_told_is_not_told_again_while_it_lasts(walker: User, smtp: Sink) -> None:
    """Case 22: on the page it stands as long as it is true."""
    Enrolment.objects.update(started_on=MONDAY - 5 * WEEK)
    tick("wedge", on=MONDAY - 3 * WEEK)
    said(MONDAY_8 - 3 * WEEK)
    first = says(walker, MONDAY_8 - WEEK)["parts"][0]["outlook"]
    sent(walker, MONDAY_8 - WEEK)
    assert "less got done" in first["why"]["reasons"]
    assert says(walker, MONDAY_8)["parts"][0]["outlook"]["why"] is None


@pytest.mark.django_db
def test_who_has_not_begun_is_told_of_no_delay(walker: User) -> None:
    assert says(walker)["parts"][0]["outlook"]["why"] is None


@pytest.mark.django_db
def test_what_was_taken_back_is_not_called_slowness(walker: User, smtp: Sink) -> None:
    tick("wedge", on=MONDAY - WEEK)
    enrolment = Enrolment.objects.get()
    mark = {"enrolment": enrolment, "milestone": "bowl", "today": MONDAY, "edition": 1}
    actions.mark(state=State.DONE, **mark)
    sent(walker, MONDAY_8 - WEEK)
    actions.mark(state=State.TODO, **mark)
    why = says(walker)["parts"][0]["outlook"]["why"]
    assert re.fullmatch(
        r"“Basics” is likely finished \d+ weeks later, because something that .* again\.", why["reasons"]
    )
    assert why["comfort"] == ""  # a few good weeks would not do


@pytest.mark.django_db
def test_a_finished_roadmap_takes_no_step_and_no_words_from_the_others(walker: User, smtp: Sink) -> None:
    """Once a letter has told of its end."""
    other = make_roadmap(slug="glazing", title="Glazing")
    pottery = Enrolment.objects.get()
    actions.enrol(user=walker, roadmap=other, hours_per_week=3, target_on=None, today=MONDAY - 3 * WEEK, edition=1)
    Enrolment.objects.update(started_at=MONDAY_8 - 3 * WEEK)
    for milestone, state in (("clay", State.KNOWN), ("bowl", State.SKIPPED)):
        today = MONDAY - WEEK
        actions.mark(enrolment=pottery, milestone=milestone, state=state, today=today, edition=1)
    assert [part["roadmap"] for part in says(walker, MONDAY_8 - WEEK)["parts"]] == ["pottery", "glazing"]
    sent(walker, MONDAY_8 - WEEK)
    [part] = says(walker)["parts"]
    assert part["roadmap"] == "glazing"
    assert len(part["next"]["steps"]) == 2  # all that is open; of two roadmaps each would name one


@pytest.mark.django_db
def test_a_stage_that_ends_is_said_to(ann: User, smtp: Sink) -> None:
    stages = [{"slug": "basics", "title": "Basics"}, {"slug": "trade", "title": "Trade"}]
    clay, bowl = EDITION["milestones"]
    road = make_roadmap(slug="two", stages=stages, milestones=[clay, {**bowl, "stage": "trade"}])
    Enrolment.objects.all().delete()
    begun = MONDAY - 3 * WEEK
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=begun, edition=1)
    said(MONDAY_8 - 3 * WEEK)
    Enrolment.objects.update(started_at=MONDAY_8 - 3 * WEEK)
    sent(ann, MONDAY_8 - WEEK)
    tick("wedge")
    assert says(ann)["parts"][0]["worked"]["stages"] == []
    actions.mark(enrolment=Enrolment.objects.get(), milestone="clay", state=State.DONE, today=MONDAY, edition=1)
    assert says(ann)["parts"][0]["worked"]["stages"] == [{"title": "Basics"}]
    message = composed()
    assert "And with that the stage “Basics” is behind you." in part(message, "plain")
    assert "is behind you." in part(message, "html")


@pytest.mark.django_db
def test_more_than_the_last_letter_named_is_counted_whole(walker: User, smtp: Sink) -> None:
    sent(walker, MONDAY_8 - WEEK)
    tick("wedge")
    tick("fire")
    tick("centre", "bowl")
    assert says(walker)["subject"].startswith("3 steps done, ")


@pytest.mark.django_db
def test_who_began_this_week_hears_of_no_move(ann: User) -> None:
    assert says(ann)["parts"][0]["outlook"]["why"] is None


@pytest.mark.django_db
def test_the_question_leads_to_the_note_of_what_comes_next(ann: User) -> None:
    message = composed()
    question = words.turned(words.QUESTIONS, MONDAY)
    link = "http://waymark.test/roadmaps/pottery/milestones/clay/?to=note#note"
    for kind in ("plain", "html"):
        assert link in part(message, kind)
    assert question in part(message, "plain")


@pytest.mark.django_db
def test_who_answers_in_the_note_logs_in_and_comes_to_it(ann: User, client: Client) -> None:
    """Case 25: the link of the letter, and that of a letter of before, in a browser without a session."""
    place = "/roadmaps/pottery/milestones/clay/"
    link = re.search(r"http://waymark\.test(\S+)#note", part(composed(), "plain"))
    assert link
    answer = client.get(link[1])
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={quote(place, safe='')}%23note")
    ann.set_password("a long one indeed")
    ann.save()
    logged_in = client.post(answer["Location"], {"login": ann.email, "password": "a long one indeed"})
    assert logged_in["Location"] == f"{place}#note"
    assert 'id="note"' in client.get(link[1]).text
    client.logout()
    before = client.get(place).text
    assert 'id="note"' in before
    assert f'href="/accounts/login/?next={place}%23note"' in before


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


@pytest.mark.django_db
def test_beyond_fifteen_years_a_letter_names_no_year(walker: User) -> None:
    """Case 22."""
    Enrolment.objects.update(hours_per_week=0.5)
    publish(Enrolment.objects.get().roadmap, effort_hours={"low": 300, "likely": 400, "high": 500}, steps=[])
    outlook = says(walker)["parts"][0]["outlook"]
    assert (outlook["lead"], outlook["when"]) == ("At your pace the end of “Basics” is", "more than 15 years away")

"""Hours put in: counted once (case 4), wherever somebody is (case 5), seen at once (case 10), a finish too (case 8)."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import Preferences
from roadmap import actions, queries
from roadmap.calendar import monday_of
from roadmap.models import Enrolment, Event
from roadmap.planning import worked_since
from tests.roadmap.conftest import TODAY

SLUG = "linear-algebra"
PAGE = f"/roadmaps/ml-architect/milestones/{SLUG}/"
HOURS = f"{PAGE}hours/"
EAST, WEST = "Pacific/Kiritimati", "Pacific/Niue"


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of the form for new hours."""
    form = page.split('id="log-hours"', maxsplit=1)[0].rsplit("<form", 1)[1]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def entries() -> list[float]:
    return [hours for _, _, hours in Enrolment.objects.get().progress.get(milestone=SLUG).logged]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " "))


class TestCountedOnce:
    def test_the_form_of_the_page_posted_twice_counts_once(self, me):
        form = hidden_fields(me.get(PAGE).text) | {"hours": "3"}
        assert uuid.UUID(form["change"])
        for _ in range(2):
            assert me.post(HOURS, form).status_code == 302
        assert entries() == [3]

    def test_the_same_form_with_another_figure_corrects_its_entry_and_says_so(self, me):
        form = hidden_fields(me.get(PAGE).text)
        me.post(HOURS, form | {"hours": "3"})
        assert "3 h became 2 h" in plain(me.post(HOURS, form | {"hours": "2"}, follow=True).text)
        assert entries() == [2]

    def test_every_answered_form_carries_a_new_name(self, me):
        first = hidden_fields(me.get(PAGE).text)["change"]
        answer = me.post(
            HOURS,
            {"hours": "1", "change": first},
            headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"},
        )
        assert hidden_fields(answer.text)["change"] != first

    def test_without_a_name_each_post_counts(self, me):
        for _ in range(2):
            me.post(HOURS, {"hours": "1"})
        assert entries() == [1, 1]

    def test_a_name_that_is_none_is_refused_at_the_form(self, me):
        assert me.post(HOURS, {"hours": "1", "change": "twice"}).status_code == 422

    def test_many_hours_of_one_day_are_asked_about(self, me):
        assert "Was that on one day?" in me.post(HOURS, {"hours": "30"}, follow=True).text
        assert entries() == [30]


class TestTraveller:
    """Somebody whose day was ahead of the one they are in now."""

    @pytest.fixture
    def travel(self, me, learner):
        """Log 4 h where it is tomorrow already, then go where it is still yesterday."""
        with time_machine.travel(datetime(2026, 12, 1, 10, 30, tzinfo=ZoneInfo("UTC")), tick=False):
            Preferences.objects.filter(user=learner).update(timezone=EAST)
            me.post(HOURS, {"hours": "4"})
            me.post(f"{PAGE}steps/first/", {"done": "1"})
            Preferences.objects.filter(user=learner).update(timezone=WEST)
            yield Event.objects.get(kind="hours")

    def test_a_correction_keeps_its_own_day(self, me, travel):
        assert me.post(HOURS, {"hours": "3", "corrects": travel.pk}).status_code == 302
        assert entries() == [3]
        assert Event.objects.latest("pk").on == travel.on

    def test_also_where_the_form_names_that_day(self, me, travel):
        assert me.post(HOURS, {"hours": "2", "corrects": travel.pk, "on": travel.on}).status_code == 302
        assert entries() == [2]

    def test_another_day_still_to_come_is_refused_in_words(self, me, travel):
        ahead = travel.on + timedelta(days=1)
        for wish in ({"corrects": travel.pk}, {}):
            answer = me.post(HOURS, {"hours": "2", "on": ahead} | wish)
            assert answer.status_code == 422
            assert "still to come" in answer.text

    def test_every_page_and_every_change_answers(self, me, travel, document):
        step = document.by_slug[SLUG].steps[0].slug
        posts = {
            f"{PAGE}state/": {"state": "done"},
            f"{PAGE}steps/{step}/": {"done": "1"},
            f"{PAGE}note/": {"note": "on the road"},
            "/roadmaps/ml-architect/placement/": {"known": "python-programming"},
            "/roadmaps/ml-architect/choices/cloud-platform/": {"milestone": "cloud-google"},
            "/roadmaps/ml-architect/enrol/": {"hours_per_week": "5"},
            "/roadmaps/ml-architect/undo/": {},
        }
        for address, wish in posts.items():
            assert me.post(address, wish).status_code in (302, 422), address
        for address in ("/plan/", PAGE, "/roadmaps/ml-architect/", "/roadmaps/ml-architect/plan.json"):
            assert me.get(address).status_code == 200, address


class TestSeenAtOnce:
    """Case 10: first step of 8 h ticked, then 5 h, 2 h and 4 h."""

    @pytest.fixture
    def own(self, enrolment):
        return {"enrolment": enrolment, "milestone": SLUG, "today": TODAY, "edition": 1}

    def test_logged_hours_count_from_the_first_one_on(self, own, stand, document):
        steps = document.by_slug[SLUG].steps
        actions.tick(**own, step=steps[0].slug, done=True)
        counted = [stand().standing.of(SLUG).earned_hours]
        for hours in (5, 2, 4):
            actions.log_hours(**own, hours=hours)
            counted.append(stand().standing.of(SLUG).earned_hours)
        assert counted == [8, 13, 15, 19]

    def test_a_step_shows_what_was_put_into_it(self, me, own, document):
        step = document.by_slug[SLUG].steps[0]
        actions.log_hours(**own, hours=5)
        assert f"5 of {step.hours:g} h" in plain(me.get(PAGE).text)

    def test_more_than_the_step_has_is_shown_and_said(self, me, own, document):
        step = document.by_slug[SLUG].steps[0]
        answer = me.post(HOURS, {"hours": step.hours + 4, "step": step.slug}, follow=True)
        assert "4 h of them are kept but count nothing more" in plain(answer.text)
        assert f"{step.hours + 4:g} of {step.hours:g} h" in plain(me.get(PAGE).text)

    def test_page_plan_and_week_say_the_same(self, me, own, learner, enrolment):
        actions.log_hours(**own, hours=5)
        journey = queries.journey(learner, "ml-architect")
        data = me.get("/roadmaps/ml-architect/plan.json").json()
        assert data["hours"]["earned"] == journey.standing.hours.earned == 5
        assert sum(journey.situation.earned.values()) == 5
        assert worked_since(journey.standing, monday_of(TODAY), hours_per_week=10) == 5


class TestFinishesOfTheWeek:
    """Case 8: a finish counts in the week's bar what it still earned, at most what is left of the week's hours."""

    def test_a_finish_is_work_of_the_week(self, learner, enrolment, document):
        own = {"enrolment": enrolment, "today": TODAY, "edition": 1}
        small = min((m for m in document.milestones if not m.prerequisites), key=lambda m: m.effort_hours.likely)
        actions.mark(**own, milestone=small.slug, state="done")
        standing = queries.journey(learner, "ml-architect").standing
        likely = small.effort_hours.likely
        assert worked_since(standing, monday_of(TODAY), hours_per_week=168) == likely
        assert worked_since(standing, monday_of(TODAY), hours_per_week=1) == min(1, likely)

    def test_what_was_earned_before_counts_once(self, learner, enrolment):
        own = {"enrolment": enrolment, "milestone": SLUG, "today": TODAY, "edition": 1}
        actions.log_hours(**own, hours=3)
        actions.mark(**own, state="done")
        standing = queries.journey(learner, "ml-architect").standing
        assert worked_since(standing, monday_of(TODAY), hours_per_week=10) == 10


def test_a_week_of_far_more_hours_than_meant_says_so(me, enrolment, document):
    own = {"enrolment": enrolment, "milestone": SLUG, "today": TODAY, "edition": 1}
    actions.log_hours(**own, hours=60)
    assert "that is more than you set out to do" in me.get("/plan/").text


def test_the_answer_says_where_all_of_them_went(me, document):
    milestone = document.by_slug["explore-the-role"]
    in_steps = sum(step.hours for step in milestone.steps)
    address = "/roadmaps/ml-architect/milestones/explore-the-role/hours/"
    answer = plain(me.post(address, {"hours": in_steps + 1}, follow=True).text)
    assert f"{in_steps:g} h into {len(milestone.steps)} steps, 1 h beside the steps." in answer
    assert "the last" not in plain(me.get("/plan/").text).split("Map the machine learning architect role")[1][:600]

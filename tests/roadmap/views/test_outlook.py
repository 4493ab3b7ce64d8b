"""When will I be there, and why did it move: what a forecast says to people."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from roadmap import actions, queries
from roadmap.calendar import DAY
from roadmap.models import Enrolment
from roadmap.standing import Progress, standing_of
from roadmap.views.outlook import Outlook, outlook
from tests.roadmap.conftest import TODAY
from tests.roadmap.diary import edition, milestone

ROAD = "/roadmaps/ml-architect/"


def seen(learner) -> Outlook | None:
    (mine,) = queries.journeys(learner)
    return outlook(mine, None)


def test_a_beginner_is_neither_behind_nor_told_why(learner, enrolment):
    found = seen(learner)
    assert found is not None
    assert (found.is_behind, found.why) == (False, ())
    assert found.next_stage is found.plan.stages[0]
    assert found.next_stage.stage.slug == "degree-foundations"
    assert found.first_role is not None
    assert found.first_role <= found.finish.likely


def test_a_target_before_the_likely_finish_is_missed_and_one_after_it_is_not(learner, enrolment):
    likely = seen(learner).finish.likely
    for days, misses in ((-400, True), (400, False)):
        target = likely + timedelta(days=days)
        actions.enrol(
            user=learner, roadmap=enrolment.roadmap, hours_per_week=10, target_on=target, today=TODAY, edition=1
        )
        assert seen(learner).misses_target is misses


def test_a_first_role_that_is_behind_one_is_not_promised_again(learner, enrolment, document):
    roles = [milestone.slug for milestone in document.milestones if milestone.kind == "entry-role"]
    actions.place(enrolment=enrolment, known=roles, doing=[], today=TODAY, edition=1)
    found = seen(learner)
    assert (found.has_first_role, found.first_role) == (False, None)


def test_where_nothing_is_left_there_is_no_outlook(learner, enrolment, document):
    live = [milestone.slug for milestone in document.milestones if not milestone.retired_on]
    actions.place(enrolment=enrolment, known=live, doing=[], today=TODAY, edition=1)
    assert seen(learner) is None


def page_of(client, path="/plan/", **query) -> str:
    return html.unescape(client.get(path, query).content.decode())


class TestTargetThatHasPassed:
    """Case 11: a target that has passed blocks no form, and is called what it is."""

    @pytest.fixture
    def passed(self, enrolment):
        yesterday = timezone.localdate() - DAY
        Enrolment.objects.update(target_on=yesterday)
        return yesterday.isoformat()

    def test_only_the_hours_can_be_changed(self, me, passed):
        assert me.post(f"{ROAD}enrol/", {"hours_per_week": "7", "target_on": passed}).status_code == 302
        assert Enrolment.objects.get().hours_per_week == 7

    def test_what_if_shows_and_takes_over(self, me, passed):
        wish = {"hours_per_week": "7", "target_on": passed}
        assert "that day has passed" in page_of(me, f"{ROAD}what-if/", **wish)
        assert me.post(f"{ROAD}what-if/", wish).status_code == 302
        assert Enrolment.objects.get().hours_per_week == 7

    @pytest.mark.parametrize("path", ["/plan/", f"{ROAD}what-if/"])
    def test_a_browser_holds_nothing_against_it(self, me, passed, path):
        [field] = re.findall(r'<input type="date" name="target_on"[^>]*>', page_of(me, path))
        assert f'value="{passed}"' in field
        assert f'min="{passed}"' in field

    def test_another_day_that_has_passed_is_refused(self, me, passed):
        assert me.post(f"{ROAD}enrol/", {"hours_per_week": "7", "target_on": "2020-01-01"}).status_code == 422

    def test_the_plan_says_that_the_day_has_passed(self, me, passed):
        page = page_of(me)
        assert "Your target has passed" in page
        assert "Choose another day" in page
        assert "take their time" not in page
        assert "No number of hours" not in page


def test_a_target_out_of_reach_names_what_sets_the_pace(me, enrolment):
    """Case 11."""
    Enrolment.objects.update(target_on=timezone.localdate() + 30 * DAY)
    page = page_of(me)
    assert re.search(r"What sets the pace: “Bachelor's degree[^”]*”.*however hard you work", page)
    assert "some milestones simply take their time" not in page


class TestPaceHint:
    """Issue 14: "slower than you meant" can be put away, and stays away for four weeks."""

    @pytest.fixture
    def slow(self, enrolment):
        Enrolment.objects.update(started_on=timezone.localdate() - timedelta(weeks=10))

    def test_it_is_put_away_for_four_weeks(self, me, slow):
        assert "Slower than you meant" in page_of(me)
        assert me.post(f"{ROAD}pace-hint/").status_code == 302
        assert "Slower than you meant" not in page_of(me)
        for days, is_back in ((27, False), (28, True)):
            Enrolment.objects.update(pace_hint_dismissed_on=timezone.localdate() - timedelta(days=days))
            assert ("Slower than you meant" in page_of(me)) is is_back

    def test_a_missed_target_is_not_hidden_by_it(self, me, slow):
        Enrolment.objects.update(target_on=timezone.localdate() + 30 * DAY)
        me.post(f"{ROAD}pace-hint/")
        assert "Your target is out of reach" in page_of(me)

    def test_under_htmx_the_plan_comes_back_without_it(self, me, slow):
        answer = me.post(f"{ROAD}pace-hint/", headers={"HX-Request": "true", "HX-Current-URL": "http://x/plan/"})
        assert answer.status_code == 200
        assert "Slower than you meant" not in answer.text

    def test_it_is_the_learners_own_and_posted(self, me, slow, client, django_user_model):
        assert me.get(f"{ROAD}pace-hint/").status_code == 405
        client.force_login(django_user_model.objects.create_user("eve@example.org"))
        assert client.post(f"{ROAD}pace-hint/").status_code == 404
        assert Enrolment.objects.get().pace_hint_dismissed_on is None


@pytest.mark.parametrize("hours", [0.5, 1, 1.5, 2, 3, 5, 8, 10, 15, 20, 40, 80])
def test_in_the_table_no_stage_begins_after_it_ends(learner, enrolment, hours):
    """Case 21, on the roadmap that we ship."""
    Enrolment.objects.update(hours_per_week=hours)
    for bar in seen(learner).timeline.bars:
        days = [day for day in (bar.leg.start, bar.leg.early, bar.leg.likely, bar.leg.late) if day]
        assert days == sorted(days), bar.leg.title


@pytest.mark.parametrize("hours", [0.5, 1, 2, 3, 5])
@pytest.mark.parametrize("path", ["/plan/", f"{ROAD}what-if/", f"{ROAD}preview/"])
def test_beyond_fifteen_years_no_year_is_named(me, enrolment, hours, path):
    """Case 22. Days for machines stay in attributes."""
    Enrolment.objects.update(hours_per_week=hours)
    page = re.sub(r'(data-value|value|href|min|max)="[^"]*"', "", page_of(me, path, hours_per_week=hours))
    years = {int(year) for year in re.findall(r"(?<![\d,.])20\d\d(?![\d,.])", re.sub(r"<path[^>]*>", "", page))}
    assert all(year <= timezone.localdate().year + 15 for year in years), years
    if hours <= 1:
        assert re.search("more than 15 years away|not within 50 years", page)


def test_what_is_counted_otherwise_elsewhere_is_explained(me, enrolment, document):
    """Case 23: so many on the way, of all that stand there."""
    live = sum(milestone.retired_on is None for milestone in document.milestones)
    total = seen(enrolment.user).plan.standing.counts.total
    assert f"{total} milestones on your way, of {live}" in page_of(me)
    assert f"{total} milestones on a newcomer's way, of {live}" in page_of(me, "/roadmaps/")
    me.logout()
    assert re.search(r"\d+ milestones? on a newcomer's way, of \d+", page_of(me, ROAD))
    assert f"{total} milestones on a newcomer's path, of {live}" in page_of(me, "/")


def test_of_what_is_all_optional_nothing_is_said_to_be_behind_one():
    """Case 23."""
    empty = standing_of(edition(milestone("a", optional=True)), Progress()).in_stage("all")
    text = render_to_string("roadmap/_stage_sum.html", {"stage": "all", "figures": empty})
    assert "0 of 0" not in text
    assert "nothing left" not in text
    assert "all of it is optional" in text

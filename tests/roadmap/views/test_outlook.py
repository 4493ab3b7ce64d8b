"""When will I be there, and why did it move: what a forecast says to people."""

from __future__ import annotations

from datetime import timedelta

from roadmap import actions, queries
from roadmap.views.outlook import Outlook, outlook
from tests.roadmap.conftest import TODAY


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

"""Reads: whose, what, and how many questions the database is asked."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from roadmap import actions, queries
from roadmap.document import Document, to_data
from roadmap.models import Edition, Enrolment, Roadmap
from roadmap.queries import OwnJourney
from tests.roadmap.conftest import TODAY

PACE = {"hours_per_week": 10, "target_on": None, "today": TODAY, "edition": 1}


@pytest.fixture
def second(roadmap, document: Document) -> Roadmap:
    """Another published roadmap with the same milestones."""
    found = Roadmap.objects.create(slug="second-road", title="A second road")
    data = to_data(document) | {"slug": "second-road", "title": "A second road"}
    found.current_edition = Edition.objects.create(roadmap=found, number=1, document=data, sha256="-")
    found.save()
    return found


def test_a_visitor_has_a_journey_without_standing(roadmap):
    found = queries.journey(AnonymousUser(), roadmap.slug)
    assert (found.edition, found.standing, found.enrolment, found.has_left) == (1, None, None, False)
    assert found.mark_of("linear-algebra").state == "todo"


def test_somebody_elses_progress_never_shows(roadmap, enrolment):
    actions.mark(enrolment=enrolment, milestone="linear-algebra", state="done", today=TODAY, edition=1)
    eve = User.objects.create_user("eve@example.org")
    assert not isinstance(queries.journey(eve, roadmap.slug), OwnJourney)
    actions.enrol(user=eve, roadmap=roadmap, **PACE)
    assert queries.journey(eve, roadmap.slug).standing.counts.done == 0


def test_the_enrolment_is_the_stored_one(learner, roadmap, enrolment):
    found = queries.journey(learner, roadmap.slug).enrolment
    stored = Enrolment.objects.get()
    assert all(getattr(found, f.attname) == getattr(stored, f.attname) for f in Enrolment._meta.concrete_fields)


def test_what_is_not_published_does_not_exist(learner, db):
    Roadmap.objects.create(slug="draft", title="A draft")
    for user in (learner, AnonymousUser()):
        with pytest.raises(Roadmap.DoesNotExist):
            queries.journey(user, "draft")


def test_a_journey_costs_three_queries(learner, roadmap, enrolment, django_assert_num_queries):
    actions.mark(enrolment=enrolment, milestone="linear-algebra", state="done", today=TODAY, edition=1)
    with django_assert_num_queries(3):
        assert queries.journey(learner, roadmap.slug).standing.counts.done == 1


def test_all_journeys_together_cost_three_queries_too(learner, roadmap, second, enrolment, django_assert_num_queries):
    actions.enrol(user=learner, roadmap=second, **PACE)
    actions.mark(enrolment=enrolment, milestone="linear-algebra", state="done", today=TODAY, edition=1)
    for found in queries.journeys(learner):
        assert found.document.title  # read once, remembered from now on
    with django_assert_num_queries(3):
        counts = {found.roadmap.slug: found.standing.counts.done for found in queries.journeys(learner)}
    assert counts == {"ml-architect": 1, "second-road": 0}


def test_what_i_left_is_not_among_my_journeys(learner, roadmap, enrolment):
    actions.leave(enrolment=enrolment, today=TODAY, edition=1)
    assert queries.journeys(learner) == []
    assert queries.journey(learner, roadmap.slug).has_left


@pytest.mark.parametrize(
    ("zone", "today"),
    [("Pacific/Kiritimati", date(2026, 11, 24)), ("UTC", date(2026, 11, 23)), ("Pacific/Niue", date(2026, 11, 22))],
)
def test_today_is_the_day_on_the_learners_wall(learner, roadmap, enrolment, time_machine, zone, today):
    time_machine.move_to("2026-11-23T10:30:00+00:00", tick=False)
    learner.preferences.timezone = zone
    learner.preferences.save()
    assert queries.journey(learner, roadmap.slug).today == today
    assert queries.journeys(learner)[0].today == today


def test_a_zone_that_has_left_the_database_reads_as_utc(learner, roadmap, enrolment):
    learner.preferences.timezone = "Atlantis/Capital"
    learner.preferences.save()
    assert queries.journey(learner, roadmap.slug).today


def test_the_catalogue_knows_what_i_follow(learner, roadmap, second, enrolment):
    offers = {offer.journey.roadmap.slug: offer.is_followed for offer in queries.offered(learner)}
    assert offers == {"ml-architect": True, "second-road": False}
    assert [offer.is_followed for offer in queries.offered(AnonymousUser())] == [False, False]


def test_the_catalogue_knows_what_i_left_and_nobody_else_does(learner, roadmap, enrolment):
    assert [offer.journey.has_left for offer in queries.offered(learner)] == [False]
    actions.leave(enrolment=enrolment, today=TODAY, edition=1)
    eve = User.objects.create_user("eve@example.org")
    found = {user: queries.offered(user)[0] for user in (learner, eve, AnonymousUser())}
    assert [offer.journey.has_left for offer in found.values()] == [True, False, False]
    assert not any(offer.is_followed for offer in found.values())


def test_a_withdrawn_roadmap_is_offered_only_to_who_follows_it(learner, roadmap, enrolment):
    roadmap.withdrawn_at = "2026-11-01T00:00Z"
    roadmap.save()
    assert len(queries.offered(learner)) == 1
    assert queries.offered(AnonymousUser()) == []
    actions.leave(enrolment=enrolment, today=TODAY, edition=1)
    assert queries.offered(learner) == []


def test_undo_is_offered_exactly_while_there_is_something_to_undo(learner, roadmap, enrolment):
    def seen() -> tuple[bool, bool]:
        return queries.journey(learner, roadmap.slug).can_undo, queries.journeys(learner)[0].can_undo

    def follow(hours: int) -> None:
        actions.enrol(user=learner, roadmap=roadmap, **PACE | {"hours_per_week": hours})

    own = {"enrolment": enrolment, "today": TODAY, "edition": 1}
    assert seen() == (False, False)  # to enrol is no change to take back
    actions.mark(milestone="linear-algebra", state="done", **own)
    follow(3)
    for _ in range(2):
        assert seen() == (True, True)
        assert actions.undo(**own)
    assert seen() == (False, False)
    assert not actions.undo(**own)
    actions.leave(**own)
    follow(7)  # to come back is none either
    assert seen() == (False, False)

"""The calendar feed, read by a real parser."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from accounts.links import calendar_url
from roadmap import actions
from tests.roadmap.conftest import TODAY

ROAD = "/roadmaps/ml-architect/"


@pytest.fixture
def link(learner, enrolment) -> str:
    learner.preferences.calendar_enabled = True
    learner.preferences.calendar_serial = 1
    learner.preferences.save()
    return calendar_url(learner)


def weeks(client, link) -> dict[str, tuple[date, date, str]]:
    response = client.get(link)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(response.content)
    assert not found.errors
    events = found.walk("VEVENT")
    assert all(not event.errors for event in events)
    return {str(e["uid"]): (e["dtstart"].dt, e["dtend"].dt, str(e["summary"])) for e in events}


def test_each_week_is_one_all_day_event_as_in_the_plan(client, me, link):
    plan = me.get(f"{ROAD}plan.json").json()
    found = weeks(client, link)
    assert [begin.isoformat() for begin, _, _ in found.values()] == [week["starts_on"] for week in plan["weeks"]]
    assert all(type(begin) is date and end - begin == timedelta(weeks=1) for begin, end, _ in found.values())


def test_a_changed_plan_updates_weeks_and_adds_none_twice(client, link, enrolment):
    before = weeks(client, link)
    actions.mark(enrolment=enrolment, milestone="explore-the-role", state="done", today=TODAY, edition=1)
    after = weeks(client, link)
    assert before.keys() == after.keys()
    assert before != after


def test_it_needs_no_session_and_a_guess_opens_nothing(client, link):
    assert client.get(link).status_code == 200
    for wrong in (link.replace(".ics", "x.ics"), "/calendar/1-1.ics", "/calendar/x.y.ics"):
        assert client.get(wrong).status_code == 404
    assert client.post(link).status_code == 405


def test_somebody_inactive_or_revoked_gets_nothing(client, link, learner):
    learner.preferences.calendar_enabled = False
    learner.preferences.save()
    assert client.get(link).status_code == 404
    learner.preferences.calendar_enabled = True
    learner.preferences.save()
    learner.is_active = False
    learner.save()
    assert client.get(link).status_code == 404


def test_following_nothing_is_an_empty_calendar(client, link, enrolment):
    actions.leave(enrolment=enrolment, today=TODAY, edition=1)
    assert weeks(client, link) == {}


def test_a_title_with_commas_and_breaks_arrives_as_it_is(client, link, document):
    titles = {milestone.title for milestone in document.milestones}
    for _, _, summary in weeks(client, link).values():
        shown = summary.split(" h: ", 1)[1].split(" and ")[0]
        assert any(title.startswith(shown.split(", ")[0]) for title in titles)

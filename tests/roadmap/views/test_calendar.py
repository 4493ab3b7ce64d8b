"""The calendar feed, read by a real parser."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.signing import Signer
from django.utils import timezone
from icalendar import Calendar

from accounts.links import calendar_url
from roadmap import actions
from roadmap.calendar import monday_of
from roadmap.models import Enrolment
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
    this_week = monday_of(TODAY)
    ahead = [begin.isoformat() for begin, _, _ in found.values() if begin >= this_week]
    assert ahead == [week["starts_on"] for week in plan["weeks"]]
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


class TestPast:
    """Case 27: a week that had passed went from the feed, and with it from people's calendars."""

    @pytest.fixture
    def three_weeks_in(self, enrolment):
        Enrolment.objects.update(started_on=TODAY - timedelta(weeks=3))
        enrolment.refresh_from_db()
        on = monday_of(TODAY) - timedelta(weeks=2)
        about = {"enrolment": enrolment, "on": on, "today": TODAY, "edition": 1, "milestone": "linear-algebra"}
        actions.log_hours(hours=2.5, **about)
        step = enrolment.roadmap.current_edition.document["milestones"]
        first = next(m for m in step if m["slug"] == "linear-algebra")["steps"][0]["slug"]
        actions.tick(step=first, done=True, **about)
        return on

    def test_what_is_past_stays_with_what_was_done(self, client, link, three_weeks_in):
        found = {begin: (uid, summary) for uid, (begin, _, summary) in weeks(client, link).items()}
        assert found[three_weeks_in][1] == "Done: Linear algebra"
        assert found[three_weeks_in + timedelta(weeks=1)][1] == "A quiet week"
        assert monday_of(TODAY) - timedelta(weeks=4) not in found
        event = next(
            e for e in Calendar.from_ical(client.get(link).content).walk("VEVENT") if e["dtstart"].dt == three_weeks_in
        )
        assert "Linear algebra: 1 step ticked, 2.5 h put in" in str(event["description"])

    def test_a_week_keeps_its_name_when_it_has_passed(self, client, link, enrolment):
        this = monday_of(TODAY)
        (before,) = [uid for uid, (begin, _, _) in weeks(client, link).items() if begin == this]
        with time_machine.travel(timezone.now() + timedelta(weeks=1)):
            (after,) = [uid for uid, (begin, _, _) in weeks(client, link).items() if begin == this]
        assert before == after == f"week-{this}-{enrolment.pk}@waymark.test"


class TestUnchanged:
    def test_a_program_that_has_it_already_is_told_so(self, client, link):
        first = client.get(link)
        assert client.get(link, headers={"If-None-Match": first["ETag"]}).status_code == 304
        assert client.get(link, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
        assert client.get(link).content == first.content

    def test_a_change_of_the_same_day_is_sent(self, client, link, enrolment):
        first = client.get(link)
        with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
            actions.mark(enrolment=enrolment, milestone="explore-the-role", state="done", today=TODAY, edition=1)
        again = client.get(link, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 200
        was, now = (Calendar.from_ical(r.content).walk("VEVENT")[0] for r in (first, again))
        assert int(now["sequence"]) > int(was["sequence"])
        assert now["last-modified"].dt > was["last-modified"].dt

    def test_nothing_is_dated_in_the_future(self, client, link, learner):
        learner.preferences.timezone = "Pacific/Niue"
        learner.preferences.save()
        assert Calendar.from_ical(client.get(link).content)["last-modified"].dt <= timezone.now()


def test_an_address_from_before_keeps_working(client, link, learner):
    signed = Signer(salt="waymark.calendar", sep=".").sign(f"{learner.pk}-1")
    assert client.get(f"/calendar/{signed}.ics").status_code == 200

"""The dashboard: what fits into my week, and what it says when there is nothing."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from roadmap import actions
from roadmap.calendar import monday_of
from roadmap.models import Digest, Enrolment
from tests.roadmap.conftest import TODAY

ROAD = "/roadmaps/ml-architect/"


def text(response) -> str:
    return html.unescape(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def test_without_a_session_one_is_led_to_the_log_in(client, roadmap):
    assert client.get("/plan/").url == "/accounts/login/?next=%2Fplan%2F"
    assert client.get(f"{ROAD}plan.json").url.startswith("/accounts/login/")


def test_somebody_who_follows_nothing_can_begin_at_once(client, learner, roadmap):
    client.force_login(learner)
    page = text(client.get("/plan/"))
    assert f'action="{ROAD}enrol/"' in page
    assert "Lectures that you attend anyway and paid work don't count" in page


def test_who_left_is_told_that_what_they_did_comes_back(me, enrolment):
    actions.enrol(
        user=enrolment.user, roadmap=enrolment.roadmap, hours_per_week=7, target_on=None, today=TODAY, edition=1
    )
    actions.leave(enrolment=enrolment, today=TODAY, edition=1)
    page = text(me.get("/plan/"))
    assert "Take it up again: Machine Learning Architect" in page
    assert "Everything you did before is kept and comes back." in page
    assert 'name="hours_per_week" value="7"' in page


def test_a_beginner_has_something_to_tick_that_fits_the_week(me, document):
    page = text(me.get("/plan/"))
    ticks = re.findall(r'action="/roadmaps/ml-architect/milestones/([\w-]+)/steps/([\w-]+)/"', page)
    assert ticks
    assert sum(document.by_slug[milestone].step_by_slug[step].hours for milestone, step in ticks) <= 10


def test_a_step_says_what_to_open_in_which_format_and_whether_it_is_free(me):
    item = re.search(r'<li class="step">.*?</li>', text(me.get("/plan/")), re.S)[0]
    assert re.search(r'<a href="https?://', item)
    assert "free" in item


def test_hours_put_in_before_leave_the_last_part_of_a_step(me, enrolment, document):
    begun = TODAY - timedelta(days=7)
    others = [m.slug for m in document.milestones if m.slug != "linear-algebra"]
    actions.place(enrolment=enrolment, known=others, doing=[], today=begun, edition=1)
    actions.log_hours(enrolment=enrolment, milestone="linear-algebra", hours=3, on=begun, today=begun, edition=1)
    assert "3 of 8 h, the last 5 h this week" in text(me.get("/plan/"))


@pytest.mark.parametrize(
    ("state", "days", "is_told"), [("uncertain", 2, True), ("sent", 2, False), ("uncertain", 9, False)]
)
def test_a_letter_that_may_not_have_come_is_mentioned(me, learner, state, days, is_told):
    due_at = timezone.now() - timedelta(days=days)
    Digest.objects.create(
        user=learner,
        period=monday_of(due_at.date()),
        state=state,
        due_at=due_at,
        next_attempt_at=due_at,
        expires_at=due_at + timedelta(hours=48),
        sent_at=due_at,
        message_id="<1@waymark.test>",
    )
    assert ("not sure that your letter" in text(me.get("/plan/"))) is is_told


def test_every_milestone_stands_there_once(me):
    shown = re.findall(r'data-milestone="([\w-]+)"', text(me.get("/plan/")))
    assert shown
    assert len(shown) == len(set(shown))


def test_everything_done_is_celebrated(me, enrolment, document):
    finish(enrolment, document, "done")
    page = text(me.get("/plan/"))
    assert "You are there" in page
    assert re.search(r'data-figure="percent" data-value="100.0"', page)
    assert me.get(f"{ROAD}plan.json").json()["next"] == []


def test_everything_skipped_is_nought_per_cent_said_plainly(me, enrolment, document):
    finish(enrolment, document, "skipped")
    page = text(me.get("/plan/"))
    assert "Every milestone is skipped, so this stands at 0 %" in page
    assert re.search(r'data-figure="percent" data-value="0.0"', page)


def finish(enrolment, document, state):
    """Put every milestone into a state."""
    for milestone in document.milestones:
        actions.mark(enrolment=enrolment, milestone=milestone.slug, state=state, today=TODAY, edition=1)


def test_plan_json_says_what_the_contract_names_and_no_more(me, roadmap):
    me.post(f"{ROAD}milestones/linear-algebra/state/", {"state": "done"})
    data = me.get(f"{ROAD}plan.json").json()
    assert set(data) == {
        *("roadmap", "edition", "today", "hours_per_week", "pace", "counts", "hours", "percent", "finish", "stages"),
        *("why", "required_hours_per_week", "next", "locked", "weeks"),
    }
    assert (data["roadmap"], data["edition"], data["hours_per_week"]) == ("ml-architect", 1, 10)
    counts = data["counts"]
    assert counts["done"] + counts["known"] + counts["skipped"] + counts["left"] == counts["total"]
    hours = data["hours"]
    assert hours["earned"] + hours["skipped"] + hours["left"] == pytest.approx(hours["total"])
    assert data["locked"]["statistics-and-probability"] == ["applied-mathematics"]
    assert "linear-algebra" not in data["next"]
    assert data["finish"]["early"] < data["finish"]["likely"] < data["finish"]["late"]
    assert data["stages"][0]["slug"] == "degree-foundations"
    assert data["required_hours_per_week"] is None
    assert data["why"] == []


@pytest.mark.parametrize("hours", ["10", "0.5", "1.33333333"])
def test_the_weeks_lay_out_all_that_is_left_and_never_more_than_the_pace(me, roadmap, hours):
    me.post(f"{ROAD}enrol/", {"hours_per_week": hours})
    data = me.get(f"{ROAD}plan.json?weeks=all").json()
    weeks = [sum(part["hours"] for part in week["milestones"]) for week in data["weeks"]]
    assert sum(weeks) == pytest.approx(data["hours"]["left"], abs=0.05)
    assert max(weeks) <= data["pace"] + 1e-9
    assert len(me.get(f"{ROAD}plan.json").json()["weeks"]) == 52


def test_the_page_and_the_data_say_the_same(me):
    page, data = text(me.get("/plan/")), me.get(f"{ROAD}plan.json").json()
    for name, day in data["finish"].items():
        assert f'data-figure="finish-{name}" data-value="{day}"' in page


def test_a_target_asks_for_hours_and_says_when_it_is_out_of_reach(me, enrolment):
    today = timezone.localdate()
    me.post(f"{ROAD}enrol/", {"hours_per_week": "5", "target_on": (today + timedelta(days=3650)).isoformat()})
    needed = me.get(f"{ROAD}plan.json").json()["required_hours_per_week"]
    assert 5 < needed < 20
    page = text(me.get("/plan/"))
    assert "Your target is out of reach at this pace" in page
    assert f"Try {needed:g} h a week" in page
    assert f"?hours_per_week={needed:g}&target_on=" in page
    me.post(f"{ROAD}enrol/", {"hours_per_week": "5", "target_on": (today + timedelta(days=30)).isoformat()})
    assert me.get(f"{ROAD}plan.json").json()["required_hours_per_week"] is None
    assert re.search(
        r"No number of hours makes \d+ \w+ \d{4}: .*“Bachelor's degree.* take their time", text(me.get("/plan/"))
    )


def test_slow_weeks_move_the_finish_and_the_reason_is_said(client, learner, roadmap, document):
    now = timezone.now()
    with time_machine.travel(now - timedelta(weeks=5)):
        begun = timezone.localdate()
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=10, target_on=None, today=begun, edition=1)
        enrolment = Enrolment.objects.get()
    for week in range(4, 0, -1):
        with time_machine.travel(now - timedelta(weeks=week, days=1)):
            on = timezone.localdate()
            actions.log_hours(enrolment=enrolment, milestone="linear-algebra", hours=2, on=on, today=on, edition=1)
    client.force_login(learner)
    data = client.get(f"{ROAD}plan.json").json()
    assert data["pace"] < 7
    assert {reason["cause"] for reason in data["why"]} <= {"pace", "calendar"}
    page = text(client.get("/plan/"))
    assert "less got done than your plan counts on" in page
    assert "Slower than you meant" in page
    assert "What if…?" in page


def test_a_pause_stops_weeks_and_letters_and_can_be_ended(me, learner):
    today = timezone.localdate()
    until = today + timedelta(days=50)
    response = me.post("/plan/pause/", {"starts_on": today.isoformat(), "until": until.isoformat()})
    assert response.url == "/plan/"
    weeks = me.get(f"{ROAD}plan.json").json()["weeks"]
    assert weeks[0]["starts_on"] >= (until - timedelta(days=until.weekday())).isoformat()
    assert "You are away until" in text(me.get("/plan/"))
    learner.preferences.refresh_from_db()
    assert learner.preferences.paused_until == until
    me.post("/plan/pause/", {"wish": "resume"})
    assert not learner.pauses.exists()


def test_a_pause_that_has_not_begun_is_called_off_and_nobody_is_welcomed_back(me, learner):
    """Case 14: who is here was told "Welcome back"."""
    begins = timezone.localdate() + timedelta(days=10)
    until = begins + timedelta(days=20)
    me.post("/plan/pause/", {"starts_on": begins.isoformat(), "until": until.isoformat()})
    page = text(me.get("/plan/"))
    assert f"Paused from {begins.day} {begins:%B %Y} until {until.day} {until:%B %Y}." in page
    me.post("/plan/pause/", {"wish": "resume"})
    page = text(me.get("/plan/"))
    assert "No pause is planned any more. Your plan goes on as it was." in page
    assert "Welcome back" not in page
    assert not learner.pauses.exists()


def test_who_comes_back_from_a_pause_is_welcomed(me):
    today = timezone.localdate()
    me.post("/plan/pause/", {"starts_on": today.isoformat(), "until": (today + timedelta(days=9)).isoformat()})
    me.post("/plan/pause/", {"wish": "resume"})
    assert "Welcome back. Your plan goes on from today." in text(me.get("/plan/"))


def test_a_pause_that_is_new_is_named_as_the_reason_for_a_week(client, learner, roadmap):
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=15)):
        begun = timezone.localdate()
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=10, target_on=None, today=begun, edition=1)
    client.force_login(learner)

    def paused() -> list[int]:
        return [why["days"] for why in client.get(f"{ROAD}plan.json").json()["why"] if why["cause"] == "paused"]

    days = [(timezone.localdate() + timedelta(days=ahead)).isoformat() for ahead in (10, 31)]
    assert paused() == []
    client.post("/plan/pause/", {"starts_on": days[0], "until": days[1]})
    assert paused() == [21]
    assert "3 weeks later, because you changed a pause" in text(client.get("/plan/")).lower()
    with time_machine.travel(now + timedelta(days=8)):
        client.force_login(learner)
        assert paused() == []
        client.post("/plan/pause/", {"wish": "resume"})
        assert paused() == [-21]


def test_a_target_that_the_stated_hours_would_make_is_not_sold_as_more_hours(client, learner, roadmap):
    """The pace that is learned decides: to say fewer hours than before would not bring anybody there."""
    now = timezone.now()
    with time_machine.travel(now - timedelta(weeks=9)):
        begun = timezone.localdate()
        wish = begun + timedelta(days=365 * 9)
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=20, target_on=wish, today=begun, edition=1)
        enrolment = Enrolment.objects.get()
    for week in range(8, 0, -1):
        with time_machine.travel(now - timedelta(weeks=week, days=1)):
            on = timezone.localdate()
            actions.log_hours(enrolment=enrolment, milestone="linear-algebra", hours=1, on=on, today=on, edition=1)
    client.force_login(learner)
    page = text(client.get("/plan/"))
    assert "Your target is out of reach at this pace" in page
    assert "That is no more than you set out to do" in page
    assert not re.search(r"(See|Try) [\d.]+ h a week", page)


def test_while_one_is_away_nothing_is_asked(me, learner):
    today = timezone.localdate()
    assert "<h1>This week</h1>" in text(me.get("/plan/"))
    me.post("/plan/pause/", {"starts_on": today.isoformat(), "until": (today + timedelta(days=9)).isoformat()})
    page = text(me.get("/plan/"))
    assert "<h1>When you are back</h1>" in page
    assert "Nothing is asked of you until then" in page
    assert "h to do" not in page


def test_the_next_stage_comes_first_and_nothing_lies_between_nevers(me):
    page = text(me.get("/plan/"))
    lead = page.index('<p class="lead"><a href="#outlook-ml-architect">Degree and foundations</a>: about')
    assert lead < page.index("data-milestone")
    me.post(f"{ROAD}enrol/", {"hours_per_week": "0.5"})
    page = text(me.get("/plan/"))
    assert "not within 50 years" in page
    assert not re.search("(about|between|and) not within", page)
    assert 'data-figure="finish-late" data-value=""' in page


@pytest.mark.parametrize(("first", "back"), [(0, 0), (5, 2), (-1, 5), (0, 2000), ("x", "y")])
def test_a_pause_in_the_wrong_order_is_refused_at_the_field(me, learner, first, back):
    today = timezone.localdate()
    days = [d if isinstance(d, str) else (today + timedelta(days=d)).isoformat() for d in (first, back)]
    response = me.post("/plan/pause/", {"starts_on": days[0], "until": days[1]})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert not learner.pauses.exists()


def test_a_stranger_cannot_tell_that_a_plan_exists(client, enrolment):
    client.force_login(User.objects.create_user("eve@example.org"))
    assert client.get(f"{ROAD}plan.json").status_code == 404

"""What a change answers beside the thumb: words for every refusal, the page that one was on, and a place on it.

Cases 1, 2 and 29 without a browser. The whole path of an htmx post stands in tests/browser/test_touch_changes.py.
"""

from __future__ import annotations

import re

import pytest

from roadmap.models import Event
from tests.roadmap.views.test_progress import ALGEBRA, HTMX, MATHS, ROAD

PLAN = {"Referer": "http://testserver/plan/"}
CHOICE = f"{ROAD}choices/cloud-platform/"


@pytest.mark.parametrize(
    ("address", "data", "anchor"),
    [
        (f"{ALGEBRA}steps/concept-map/", {"done": "1"}, "tick-linear-algebra-concept-map"),
        (f"{ALGEBRA}state/", {"state": "doing"}, "milestone-linear-algebra"),
        (f"{ALGEBRA}hours/", {"hours": "3"}, "hours"),
        (f"{ALGEBRA}note/", {"note": "mine"}, "note"),
    ],
)
def test_without_javascript_a_change_leads_back_to_its_place_on_the_page(me, document, address, data, anchor):
    """Case 1: the page began at its top again."""
    step = document.by_slug["linear-algebra"].steps[0].slug
    page = {"Referer": f"http://testserver{ALGEBRA}"}
    response = me.post(address.replace("concept-map", step), data, headers=page)
    there = anchor.replace("concept-map", step)
    assert response.url == f"{ALGEBRA}#{there}"
    assert f'id="{there}"' in me.get(ALGEBRA).text


def test_a_choice_leads_back_to_its_question(me):
    response = me.post(CHOICE, {"milestone": "cloud-google"}, headers={"Referer": f"http://testserver{ROAD}"})
    assert response.url == f"{ROAD}#choice-cloud-platform"


def test_a_milestone_of_the_week_has_a_place_that_a_change_can_lead_to(me):
    page = me.get("/plan/").text
    week = re.findall(r'<article[^>]*data-milestone="([\w-]+)"', page)
    assert week
    assert all(f'id="milestone-{slug}"' in page for slug in week)


@pytest.mark.parametrize(
    ("address", "data", "headers", "title"),
    [
        (f"{ROAD}enrol/", {"hours_per_week": "400"}, PLAN, "My plan"),
        (f"{ROAD}enrol/", {"hours_per_week": "400"}, {"Referer": f"http://testserver{ROAD}"}, "Machine Learning"),
        ("/plan/pause/", {"starts_on": "2020-01-01", "until": "2020-01-02"}, PLAN, "My plan"),
        (f"{ALGEBRA}hours/", {"hours": "-3"}, {}, "Linear algebra"),
        ("/settings/", {"timezone": "Utopia"}, {}, "Settings"),
    ],
)
def test_a_page_with_an_error_is_the_page_one_was_on_and_leads_to_the_wrong_field(me, address, data, headers, title):
    """Case 29: full-page errors lost their title and the focus."""
    response = me.post(address, data, headers=headers)
    assert response.status_code == 422
    assert f"<title>{title}" in response.text
    assert len(re.findall(r"<(?:input|select|textarea)[^>]*\sautofocus", response.text)) == 1
    assert re.search(
        r"<(?:input|select)[^>]*aria-invalid=\"true\"[^>]*autofocus|autofocus[^>]*aria-invalid", response.text
    )
    assert "Not saved:" in response.text


def test_who_begins_and_errs_stays_on_the_page_of_beginnings(client, learner, roadmap):
    client.force_login(learner)
    response = client.post(f"{ROAD}enrol/", {"hours_per_week": "400"}, headers=PLAN)
    assert "Where would you like to go?" in response.text
    assert "autofocus" in response.text


@pytest.mark.parametrize(
    ("address", "data"),
    [
        (f"{ROAD}enrol/", {"hours_per_week": "400"}),
        (f"{ALGEBRA}state/", {"state": "asleep"}),
        (f"{ALGEBRA}hours/", {"hours": "much"}),
        (f"{ALGEBRA}note/", {"note": "x", "evidence_url": "javascript:alert(1)"}),
        (f"{ROAD}placement/", {"known": ["alchemy"]}),
        (f"{ROAD}what-if/", {"hours_per_week": "400"}),
        ("/settings/", {"timezone": "Utopia"}),
        ("/plan/pause/", {"starts_on": "2020-01-01", "until": "2020-01-02"}),
    ],
)
def test_a_wrong_value_is_said_in_the_status_region_whatever_the_form(me, address, data):
    """Case 2: every answer that is no success is said in words."""
    response = me.post(address, data, headers=HTMX | {"HX-Current-URL": "http://testserver/plan/"})
    assert response.status_code == 422
    region = response.text[response.text.index('id="messages"') :]
    assert "Not saved:" in region


@pytest.mark.parametrize(
    ("address", "data", "there"),
    [
        ("/plan/pause/", {"wish": "resume"}, "/plan/"),
        ("/settings/calendar/", {"wish": "make"}, "/settings/#calendar"),
        ("/settings/skipped/", {}, "/settings/"),
        (f"{ROAD}leave/", {}, ROAD),
    ],
)
def test_where_another_page_follows_htmx_is_told_rather_than_sent_there(me, address, data, there):
    """Else the page would be put into a part of this one, and its messages be read by nobody."""
    response = me.post(address, data, headers=HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (200, there)
    assert me.post(address, data).status_code in {302, 404}


def test_a_wrong_correction_stays_with_its_entry(me):
    """Else the form for new hours holds it, and corrects the entry when it is sent again."""
    me.post(f"{ALGEBRA}hours/", {"hours": "3"})
    entry = Event.objects.latest("pk").pk
    for headers in ({}, HTMX | {"HX-Current-URL": f"http://testserver{ALGEBRA}"}):
        page = me.post(f"{ALGEBRA}hours/", {"hours": "-2", "corrects": entry}, headers=headers).text
        new_hours = re.search(r'<form class="form"[^>]*hours/"(.*?)</form>', page, re.DOTALL)
        assert new_hours
        assert f'value="{entry}"' not in new_hours[1]
        assert re.search(rf'id="entry-{entry}"[^>]*value="-2" aria-invalid="true" autofocus', page)


@pytest.mark.parametrize("page", [ROAD, ALGEBRA, "/plan/"])
def test_the_button_names_what_it_takes_back_and_takes_back_just_that(me, page):
    """Case 6: in two tabs, one of them older than a change."""
    here = HTMX | {"HX-Current-URL": f"http://testserver{page}"}
    me.post(f"{ALGEBRA}state/", {"state": "doing"}, headers=here)
    older = me.get(page).text
    answer = me.post(f"{MATHS}state/", {"state": "done"}, headers=here).text
    changes = [str(event.change) for event in Event.objects.filter(kind="state").order_by("pk")]
    assert [named_by(older), named_by(answer), named_by(me.get(page).text)] == [changes[0], changes[1], changes[1]]
    assert "Linear algebra" in button(older)
    assert "Applied mathematics" in button(answer)
    me.post(f"{ROAD}undo/", {"change": named_by(older)}, headers=here)
    me.post(f"{ROAD}undo/", {"change": named_by(older)}, headers=here)
    assert [event.data["change"] for event in Event.objects.filter(kind="undone")] == [changes[0]]


def named_by(html: str) -> str:
    """Return the change that the page's own Undo names."""
    return re.findall(r'name="change" value="([^"]*)"[^>]*><button[^>]*id="undo-', html)[0]


def button(html: str) -> str:
    return html[html.index('id="undo-ml-architect"') :].partition("</button>")[0]

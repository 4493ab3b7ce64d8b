"""What if: seen before it is taken over, taken over in one change, and shown to anybody as a preview."""

from __future__ import annotations

import html
import re

import pytest
from django.utils import timezone

from roadmap.calendar import WEEK
from roadmap.models import Event
from tests.roadmap.test_actions import retire

ROAD = "/roadmaps/ml-architect/"
WISH = {"hours_per_week": "20", "choice-degree-route": "masters-degree", "known": ["degree-foundations"]}


def value(page: str, figure: str) -> str:
    return re.search(rf'data-figure="{figure}" data-value="([^"]*)"', page)[1]


def test_looking_changes_nothing(me):
    before = Event.objects.count()
    page = me.get(f"{ROAD}what-if/", WISH).text
    assert "Take it over" in page
    assert re.search(r"earlier", page)
    assert Event.objects.count() == before


def test_taking_over_is_one_change_and_one_undo_restores_all(me):
    before = me.get(f"{ROAD}plan.json").json()
    assert me.post(f"{ROAD}what-if/", WISH).url == "/plan/"
    after = me.get(f"{ROAD}plan.json").json()
    assert after["hours_per_week"] == 20
    assert after["hours"]["left"] < before["hours"]["left"]
    assert after["finish"]["likely"] < before["finish"]["likely"]
    assert "Taken back: the change to your plan." in me.post(f"{ROAD}undo/", follow=True).text
    assert me.get(f"{ROAD}plan.json").json() == before


def test_what_is_shown_is_what_is_taken_over(me):
    shown = me.get(f"{ROAD}what-if/", WISH).text
    form = shown[shown.index('method="post"', shown.index("What would be")) :]
    fields = re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', form[: form.index("</form>")])
    posted = [(name, found) for name, found in fields if name != "csrfmiddlewaretoken"]
    assert posted == [
        ("edition", "1"),
        ("hours_per_week", "20"),
        ("choice-degree-route", "masters-degree"),
        ("known", "degree-foundations"),
    ]


def test_what_is_taken_over_is_what_the_edition_shown_had(me, roadmap, document, enrolment):
    """A stage as it was then, retired milestones included; what was retired in the edition shown is refused whole."""
    retire(roadmap, document, "pay-and-outlook")
    stage = {"hours_per_week": "20", "known": ["degree-foundations"]}
    one = {"hours_per_week": "20", "known": ["pay-and-outlook", "linear-algebra"]}
    before = Event.objects.count()
    assert me.post(f"{ROAD}what-if/", one | {"edition": "2"}).status_code == 409
    assert me.post(f"{ROAD}what-if/", one | {"edition": "x"}).status_code == 422
    assert Event.objects.count() == before
    for wish, edition, is_kept in ((stage, "2", False), (stage, "1", True), (one, "1", True)):
        assert me.post(f"{ROAD}what-if/", wish | {"edition": edition}).status_code == 302
        assert enrolment.progress.filter(state="known", milestone="pay-and-outlook").exists() is is_kept
        assert enrolment.progress.filter(state="known", milestone="linear-algebra").exists()
        me.post(f"{ROAD}undo/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours_per_week": "0"},
        {"hours_per_week": "169"},
        {"hours_per_week": "nan"},
        {"hours_per_week": "1e2"},
        {"target_on": "2020-01-01"},
        {"target_on": "9999-12-31"},
        {"known": ["nonsense"]},
        {"choice-degree-route": "linear-algebra"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_wrong_values_are_refused_at_the_field(me, wrong, method):
    before = Event.objects.count()
    response = getattr(me, method)(f"{ROAD}what-if/", WISH | wrong)
    assert response.status_code == 422
    assert Event.objects.count() == before


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_is_wrong_stands_where_the_answer_would(me, headers):
    """The field may be far below, on a phone and without JavaScript."""
    page = me.get(f"{ROAD}what-if/", WISH | {"target_on": "2020-01-01"}, headers=headers).text
    answer = page[page.index('id="tried"') :].split("</div>")[0]
    assert "This day has passed." in answer


def test_a_stranger_and_a_visitor_get_no_what_if(client, me, django_user_model, roadmap):
    client.logout()
    assert client.get(f"{ROAD}what-if/").status_code == 302
    client.force_login(django_user_model.objects.create_user("eve@example.org"))
    assert client.get(f"{ROAD}what-if/").status_code == 404


def test_anybody_sees_a_preview_and_more_hours_are_sooner(client, roadmap):
    slow, fast = (client.get(f"{ROAD}preview/", {"hours_per_week": hours}).text for hours in ("5", "10"))
    assert value(fast, "finish-likely") < value(slow, "finish-likely")
    assert "/accounts/signup/" in fast


def test_hours_that_a_learned_pace_holds_back_are_explained(me, enrolment):
    """Ten silent weeks have taught a pace; what is said moves it in proportion, and beyond what was said and done."""
    assert "learned your pace" not in me.get(f"{ROAD}what-if/", {"hours_per_week": "20"}).text
    enrolment.started_on = timezone.localdate() - 10 * WEEK
    enrolment.save()
    page = me.get(f"{ROAD}what-if/", {"hours_per_week": "9"}).text
    assert "Other hours alone move no date" in page
    assert "It has learned your pace from 10 weeks of yours" in page
    page = me.get(f"{ROAD}what-if/", {"hours_per_week": "20"}).text
    assert "Your plan would count on" in page
    assert "alone move no date" not in page
    for hours in ("10", "1"):
        assert "learned your pace" not in me.get(f"{ROAD}what-if/", {"hours_per_week": hours}).text


def test_a_stage_that_is_known_claims_nothing_that_it_only_offers(me, enrolment, document):
    me.post(f"{ROAD}what-if/", {"hours_per_week": "10", "known": [stage.slug for stage in document.stages]})
    known = set(enrolment.progress.filter(state="known").values_list("milestone", flat=True))
    assert "bachelors-degree" in known
    assert "masters-degree" not in known
    assert not {m.slug for m in document.milestones if m.optional} & known
    assert me.get(f"{ROAD}plan.json").json()["counts"]["left"] == 0


def test_of_a_target_nothing_is_said_where_nothing_is_left(me, document):
    wish = {"hours_per_week": "10", "target_on": f"{timezone.localdate().year + 1}-06-01"}
    assert "For the target" in me.get(f"{ROAD}what-if/", wish).text
    all_known = wish | {"known": [stage.slug for stage in document.stages]}
    assert "For the target" not in me.get(f"{ROAD}what-if/", all_known).text


def test_a_stage_that_is_known_follows_the_choice_made_with_it(me, enrolment):
    me.post(f"{ROAD}what-if/", WISH)
    known = set(enrolment.progress.filter(state="known").values_list("milestone", flat=True))
    assert "masters-degree" in known
    assert "bachelors-degree" not in known


def test_hours_in_tenths_which_the_plan_proposes_can_be_sent_by_a_browser(me):
    assert re.search(r'name="hours_per_week"[^>]*step="any"', me.get(f"{ROAD}what-if/", {"hours_per_week": "6.9"}).text)


def test_a_preview_says_with_what_behind_one(client, roadmap, document):
    query = {"hours_per_week": "10", "known": ["skills", "bachelors-degree"]}
    degree = document.by_slug["bachelors-degree"].title
    heading = f"With 10\N{NO-BREAK SPACE}h a week, and with “{degree}” and “Skills” behind you"
    assert heading in html.unescape(client.get(f"{ROAD}preview/", query).text)
    assert "behind you" not in client.get(f"{ROAD}preview/", {"hours_per_week": "10"}).text


@pytest.mark.parametrize("path", ["what-if/", "preview/", "placement/"])
def test_a_cache_tells_a_part_from_the_page(me, path):
    assert "HX-Request" in me.get(ROAD + path)["Vary"]


@pytest.mark.parametrize(("path", "part"), [("what-if/", "tried"), ("preview/", "preview")])
def test_what_htmx_swaps_lies_within_what_is_read_out(me, path, part):
    """A live region that is itself replaced says nothing."""
    whole = me.get(ROAD + path, {"hours_per_week": "12"}).text
    assert re.search(rf'<div aria-live="polite"><\w+[^>]* id="{part}"', whole)
    assert f'hx-target="#{part}" hx-swap="outerHTML show:top"' in whole
    swapped = me.get(ROAD + path, {"hours_per_week": "12"}, headers={"HX-Request": "true"}).text
    assert swapped.count(f'id="{part}"') == 1
    assert "<html" not in swapped
    assert "aria-live" not in swapped


def test_a_preview_of_what_is_known_alone_takes_the_hours_as_offered(client, roadmap):
    plain, known = (client.get(f"{ROAD}preview/", query).text for query in ({}, {"known": "degree-foundations"}))
    assert float(value(known, "hours-left")) < float(value(plain, "hours-left"))


def test_a_preview_beyond_the_horizon_says_so_once_and_plainly(client, roadmap):
    page = client.get(f"{ROAD}preview/", {"hours_per_week": "0.5"}).text
    assert "not within 50 years" in page
    assert not re.search("(about|between|and) not within", page)
    assert value(page, "finish-late") == ""


def test_a_preview_takes_stages_and_milestones(client, roadmap):
    plain = client.get(f"{ROAD}preview/", {"hours_per_week": "10"}).text
    for known in ("degree-foundations", "linear-algebra"):
        page = client.get(f"{ROAD}preview/", {"hours_per_week": "10", "known": [known]}).text
        assert float(value(page, "hours-left")) < float(value(plain, "hours-left"))


def test_a_preview_of_all_that_is_known_says_so(client, roadmap, document):
    known = [stage.slug for stage in document.stages]
    assert "nothing is left on this road" in client.get(f"{ROAD}preview/", {"hours_per_week": "1", "known": known}).text


@pytest.mark.parametrize(
    "query", [{"hours_per_week": "0"}, {"hours_per_week": "x"}, {"hours_per_week": "5", "known": "?"}]
)
def test_a_preview_of_nonsense_is_refused(client, roadmap, query):
    assert client.get(f"{ROAD}preview/", query).status_code == 422


def test_a_preview_speaks_of_months_seasons_or_years_never_of_days(client, roadmap):
    page = client.get(f"{ROAD}preview/", {"hours_per_week": "10"}).text
    told = re.sub(r'data-value="[^"]*"', "", page)
    assert not re.search(r"\b20\d\d-\d\d-\d\d", told)

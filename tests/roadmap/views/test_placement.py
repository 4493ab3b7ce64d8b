"""What I bring along: three answers, a list to untick, one change."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from django.http import QueryDict

from roadmap.models import Event, MilestoneProgress
from tests.roadmap.test_actions import retire

PLACEMENT = "/roadmaps/ml-architect/placement/"
HTMX = {"HX-Request": "true"}


def ticked(response) -> list[tuple[str, str]]:
    return re.findall(r'name="(known|doing)" value="([\w-]+)" checked', response.content.decode())


def test_without_answers_nothing_is_ticked_and_everything_is_offered(me, document):
    response = me.get(PLACEMENT)
    assert ticked(response) == []
    offered = re.findall(r'name="known" value="([\w-]+)"', response.content.decode())
    assert sorted(offered) == sorted(document.by_slug)


def test_answers_tick_what_they_suggest(me):
    response = me.get(PLACEMENT, {"degree": "bachelor", "subject": "mathematics"})
    assert ticked(response) == [
        ("known", slug)
        for slug in ("bachelors-degree", "applied-mathematics", "linear-algebra", "statistics-and-probability")
    ]


def test_studying_now_is_doing(me):
    assert ticked(me.get(PLACEMENT, {"degree": "studying"})) == [("doing", "bachelors-degree")]


def test_htmx_gets_the_suggestions_alone(me):
    response = me.get(PLACEMENT, {"degree": "studying"}, headers=HTMX)
    assert response.content.decode().lstrip().startswith('<section class="stack" id="brought"')
    assert 'hx-target="#brought" hx-swap="outerHTML"' in me.get(PLACEMENT).text


def test_a_strange_answer_is_422(me):
    assert me.get(PLACEMENT, {"degree": "wizard"}).status_code == 422
    assert me.get(PLACEMENT, {"degree": "bachelor", "subject": "\x00"}).status_code == 422


def test_what_is_ticked_is_taken_in_one_change_that_one_undo_takes_back(me):
    response = me.post(PLACEMENT, {"known": ["applied-mathematics", "linear-algebra"], "doing": ["bachelors-degree"]})
    assert response.url == "/plan/"
    states = dict(MilestoneProgress.objects.values_list("milestone", "state"))
    assert states == {"applied-mathematics": "known", "linear-algebra": "known", "bachelors-degree": "doing"}
    assert Event.objects.filter(kind="state").values("change").distinct().count() == 1
    me.post("/roadmaps/ml-architect/undo/")
    assert not MilestoneProgress.objects.exists()


def test_nothing_ticked_is_an_answer_too(me):
    assert me.post(PLACEMENT, {}).status_code == 302
    assert "start at the beginning" in html.unescape(me.get("/plan/").content.decode())


def test_htmx_is_led_to_the_plan(me):
    assert me.post(PLACEMENT, {"known": "linear-algebra"}, headers=HTMX)["HX-Redirect"] == "/plan/"


def test_what_was_retired_when_shown_is_refused_whole(me, roadmap, document):
    retire(roadmap, document, "java-development")
    assert me.post(PLACEMENT, {"known": ["linear-algebra", "java-development"], "edition": "2"}).status_code == 409
    assert not MilestoneProgress.objects.exists()
    assert me.post(PLACEMENT, {"known": ["linear-algebra", "java-development"], "edition": "1"}).status_code == 302


def test_what_i_have_already_is_named_and_not_asked_again(me):
    me.post("/roadmaps/ml-architect/milestones/linear-algebra/state/", {"state": "done"})
    page = me.get(PLACEMENT, {"degree": "bachelor", "subject": "mathematics"}).content.decode()
    assert 'value="linear-algebra"' not in page
    assert "Counted already" in page


def test_it_is_for_learners_of_this_roadmap(client, learner, roadmap):
    assert client.get(PLACEMENT).url.startswith("/accounts/login/")
    client.force_login(learner)
    assert client.get(PLACEMENT).status_code == 404
    assert client.post(PLACEMENT, {"known": "linear-algebra"}).status_code == 404


class TestAnswersAreNotLost:
    """Case 20: who had answered and pressed the green button read "Nothing brought along"."""

    ANSWERS = {"degree": "bachelor", "subject": "mathematics", "experience": ["software"]}
    SUGGESTED = {
        "bachelors-degree",
        "applied-mathematics",
        "linear-algebra",
        "statistics-and-probability",
        "git-version-control",
        "software-and-api-engineering",
        "problem-solving",
        "collaboration",
    }

    def known(self) -> set[str]:
        return set(MilestoneProgress.objects.filter(state="known").values_list("milestone", flat=True))

    def test_answers_count_though_nobody_asked_for_suggestions(self, me):
        me.post(PLACEMENT, self.ANSWERS)
        assert self.known() == self.SUGGESTED
        assert "8 known already, 0 in progress" in me.get("/plan/").text

    def test_answers_and_ticks_count_together(self, me):
        me.post(PLACEMENT, {**self.ANSWERS, "known": ["java-development"]})
        assert self.known() == {*self.SUGGESTED, "java-development"}

    def test_what_was_suggested_and_unticked_stays_out(self, me):
        page = me.post(PLACEMENT, {**self.ANSWERS, "wish": "suggest"})
        assert not MilestoneProgress.objects.exists()
        assert {slug for _, slug in ticked(page)} == self.SUGGESTED
        seen = re.findall(r'name="suggested" value="([\w-]+)"', page.text)
        me.post(PLACEMENT, {**self.ANSWERS, "suggested": seen, "known": ["linear-algebra"]})
        assert self.known() == {"linear-algebra"}

    def test_asking_for_suggestions_keeps_what_was_ticked_by_hand_and_what_was_unticked(self, me):
        wish = {**self.ANSWERS, "wish": "suggest", "known": ["java-development"]}
        page = me.post(PLACEMENT, wish)
        assert {slug for _, slug in ticked(page)} == {*self.SUGGESTED, "java-development"}
        seen = re.findall(r'name="suggested" value="([\w-]+)"', page.text)
        kept = [slug for _, slug in ticked(page) if slug != "linear-algebra"]
        page = me.post(PLACEMENT, {**wish, "suggested": seen, "known": kept, "experience": ["software", "leading"]})
        ticks = {slug for _, slug in ticked(page)}
        assert {"java-development", "leadership", "bachelors-degree"} <= ticks
        assert "linear-algebra" not in ticks

    def test_work_alone_suggests_something(self, me):
        page = me.post(PLACEMENT, {"experience": "software", "wish": "suggest"})
        assert {slug for _, slug in ticked(page)} == {
            "git-version-control",
            "software-and-api-engineering",
            "problem-solving",
            "collaboration",
        }

    def test_no_answer_has_to_be_given_before_a_browser_sends(self, me):
        assert " required" not in me.get(PLACEMENT).text.split('id="brought"')[0]

    def test_what_i_have_done_is_not_suggested_away(self, me):
        me.post("/roadmaps/ml-architect/milestones/linear-algebra/state/", {"state": "done"})
        me.post(PLACEMENT, self.ANSWERS)
        assert MilestoneProgress.objects.get(milestone="linear-algebra").state == "done"

    def test_a_strange_answer_is_422_and_changes_nothing(self, me):
        assert me.post(PLACEMENT, {**self.ANSWERS, "degree": "wizard"}).status_code == 422
        assert not MilestoneProgress.objects.exists()

    def test_one_form_holds_answers_and_ticks(self, me):
        page = me.get(PLACEMENT).text
        form = re.search(r'<form[^>]*method="post" action="/roadmaps/ml-architect/placement/".*?</form>', page, re.S)
        assert form
        for part in ('name="degree"', 'name="known"', ">Suggest milestones<", ">Count what is ticked<"):
            assert part in form.group()


class TestPreviewSurvivesSignUp:
    """Case 20: hours and what is known, told to the public preview, were lost at sign-up."""

    ROAD = "/roadmaps/ml-architect/"

    def test_its_link_carries_what_was_said(self, client, roadmap):
        page = client.get(f"{self.ROAD}preview/", {"hours_per_week": "7.5", "known": ["bachelors-degree", "skills"]})
        link = html.unescape(re.search(r'href="(/accounts/signup/[^"]*)"[^>]*>Sign up and start', page.text)[1])
        there = QueryDict(urlsplit(link).query)["next"]
        assert QueryDict(urlsplit(there).query).dict() == {"hours_per_week": "7.5", "known": "skills"}
        assert QueryDict(urlsplit(there).query).getlist("known") == ["bachelors-degree", "skills"]

    def test_starting_takes_the_hours_and_leads_to_what_is_known_ticked(self, client, learner, roadmap, document):
        client.force_login(learner)
        page = client.get(self.ROAD, {"hours_per_week": "7.5", "known": ["bachelors-degree", "skills"]}).text
        assert re.search(r'name="hours_per_week" value="7.5"', page)
        known = re.findall(r'type="hidden" name="known" value="([\w-]+)"', page)
        assert known == ["bachelors-degree", "skills"]
        response = client.post(f"{self.ROAD}enrol/", {"hours_per_week": "7.5", "known": known})
        assert response.url.startswith(PLACEMENT)
        ticks = {slug for _, slug in ticked(client.get(response.url))}
        assert "bachelors-degree" in ticks
        assert {document.by_slug[slug].stage for slug in ticks} == {
            document.by_slug["bachelors-degree"].stage,
            "skills",
        }

    def test_nonsense_in_the_address_is_left_alone(self, client, learner, roadmap):
        client.force_login(learner)
        for query in ({"hours_per_week": "x"}, {"hours_per_week": "5", "known": "?"}, {"known": "\x00"}):
            assert client.get(self.ROAD, query).status_code == 200
        assert client.get(PLACEMENT).status_code == 404

    def test_who_starts_without_a_preview_is_led_to_the_plan(self, client, learner, roadmap):
        client.force_login(learner)
        assert client.post(f"{self.ROAD}enrol/", {"hours_per_week": "7.5"}).url == "/plan/"


def test_what_if_offers_nothing_that_i_have(me):
    """Case 20: a Bachelor's degree was offered, unticked, to somebody who has it."""
    whatif = "/roadmaps/ml-architect/what-if/"
    assert 'name="known" value="bachelors-degree"' in me.get(whatif).text
    me.post(PLACEMENT, {"known": ["bachelors-degree"]})
    assert 'name="known" value="bachelors-degree"' not in me.get(whatif).text
    me.post(whatif, {"hours_per_week": "10", "known": ["skills"]})
    assert 'name="known" value="skills"' not in me.get(whatif).text

"""What there is to learn: every page, for a visitor and for a learner, in a fixed number of queries."""

from __future__ import annotations

import html
import re

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmap.document import DocumentError, from_data, parse, to_data
from roadmap.editions import publish, write
from roadmap.models import Milestone, Roadmap
from roadmap.templatetags.learning import hours
from tests.roadmap.test_actions import retire

ROAD = "/roadmaps/ml-architect/"
ALGEBRA = f"{ROAD}milestones/linear-algebra/"
VISITORS_QUERIES = 1
LEARNERS_QUERIES = 5  # session, person, roadmap with enrolment, marks, choices


def text(response) -> str:
    return html.unescape(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def visible(response) -> str:
    """The words of a page, without markup and runs of blanks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def warm(client, roadmap):
    """A process that has read the edition before."""
    client.get(ROAD)


class TestQueries:
    @pytest.mark.parametrize(
        "path", ["/", "/roadmaps/", ROAD, ALGEBRA, f"{ROAD}map/", f"{ROAD}preview/", f"{ROAD}document.yaml"]
    )
    def test_a_visitors_page(self, client, warm, path, django_assert_num_queries):
        with django_assert_num_queries(VISITORS_QUERIES):
            assert client.get(path).status_code == 200

    @pytest.mark.parametrize("path", [ROAD, ALGEBRA, f"{ROAD}map/", f"{ROAD}placement/", f"{ROAD}what-if/"])
    def test_a_learners_page(self, me, warm, path, django_assert_num_queries):
        me.post(f"{ALGEBRA}state/", {"state": "doing"})
        me.get(path)  # takes the message away
        with django_assert_num_queries(LEARNERS_QUERIES):
            assert me.get(path).status_code == 200

    @pytest.mark.parametrize("path", ["/plan/", f"{ROAD}plan.json"])
    def test_a_plan_reads_last_weeks_events_too(self, me, warm, path, django_assert_num_queries):
        me.post(f"{ALGEBRA}state/", {"state": "doing"})
        me.get("/plan/")
        with django_assert_num_queries(LEARNERS_QUERIES + 1):
            assert me.get(path).status_code == 200

    @pytest.mark.parametrize("path", ["/", "/roadmaps/"])
    def test_a_learners_catalogue(self, me, warm, path, django_assert_num_queries):
        with django_assert_num_queries(3):
            assert me.get(path).status_code == 200


class TestEditions:
    def test_a_new_edition_shows_at_once_and_its_content_costs_no_query(self, me, roadmap, document):
        write(document)
        assert "Linear algebra" in text(me.get(ALGEBRA))
        for title in ("Vectors", "Vectors and matrices"):
            Milestone.objects.filter(slug="linear-algebra").update(title=title)
            publish(roadmap=roadmap, by=None)
            for path in (ALGEBRA, ROAD, "/plan/"):
                assert title in visible(me.get(path))
            with CaptureQueriesContext(connection) as queries:
                assert title in visible(me.get(ALGEBRA))
            assert len(queries) == LEARNERS_QUERIES
            assert not re.search(r'"document"|roadmap_(milestone|stage|step|resource)"', str(queries.captured_queries))


class TestCatalogue:
    def test_without_a_published_roadmap_the_pages_say_so(self, client, db):
        Roadmap.objects.create(slug="draft", title="A draft")
        assert client.get("/").status_code == 200
        assert "No roadmap is published yet" in text(client.get("/roadmaps/"))
        assert client.get("/roadmaps/draft/").status_code == 404

    def test_a_withdrawn_roadmap_is_offered_to_those_who_follow_it_only(self, client, me, roadmap):
        roadmap.withdrawn_at = "2026-11-01T00:00Z"
        roadmap.save()
        assert "Machine Learning Architect" in text(me.get("/roadmaps/"))
        client.logout()
        assert "Machine Learning Architect" not in text(client.get("/roadmaps/"))

    def test_the_front_page_knows_whether_i_have_begun(self, client, me, roadmap):
        assert "Open my plan" in text(me.get("/"))
        client.logout()
        assert "Sign up" in text(client.get("/"))

    @pytest.mark.parametrize("query", ["?q=%00", "?page=10000000000000000000", "?user__password__startswith=a"])
    def test_strange_questions_are_ignored(self, client, roadmap, query):
        assert client.get(f"/roadmaps/{query}").status_code == 200
        assert client.get(f"{ROAD}{query}").status_code == 200

    @pytest.mark.parametrize("path", ["/roadmaps/%00/", f"{ROAD}milestones/%00/", f"{ROAD}milestones/alchemy/"])
    def test_strange_addresses_are_not_found(self, client, roadmap, path):
        assert client.get(path).status_code == 404

    def test_the_document_is_the_edition(self, client, roadmap, document):
        response = client.get(f"{ROAD}document.yaml")
        assert parse(response.content, name="document.yaml") == document


class TestRoadmapPage:
    def test_every_milestone_stands_there_once(self, client, roadmap, document):
        shown = re.findall(r'data-milestone="([\w-]+)"', text(client.get(ROAD)))
        assert sorted(shown) == sorted(document.by_slug)

    def test_a_visitor_sees_no_locks_and_no_figures_of_their_own(self, client, roadmap):
        page = text(client.get(ROAD))
        assert "data-locked" not in page
        assert "data-figure" not in page

    def test_a_locked_milestone_links_to_what_is_missing(self, me):
        row = re.search(r'<li class="milestone" id="milestone-deep-learning".*?</li>', text(me.get(ROAD)), re.S)[0]
        assert 'data-locked="true"' in row
        assert "Start anyway" in row
        for missing in ("machine-learning-coursework", "python-programming"):
            assert f'href="{ROAD}milestones/{missing}/"' in row

    def test_the_figures_are_those_of_the_plan(self, me):
        me.post(f"{ALGEBRA}state/", {"state": "known"})
        data = me.get(f"{ROAD}plan.json").json()
        figures = dict(re.findall(r'data-figure="([\w-]+)" data-value="([\d.]+)"', text(me.get(ROAD))))
        for name in ("done", "known", "skipped", "left", "total"):
            assert int(figures[name]) == data["counts"][name]
        assert float(figures["percent"]) == data["percent"] > 0
        assert float(figures["hours-earned"]) == data["hours"]["earned"]
        assert float(figures["hours-left"]) == data["hours"]["left"]

    def test_a_credential_that_nobody_could_find_says_so_in_the_list(self, client, roadmap):
        row = re.search(r'id="milestone-cmla-credential".*?</li>', text(client.get(ROAD)), re.S)[0]
        assert "unverified" in row

    def test_every_button_names_its_milestone(self, me, document):
        page = text(me.get(ROAD))
        for title, slug in ((m.title, m.slug) for m in document.milestones):
            row = re.search(rf'id="milestone-{slug}".*?</li>', page, re.S)[0]
            for button in re.findall(r"<button.*?</button>", row, re.S):
                assert title in button

    def test_pairs_are_explained(self, me, document):
        assert f"goes with {document.by_slug['cloud-azure'].title}" in visible(me.get(ROAD))
        me.post(f"{ROAD}choices/credential/", {"milestone": "cert-azure"})
        box = re.search(r'id="choice-cloud-platform".*?</form>', text(me.get(ROAD)), re.S)[0]
        assert "as it goes with another choice of yours" in box


class TestMilestonePages:
    def test_every_step_and_every_quote_stands_on_its_milestones_page(self, client, roadmap, document):
        for milestone in document.milestones:
            page = visible(client.get(f"{ROAD}milestones/{milestone.slug}/"))
            for wanted in (milestone.title, milestone.summary, milestone.why, milestone.done_when):
                assert " ".join(wanted.split()) in page, milestone.slug
            for step in milestone.steps:
                assert " ".join(step.title.split()) in page, step.slug
            for resource in milestone.resources:
                assert " ".join(resource.title.split()) in page, resource.url
            for citation in document.citations_of(milestone.slug):
                assert " ".join(citation.quote.split()) in page, citation.id
                assert document.source_by_slug[citation.source].title in page

    def test_no_figure_stands_bare(self, client, roadmap, document):
        verdicts = {"stands": "it stands", "dated": "Dated", "unverified": "Unverified"}
        for fact in document.facts:
            items = re.findall(
                r'<li class="resource">.*?</li>', text(client.get(f"{ROAD}milestones/{fact.milestone}/")), re.S
            )
            (item,) = [item for item in items if f"<p>{fact.claim}" in item]
            assert verdicts[fact.verdict] in item
            assert (fact.period or "no period given") in item
            if fact.value is not None:
                assert f"{hours(fact.value)} {fact.unit}" in item
            assert fact.publisher in item

    def test_every_credential_shows_its_status_and_its_day(self, client, roadmap, document):
        words = {"active": "Offered", "retired": "Retired", "unverified": "Unverified"}
        for credential in document.credentials:
            page = text(client.get(f"{ROAD}milestones/{credential.milestone}/"))
            item = next(
                li
                for li in re.findall(r"<li class=\"resource\">.*?</li>", page, re.S)
                if f"<strong>{credential.name}" in li
            )
            assert words[credential.status] in item
            assert "as of 22 November 2026" in item

    def test_a_retired_milestone_keeps_its_page(self, client, roadmap, document):
        retire(roadmap, document, "java-development")
        page = text(client.get(f"{ROAD}milestones/java-development/"))
        assert "Retired on 1 November 2026" in page
        assert "milestone-java-development" not in text(client.get(ROAD))

    def test_what_i_have_of_a_retired_milestone_stays_in_sight(self, me, roadmap, document):
        me.post(f"{ROAD}milestones/java-development/state/", {"state": "done"})
        retire(roadmap, document, "java-development")
        assert "milestone-java-development" in text(me.get(ROAD))

    def test_a_private_note_is_markdown_without_teeth(self, me, client):
        note = (
            "**bold** [good](https://example.org) <script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
            '<b hx-get="/accounts/logout/" hx-on:click="x">b</b> [bad](javascript:alert(1)) ![](https://evil.example/x)'
            "\n\n# Big"
        )
        me.post(f"{ALGEBRA}note/", {"note": note, "evidence_url": "https://example.org/me"})
        shown = re.search(r'<div class="prose" dir="auto">(.*?)</div>', me.get(ALGEBRA).content.decode(), re.S)[1]
        assert "<strong>bold</strong>" in shown
        assert 'href="https://example.org"' in shown
        for tooth in ("<script", "<img", "<b ", "<h1", 'href="javascript'):
            assert tooth not in shown
        client.logout()
        assert "bold" not in text(client.get(ALGEBRA))


class TestSchema:
    """What a program asks before it makes a document."""

    def schema(self, client):
        response = client.get("/schemas/roadmap-1.json")
        jsonschema.Draft202012Validator.check_schema(response.json())
        return response, jsonschema.Draft202012Validator(response.json())

    def test_it_is_public_may_be_kept_and_costs_no_query(self, client, db, django_assert_num_queries):
        with django_assert_num_queries(0):
            response, _ = self.schema(client)
        assert response.headers["Content-Type"] == "application/schema+json"
        assert response.headers["Cache-Control"] == "public, max-age=86400"
        assert response.json()["$id"] == "http://waymark.test/schemas/roadmap-1.json"
        assert client.post("/schemas/roadmap-1.json").status_code == 405

    def test_it_accepts_the_roadmap(self, client, document):
        _, schema = self.schema(client)
        schema.validate(to_data(document))

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            ((), []),
            (("format",), 2),
            (("title",), 5),
            (("title",), None),
            (("summary",), ["a"]),
            (("summary",), "a\x07b"),
            (("stages",), {}),
            (("stages", 0, "slug"), "Not A Slug"),
            (("stages", 0, "extra"), 1),
            (("milestones", 0, "kind"), "hobby"),
            (("milestones", 0, "effort_hours", "likely"), "forty"),
            (("milestones", 0, "effort_hours", "low"), -1),
            (("milestones", 0, "effort_hours", "high"), True),
            (("milestones", 0, "optional"), "yes"),
            (("milestones", 0, "steps"), "many"),
            (("milestones", 0, "prerequisites"), [7]),
            (("milestones", 0, "retired_on"), 20261122),
            (("credentials", 0, "changed_on"), 2026),
            (("credentials", 0, "issuer"), 1),
            (("facts", 0, "value"), "9"),
        ],
    )
    def test_what_it_rejects_the_import_rejects(self, client, document, place, value):
        _, schema = self.schema(client)
        wrong = {"": to_data(document)}
        *holders, last = ("", *place)
        inner = wrong
        for key in holders:
            inner = inner[key]
        if isinstance(inner, list):
            inner[last:] = [value]
        else:
            inner[last] = value
        assert not schema.is_valid(wrong[""])
        with pytest.raises(DocumentError):
            from_data(wrong[""])

    def test_an_optional_text_may_be_null_for_both(self, client, document):
        _, schema = self.schema(client)
        data = to_data(document) | {"summary": None}
        data["credentials"][0]["issuer"] = None
        assert schema.is_valid(data)
        assert from_data(data).summary == ""

"""Editions: read, seen, downloaded; never changed."""

import json

import pytest
from django.urls import reverse

from roadmap.document import dump, from_data
from roadmap.editions import document_of, publish, published
from roadmap.models import Edition, Milestone
from tests.roadmap.admin.helpers import add_row, address, logged_in, person, redraft


@pytest.fixture
def second(editor, road) -> Edition:
    """An edition with a new step and a new title."""
    add_row(editor, road.algebra, "steps", title="Part 3", hours=0)
    redraft(road.statistics, title="Probability")
    return publish(roadmap=road.roadmap, by=None, notes="More algebra.")


def url_of(edition: Edition, page: str, *args: str) -> str:
    return reverse(f"admin:roadmap_edition_{page}", args=[edition.pk, *args])


def test_an_edition_is_never_changed(editor, superuser, road):
    edition = Edition.objects.get()
    for client in (editor, superuser):
        assert client.post(address(edition), {"notes": "Forged"}).status_code == 403
        assert client.post(address(edition, "delete"), {"post": "yes"}).status_code == 403
        assert client.get(address(edition, "add")).status_code == 403
    assert Edition.objects.get().notes == "The first edition."


def test_an_edition_tells_what_it_changed_as_its_review_did(editor, road, second):
    assert "The first edition." in editor.get(address(Edition.objects.get(number=1))).text
    page = editor.get(address(second)).text
    assert "<h3>Renamed</h3>" in page
    assert "“Statistics” → “Probability”" in page
    assert "“Linear algebra”: new “Part 3”" in page
    assert Milestone.objects.get(pk=road.algebra.pk).first_edition.number == 1


def test_it_tells_what_was_frozen_whatever_is_edited_later(editor, road, second):
    redraft(road.statistics, title="Chance")
    page = editor.get(address(second)).text
    assert "Probability" in page
    assert "Chance" not in page


def test_an_edition_is_downloaded_as_yaml(editor, road):
    response = editor.get(url_of(Edition.objects.get(), "yaml"))
    assert response["Content-Disposition"] == 'attachment; filename="data-scientist-edition-1.yaml"'
    assert response.text == dump(document_of(road.roadmap))


def test_an_edition_is_downloaded_as_json(editor, road):
    response = editor.get(url_of(Edition.objects.get(), "json"))
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="data-scientist-edition-1.json"'
    assert from_data(json.loads(response.text)) == document_of(road.roadmap)


def test_an_old_edition_is_seen_as_learners_saw_it(editor, road, second):
    first = Edition.objects.get(number=1)
    page = editor.get(url_of(first, "preview")).text
    assert "<strong>Edition 1</strong>" in page
    assert "Statistics" in page
    assert "Probability" not in page
    assert f'href="{url_of(first, "preview_milestone", "statistics")}' in page
    shown = editor.get(url_of(first, "preview_milestone", "linear-algebra")).text
    assert "Part 2" in shown
    assert "Part 3" not in shown
    for html in (page, shown):
        main = html.partition("<main")[2].partition("</main>")[0]
        assert main.count("<form") == main.count("<form inert")
        assert 'href="/roadmaps/data-scientist/' not in main


def test_a_milestone_that_the_edition_does_not_have_is_404(editor, road):
    assert editor.get(url_of(Edition.objects.get(), "preview_milestone", "nonsense")).status_code == 404


PAGES = ("yaml", "json", "preview", "restore")


@pytest.mark.parametrize("page", PAGES)
def test_only_who_may_see_editions_sees_one(client, learner, page):
    url = url_of(Edition.objects.get(), page)
    assert client.get(url).status_code == 302
    client.force_login(learner)
    assert client.get(url).status_code in (302, 403)
    assert logged_in(person("assistant@example.org", is_staff=True)).get(url).status_code == 403


@pytest.mark.parametrize("page", ["document.yaml", "document.json", "preview/", "restore/", "preview/x/"])
@pytest.mark.parametrize("pk", ["0", "-1", "x", str(10**30), "%00"])
def test_what_does_not_exist_is_404(editor, road, page, pk):
    assert editor.get(f"/admin/roadmap/edition/{pk}/{page}").status_code == 404


def test_seeing_an_edition_reads_its_document_once(editor, road, second, django_assert_num_queries):
    first = Edition.objects.get(number=1)
    assert published(first).by_slug["statistics"].title == "Statistics"
    for page in ("yaml", "preview"):
        with django_assert_num_queries(5):
            editor.get(url_of(first, page))

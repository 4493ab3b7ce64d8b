"""Case 36, second part: after a save one is where one came from, and a choice of roadmap leads on."""

import pytest
from django.urls import reverse

from roadmap.models import Milestone, Source
from tests.roadmap.admin.helpers import address, edit, form_of, messages_of, redraft

PARTS = ("stage", "milestone", "choicegroup", "credential", "fact", "source")


@pytest.fixture
def review(road) -> str:
    return address(road.roadmap, "review")


def opened_from_review(client, road) -> str:
    redraft(road.algebra, done_when="")
    links = [advice.url for advice in client.get(address(road.roadmap, "review")).context["warnings"]]
    return next(url for url in links if url.startswith(address(road.algebra)))


def test_a_save_after_the_review_returns_to_the_review(editor, road, other_road, review):
    url = opened_from_review(editor, road)
    answer = editor.post(url, form_of(editor.get(url)) | {"done_when": "An exam."}, follow=True)
    assert answer.redirect_chain == [(review, 302)]
    assert messages_of(answer)[0].startswith("Draft saved: ")


def test_saving_and_editing_on_keeps_the_way_back(editor, road, other_road, review):
    url = opened_from_review(editor, road)
    answer = editor.post(url, form_of(editor.get(url)) | {"_continue": "1"})
    assert answer["Location"] == url
    page = editor.get(answer["Location"])
    assert editor.post(answer["Location"], form_of(page))["Location"] == review


def test_deleting_after_the_review_returns_to_the_review(editor, road, other_road, review):
    spare = Source.objects.create(roadmap=road.roadmap, slug="spare", title="Spare", position=9)
    answer = editor.post(address(spare, "delete", back="review"), {"post": "yes"})
    assert answer["Location"] == review


def test_a_save_without_a_list_behind_it_leads_to_the_list_of_its_roadmap(editor, road, other_road):
    for part in (road.algebra, road.work, road.group, road.guide):
        answer = edit(editor, part, title="New words")
        assert answer["Location"] == address(part, "changelist", roadmap=road.roadmap.pk)
    spare = Source.objects.create(roadmap=road.roadmap, slug="spare", title="Spare", position=9)
    answer = editor.post(address(spare, "delete"), {"post": "yes"})
    assert answer["Location"] == address(spare, "changelist", roadmap=road.roadmap.pk)


def test_a_save_from_a_filtered_list_returns_to_it(editor, road, other_road):
    url = address(road.algebra, _changelist_filters=f"roadmap={road.roadmap.pk}&kind__exact=coursework")
    answer = editor.post(url, form_of(editor.get(url)))
    assert answer["Location"].endswith(f"/milestone/?roadmap={road.roadmap.pk}&kind__exact=coursework")


def test_a_save_can_lead_on_to_preview_and_review(editor, road, other_road, review):
    """What the page's own links do when something was typed."""
    for part, name, goal in (
        (road.algebra, "review", review),
        (
            road.algebra,
            "preview",
            reverse("admin:roadmap_roadmap_preview_milestone", args=[road.roadmap.pk, "linear-algebra"]),
        ),
        (road.work, "preview", address(road.roadmap, "preview")),
        (road.roadmap, "review", review),
    ):
        assert edit(editor, part, _back=name)["Location"] == goal
    assert edit(editor, road.algebra, _back="https://example.org/")["Location"].startswith("/admin/roadmap/milestone/")


@pytest.mark.parametrize("name", PARTS)
def test_with_two_roadmaps_a_choice_leads_on(editor, road, other_road, name):
    for action in ("changelist", "add"):
        url = reverse(f"admin:roadmap_{name}_{action}")
        asked = editor.get(url)
        assert asked.status_code == 200
        goal = f"{url}?roadmap={other_road.roadmap.pk}"
        assert f'<a href="?roadmap={other_road.roadmap.pk}">Data Engineer</a>' in asked.text
        there = editor.get(goal)
        assert there.status_code == 200
        assert there.context["roadmap"] == other_road.roadmap


def test_a_choice_keeps_the_rest_of_the_address(editor, road, other_road):
    asked = editor.get(address(Milestone, "changelist", q="alge"))
    assert f'<a href="?q=alge&amp;roadmap={road.roadmap.pk}">' in asked.text


def test_without_a_roadmap_one_is_begun_first(editor, db):
    answer = editor.get(address(Milestone, "changelist"), follow=True)
    assert messages_of(answer) == ["There is no roadmap yet: begin with one."]

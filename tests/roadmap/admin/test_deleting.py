"""Case 41: what can't be deleted says what needs it, and blames no missing permission."""

from __future__ import annotations

from typing import Any

from django.test import Client

from roadmap.models import Fact, Roadmap, Stage
from tests.roadmap.admin.helpers import address, make_roadmap


def refused(client: Client, part: Any) -> str:
    """Ask to delete, and try it; return the page."""
    for answer in (client.get(address(part, "delete")), client.post(address(part, "delete"), {"post": "yes"})):
        assert answer.status_code == 200
        assert "permission" not in answer.text
        assert "can’t be deleted" in answer.text
    assert type(part).objects.filter(pk=part.pk).exists()
    return answer.text


def test_a_used_stage_names_its_milestones(editor: Client, road: Any) -> None:
    page = refused(editor, road.work)
    for milestone in road.work.milestones.all():
        assert milestone.title in page


def test_a_used_source_names_what_quotes_it(editor: Client, road: Any) -> None:
    assert "a001" in refused(editor, road.guide)


def test_an_unpublished_milestone_names_its_facts(editor: Client, other_road: Any) -> None:
    fact = Fact.objects.create(
        roadmap=other_road.roadmap,
        milestone=other_road.statistics,
        slug="pay",
        claim="It pays well",
        publisher="Somebody",
        url="https://example.org/pay",
        as_of="2026-01-01",
        verdict="verified",
        position=1,
    )
    assert fact.claim in refused(editor, other_road.statistics)


def test_a_roadmap_with_milestones_names_them(superuser: Client, db: None) -> None:
    made = make_roadmap("data-analyst", "Data Analyst")
    assert "Linear algebra" in refused(superuser, made.roadmap)


def test_what_nothing_needs_is_deleted(editor: Client, road: Any) -> None:
    empty = Stage.objects.create(roadmap=road.roadmap, slug="empty", title="Empty", position=9)
    assert "Are you sure" in editor.get(address(empty, "delete")).text
    editor.post(address(empty, "delete"), {"post": "yes"})
    assert not Stage.objects.filter(pk=empty.pk).exists()


def test_who_lacks_the_permission_is_told_so(editor: Client, other_road: Any) -> None:
    assert editor.get(address(other_road.roadmap, "delete")).status_code == 403
    assert Roadmap.objects.filter(pk=other_road.roadmap.pk).exists()

"""Rows to documents and back, and the freezing of editions."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from roadmap.document import Difference, Document, DocumentError, difference, dump, from_data, parse, to_data
from roadmap.editions import document_in, document_of, merged, publish, published, write
from roadmap.models import ChoiceGroup, Edition, GroupMember, Milestone, Roadmap, Step

pytestmark = pytest.mark.django_db
FIXTURE = Path(__file__).parents[2] / "fixtures" / "ml_architect.yaml"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def architect() -> Document:
    return parse(FIXTURE.read_bytes(), name=FIXTURE.name)


def milestone(slug: str, **changes: Any) -> dict[str, Any]:
    data = {"slug": slug, "stage": "basics", "title": slug.title()}
    return data | {"effort_hours": {"low": 1, "likely": 2, "high": 4}} | changes


def small(*milestones: dict[str, Any], **changes: Any) -> Document:
    data = {
        "format": 1,
        "slug": "baking",
        "title": "Baking",
        "stages": [{"slug": "basics", "title": "Basics"}],
        "milestones": list(milestones) or [milestone("rye"), milestone("wheat")],
    }
    return from_data(data | changes)


FLOUR = {"slug": "flour", "title": "Flour", "members": ["rye", "wheat"], "default": "rye"}


class TestRows:
    def test_the_fixture_comes_back_byte_for_byte(self, architect: Document) -> None:
        assert dump(document_of(write(architect))) == dump(architect)

    def test_reading_takes_the_same_few_queries_for_any_size(self, architect: Document) -> None:
        for document in (architect, small()):
            roadmap = write(document)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                document_of(roadmap)
            assert len(queries) == 14

    def test_writing_the_same_again_writes_only_the_roadmaps_row(self, architect: Document) -> None:
        write(architect)
        with CaptureQueriesContext(connection) as queries:
            write(architect)
        written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert len(written) == 1
        assert "draft_version" in written[0]
        assert len(queries) == 20  # the roadmap's row four times, fourteen kinds of rows once, a savepoint's two ends

    def test_rows_keep_their_identity(self) -> None:
        roadmap = write(small(milestone("rye", steps=[{"slug": "mix", "title": "Mix", "hours": 2}])))
        step = Step.objects.get(slug="mix").pk
        changed = small(milestone("rye", title="Rye!", steps=[{"slug": "mix", "title": "Stir", "hours": 2}]))
        assert write(changed) == roadmap
        assert document_of(roadmap) == changed
        assert Step.objects.get(slug="mix").pk == step

    def test_everything_that_is_gone_goes(self, architect: Document) -> None:
        roadmap = write(architect)
        bare = from_data({"format": 1, "slug": architect.slug, "title": "Bare", "stages": [], "milestones": []})
        write(bare)
        assert document_of(Roadmap.objects.get(pk=roadmap.pk)) == bare

    def test_a_default_moves_either_way(self) -> None:
        for default in ("rye", "wheat", "rye"):
            document = small(groups=[FLOUR | {"default": default}])
            assert document_of(write(document)) == document

    def test_every_save_counts_as_one_of_the_draft(self) -> None:
        before = write(small()).draft_version
        assert write(small()).draft_version == before + 1

    def test_a_half_way_draft_is_no_document_and_says_why(self) -> None:
        roadmap = write(small(milestone("rye", steps=[{"slug": "mix", "title": "Mix", "hours": 2}])))
        Step.objects.update(hours=3)
        with pytest.raises(DocumentError, match=r"milestones\[rye\].steps: the hours of the steps sum to 3"):
            document_of(roadmap)

    def test_a_group_without_a_default_is_said(self) -> None:
        roadmap = write(small(groups=[FLOUR]))
        GroupMember.objects.update(is_default=False)
        with pytest.raises(DocumentError, match=r"groups\[flour\].default: is missing"):
            document_of(roadmap)

    def test_line_breaks_of_a_browser_become_plain_ones(self) -> None:
        roadmap = write(small())
        Milestone.objects.filter(slug="rye").update(summary="a\r\nb")
        assert document_of(roadmap).by_slug["rye"].summary == "a\nb"

    def test_two_thousand_milestones_are_written_in_seconds(self) -> None:
        document = small(
            *(
                milestone(
                    f"m-{n}",
                    prerequisites=[f"m-{n - 1}"] if n else [],
                    steps=[{"slug": f"s-{k}", "title": f"Step {k}", "hours": 0.5} for k in range(4)],
                )
                for n in range(2_000)
            )
        )
        start = time.process_time()
        with CaptureQueriesContext(connection) as queries:
            roadmap = write(document)
        assert time.process_time() - start < 8
        assert len(queries) < 80
        assert document_of(roadmap) == document


class TestPublish:
    def test_editions_are_numbered_and_become_current(self) -> None:
        roadmap = write(small())
        first = publish(roadmap=roadmap, by=None, notes="Hello")
        assert (first.number, first.notes, first.difference) == (1, "Hello", {})
        assert roadmap.current_edition == first
        write(small(milestone("rye"), milestone("wheat", title="Spelt")))
        second = publish(roadmap=roadmap, by=None)
        assert second.number == 2
        assert Difference.from_data(second.difference).lines() == ("renamed milestone wheat: “Wheat” → “Spelt”",)
        assert Roadmap.objects.get().current_edition == second

    def test_publishing_without_a_change_is_the_same_edition(self) -> None:
        roadmap = write(small())
        assert publish(roadmap=roadmap, by=None) == publish(roadmap=roadmap, by=None)
        assert Edition.objects.count() == 1

    def test_an_edition_is_read_once(self) -> None:
        roadmap = write(small())
        edition = publish(roadmap=roadmap, by=None)
        assert published(edition) == small()
        with CaptureQueriesContext(connection) as queries:
            assert document_in(roadmap.pk, 1) is published(edition)
        assert not queries.captured_queries

    def test_what_is_not_there_is_not_remembered(self) -> None:
        roadmap = write(small())
        with pytest.raises(Edition.DoesNotExist):
            document_in(roadmap.pk, 1)
        publish(roadmap=roadmap, by=None)
        assert document_in(roadmap.pk, 1) == small()

    def test_the_draft_does_not_show_before_it_is_published(self) -> None:
        roadmap = write(small())
        edition = publish(roadmap=roadmap, by=None)
        write(small(milestone("rye", title="Draft"), milestone("wheat")))
        assert published(edition).by_slug["rye"].title == "Rye"

    def test_lint_errors_forbid_it(self) -> None:
        roadmap = write(small(milestone("rye", retired_on="2026-11-22"), milestone("wheat", prerequisites=["rye"])))
        with pytest.raises(DocumentError, match="requires “Rye”, which is retired"):
            publish(roadmap=roadmap, by=None)
        assert not Edition.objects.exists()

    def test_a_published_milestone_cannot_be_deleted(self) -> None:
        publish(roadmap=write(small()), by=None)
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            write(small(milestone("rye")))

    def test_what_leaves_the_draft_stays_in_every_edition_that_had_it(self) -> None:
        first = publish(roadmap=write(small(groups=[FLOUR])), by=None)
        second = publish(roadmap=write(small()), by=None)
        document_in.cache_clear()
        assert [group.slug for group in published(first).groups] == ["flour"]
        assert published(second).groups == ()
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
            Edition.objects.filter(pk=first.pk)._raw_delete(using="default")

    def test_an_edition_reads_as_it_was_though_rules_may_have_grown(self) -> None:
        roadmap = write(small())
        data = to_data(small()) | {"groups": [FLOUR | {"default": "oat"}]}  # no document could be read so today
        old = Edition.objects.create(roadmap=roadmap, number=7, document=data, sha256="x")
        assert published(old).groups[0].default == "oat"


class TestMerged:
    def test_nothing_absent_nothing_added(self) -> None:
        assert merged(small(), small(milestone("rye")), today=TODAY) == small()

    def test_an_absent_milestone_is_retired_today(self) -> None:
        found = merged(small(milestone("rye")), small(), today=TODAY)
        assert [m.slug for m in found.milestones] == ["rye", "wheat"]
        assert found.by_slug["wheat"].retired_on == TODAY
        assert difference(small(), found).lines() == ("retired milestone wheat: on 2026-11-22",)

    def test_retired_before_stays_retired_then(self) -> None:
        current = small(milestone("rye"), milestone("wheat", retired_on="2020-01-01", replaced_by=["rye"]))
        found = merged(small(milestone("rye")), current, today=TODAY)
        assert found.by_slug["wheat"] == current.by_slug["wheat"]

    def test_it_keeps_its_stage_and_sources_and_loses_its_group(self) -> None:
        current = small(
            milestone("rye", sources=["guide"]),
            milestone("wheat"),
            milestone("bread", stage="late", requires_groups=["flour"], prerequisites=["rye"], sources=["guide"]),
            stages=[{"slug": "basics", "title": "Basics"}, {"slug": "late", "title": "Late"}],
            sources=[{"slug": "guide", "title": "Guide"}],
            groups=[FLOUR],
        )
        found = merged(small(), current, today=TODAY)
        bread = found.by_slug["bread"]
        assert (bread.stage, bread.sources, bread.prerequisites, bread.requires_groups) == (
            "late",
            ("guide",),
            ("rye",),
            (),
        )
        assert [stage.slug for stage in found.stages] == ["basics", "late"]
        assert not found.groups
        assert merged(small(), found, today=date(2030, 1, 1)) == found

    def test_what_it_became_can_be_written(self) -> None:
        publish(roadmap=write(small(groups=[FLOUR])), by=None)
        roadmap = write(merged(small(milestone("rye")), small(groups=[FLOUR]), today=TODAY))
        assert Milestone.objects.get(slug="wheat").retired_on == TODAY
        assert not ChoiceGroup.objects.exists()
        assert publish(roadmap=roadmap, by=None).number == 2

"""An old edition becomes the working copy again, and nobody's credit is left behind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from roadmap.document import Document, DocumentError, difference
from roadmap.editions import (
    StrandedError,
    document_of,
    publish,
    published,
    restore_edition,
    restored,
    stranded,
    write,
)
from roadmap.models import Choice, Edition, Enrolment, GroupMember, Milestone, MilestoneProgress, Roadmap, Step
from tests.roadmap.diary import edition, milestone, retired

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)

FIRST = edition(milestone("a"), milestone("b"))
SECOND = edition(milestone("a", title="Alpha"), retired("b", by=("c",)), milestone("c"), milestone("d"))


def editions(*documents: Document) -> list[Edition]:
    return [publish(roadmap=write(document), by=None) for document in documents]


def learner(**progress: Any) -> Enrolment:
    """Return somebody with the named milestones in the named states."""
    user = User.objects.create_user(f"learner-{User.objects.count()}@example.org")
    enrolment = Enrolment.objects.create(user=user, roadmap=Roadmap.objects.get(), hours_per_week=5, started_on=TODAY)
    for slug, state in progress.items():
        MilestoneProgress.objects.create(enrolment=enrolment, milestone=slug, state=state)
    return enrolment


def asked(first: Edition) -> list[str]:
    return [row.milestone.slug for row in stranded(first, restored(first, today=TODAY))]


class TestRestored:
    def test_what_was_published_since_is_retired(self) -> None:
        first, _ = editions(FIRST, SECOND)
        found = restored(first, today=TODAY)
        assert difference(FIRST, found).lines() == ("added milestone c", "added milestone d")
        assert [found.by_slug[slug].retired_on for slug in "abcd"] == [None, None, TODAY, TODAY]
        assert found.by_slug["b"].replaced_by == ()

    def test_it_becomes_the_working_copy_and_learners_see_nothing(self) -> None:
        first, second = editions(FIRST, SECOND)
        roadmap = restore_edition(edition=first, successors={}, today=TODAY)
        assert document_of(roadmap) == restored(first, today=TODAY)
        assert roadmap.current_edition == second
        assert published(second) == SECOND
        assert publish(roadmap=roadmap, by=None).number == 3

    def test_it_counts_as_a_save_of_the_draft(self) -> None:
        first, _ = editions(FIRST, SECOND)
        before = Roadmap.objects.get().draft_version
        assert restore_edition(edition=first, successors={}, today=TODAY).draft_version == before + 1

    def test_what_was_only_in_the_draft_is_not_kept(self) -> None:
        first, _ = editions(FIRST, SECOND)
        write(edition(milestone("a"), retired("b"), milestone("c"), milestone("d"), milestone("e")))
        restore_edition(edition=first, successors={}, today=TODAY)
        assert not Milestone.objects.filter(slug="e").exists()

    def test_a_half_way_draft_is_replaced(self) -> None:
        steps = [{"slug": "s", "title": "S", "hours": 10}]
        group = {"slug": "g", "members": ["a", "b"], "default": "a"}
        first, _ = editions(FIRST, edition(milestone("a", steps=steps), milestone("b"), groups=(group,)))
        GroupMember.objects.all().delete()
        Step.objects.update(hours=3)
        assert document_of(restore_edition(edition=first, successors={}, today=TODAY)) == FIRST

    def test_there_and_back_again_is_the_same(self) -> None:
        first, second = editions(FIRST, SECOND)
        publish(roadmap=restore_edition(edition=first, successors={}, today=TODAY), by=None)
        restore_edition(edition=second, successors={}, today=TODAY)
        assert document_of(Roadmap.objects.get()) == SECOND


class TestStranded:
    @pytest.mark.parametrize("state", ["doing", "done", "known"])
    def test_what_learners_have_is_asked_for(self, state: str) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(c=state, a="done")
        assert asked(first) == ["c"]

    @pytest.mark.parametrize("state", ["todo", "skipped"])
    def test_what_nobody_has_is_not(self, state: str) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(c=state)
        assert asked(first) == []

    @pytest.mark.parametrize(
        "kept", [{"ticks": {"s": ["2026-11-22", 1]}}, {"logged": [[1, "2026-11-22", 1]]}, {"note": "n"}]
    )
    def test_a_tick_hours_or_a_note_is_something_to_have(self, kept: dict[str, Any]) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(d="todo")
        MilestoneProgress.objects.update(**kept)
        assert asked(first) == ["d"]

    def test_a_choice_is_something_to_have(self) -> None:
        first, _ = editions(FIRST, SECOND)
        Choice.objects.create(enrolment=learner(), group="g", milestone="d")
        assert asked(first) == ["d"]

    def test_who_has_left_may_come_back_to_it(self) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(d="done")
        Enrolment.objects.update(left_at="2026-11-22T12:00Z")
        assert asked(first) == ["d"]

    def test_credit_that_was_carried_to_it_counts(self) -> None:
        """Whoever has done B has C by it, though they never touched C."""
        first, *_ = editions(
            edition(milestone("a")),
            edition(milestone("a"), milestone("b")),
            edition(milestone("a"), retired("b", by=("c",)), milestone("c")),
        )
        learner(b="done")
        assert asked(first) == ["c"]

    def test_what_had_ended_before_is_not_asked_for_again(self) -> None:
        first, *_ = editions(
            FIRST, SECOND, edition(milestone("a"), retired("b", by=("c",)), milestone("c"), retired("d"))
        )
        learner(d="done")
        assert asked(first) == []

    def test_of_another_roadmap_counts_nothing(self) -> None:
        first, _ = editions(FIRST, SECOND)
        enrolment = learner(d="done")
        enrolment.roadmap = Roadmap.objects.create(slug="other", title="Other")
        enrolment.save()
        assert asked(first) == []

    def test_it_takes_the_same_queries_for_any_number(self, django_assert_num_queries: Any) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(c="done", d="done")
        document = restored(first, today=TODAY)
        with django_assert_num_queries(3):
            stranded(first, document)


class TestAnswers:
    def test_without_an_answer_it_is_refused(self) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(c="done", d="done")
        before = Roadmap.objects.get().draft_version
        with pytest.raises(StrandedError, match="the place of: D"):
            restore_edition(edition=first, successors={"c": ["b"]}, today=TODAY)
        assert Roadmap.objects.get().draft_version == before

    def test_credit_goes_where_the_answer_says(self) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(c="done", d="done")
        restore_edition(edition=first, successors={"c": ["a", "b"], "d": []}, today=TODAY)
        found = document_of(Roadmap.objects.get())
        assert (found.by_slug["c"].replaced_by, found.by_slug["d"].replaced_by) == (("a", "b"), ())

    @pytest.mark.parametrize(
        ("successors", "error"),
        [({"c": ["d"], "d": []}, StrandedError), ({"c": ["c"]}, DocumentError), ({"c": ["x"]}, DocumentError)],
    )
    def test_only_what_is_live_takes_a_place(self, successors: dict[str, list[str]], error: type[Exception]) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(c="done")
        with pytest.raises(error):
            restore_edition(edition=first, successors=successors, today=TODAY)

    def test_no_learner_row_is_written(self, django_assert_max_num_queries: Any) -> None:
        first, _ = editions(FIRST, SECOND)
        learner(c="done")
        with django_assert_max_num_queries(80) as queries:
            restore_edition(edition=first, successors={"c": ["b"]}, today=TODAY)
        written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert written
        assert not [sql for sql in written if "progress" in sql or "event" in sql or "enrolment" in sql]

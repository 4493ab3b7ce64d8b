"""Publishing costs the same few queries for any size, and no learner's row."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import User
from roadmap.editions import publish, published, write
from roadmap.models import Enrolment, MilestoneProgress, Roadmap
from tests.roadmap.diary import edition, milestone, steps

pytestmark = pytest.mark.django_db
_TABLE = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def roadmap(count: int, **changes: Any) -> Roadmap:
    """Return a working copy of `count` milestones."""
    return write(edition(*(milestone(f"m{n}", steps=steps(4, 6), **changes) for n in range(count))))


def test_no_learner_row_is_written(django_assert_max_num_queries: Any) -> None:
    published(publish(roadmap=roadmap(3), by=None))
    user = User.objects.create_user("ada@example.org")
    enrolment = Enrolment.objects.create(
        user=user, roadmap=Roadmap.objects.get(), hours_per_week=5, started_on="2026-11-22"
    )
    MilestoneProgress.objects.create(enrolment=enrolment, milestone="m0", state="done")
    draft = roadmap(4, summary="New")
    with django_assert_max_num_queries(30) as queries:
        publish(roadmap=draft, by=None)
    written = [found[1] for query in queries if (found := _TABLE.match(query["sql"]))]
    assert written == ["roadmap_edition", "roadmap_roadmap", "roadmap_milestone"]


@pytest.mark.parametrize("count", [3, 30])
def test_it_takes_the_same_queries_for_any_size(count: int, django_assert_num_queries: Any) -> None:
    published(publish(roadmap=roadmap(count), by=None))
    draft = roadmap(count + 1, summary="New")
    with django_assert_num_queries(21):
        publish(roadmap=draft, by=None)


def test_what_learners_see_is_not_read_again_to_compare() -> None:
    """It is in this process's memory since the review that came before."""
    first = publish(roadmap=roadmap(3), by=None)
    before = published(first)
    second = publish(roadmap=roadmap(3, title="Same"), by=None)
    assert published(first) is before
    assert [change["kind"] for change in second.difference["changes"]] == ["renamed"] * 3

"""What answers suggest: what nearly everyone with that background has, and never more."""

from __future__ import annotations

from itertools import product

import pytest

from roadmap.placement import (
    _BY_DEGREE,
    _BY_EXPERIENCE,
    _BY_SUBJECT,
    _UNDER_WAY,
    DEGREES,
    EXPERIENCE,
    SUBJECTS,
    suggest,
)


def test_every_suggested_milestone_is_on_the_roadmap(document):
    named = {
        slug
        for table in (_BY_DEGREE, _UNDER_WAY, _BY_SUBJECT, _BY_EXPERIENCE)
        for row in table.values()
        for slug in row
    }
    assert named <= document.by_slug.keys()


@pytest.mark.parametrize("degree", ["bachelor", "master"])
def test_a_maths_degree_suggests_mathematics_and_no_machine_learning(document, degree):
    known = suggest(document, degree=degree, subject="mathematics", experience=[]).known
    assert set(known[1:]) == {"applied-mathematics", "linear-algebra", "statistics-and-probability"}
    assert known[0] in {"bachelors-degree", "masters-degree"}


def test_studying_now_is_under_way_and_proves_no_course_yet(document):
    found = suggest(document, degree="studying", subject="mathematics", experience=[])
    assert (found.known, found.doing) == ((), ("bachelors-degree",))


def test_nothing_suggests_nothing(document):
    found = suggest(document, degree="none", subject="", experience=[])
    assert (found.known, found.doing) == ((), ())


def test_no_answer_suggests_a_certificate_a_role_or_a_course_in_machine_learning(document):
    never = {"certification", "entry-role", "role-duty"}
    for degree, subject in product(DEGREES, SUBJECTS):
        found = suggest(document, degree=degree, subject=subject, experience=list(EXPERIENCE))
        for slug in (*found.known, *found.doing):
            assert document.by_slug[slug].kind not in never
            assert slug not in {"machine-learning-coursework", "deep-learning"}


def test_what_is_retired_or_absent_is_not_suggested(document):
    without = document.model_copy(
        update={"milestones": tuple(m for m in document.milestones if m.slug != "linear-algebra")}
    )
    assert "linear-algebra" not in suggest(without, degree="master", subject="mathematics", experience=[]).known

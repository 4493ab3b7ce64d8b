"""How far the working copy is from what learners see, in an editor's words."""

from __future__ import annotations

import pytest

from roadmap.document import Change
from roadmap.drafts import sentence_of


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [
        ("steps", "+part-3 -part-2 ~part-1", "Steps of “Git”: new “part 3”, gone “part 2”, changed “part 1”"),
        ("steps", "order", "Steps of “Git”: order"),
        ("prerequisites", "+linear-algebra", "Prerequisites of “Git”: new “linear algebra”"),
        ("resources", "~https://git-scm.com/", "Resources of “Git”: changed “https://git-scm.com/”"),
        ("effort", "15 h (8 to 30) → 16 h (8 to 30)", "Effort of “Git”: 15 h (8 to 30) → 16 h (8 to 30)"),
    ],
)
def test_a_change_is_said_without_signs_or_slugs(kind, detail, said):
    change = Change(kind=kind, what="milestone", slug="git", title="Git", detail=detail)
    assert sentence_of(change) == said

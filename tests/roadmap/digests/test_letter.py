"""What a letter says, word by word."""

from __future__ import annotations

import pytest

from roadmap.digests.letter import TITLE_LENGTH, short


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Linear algebra", "Linear algebra"),
        (
            "Read and try out commits, history, undoing changes, remotes and tags",
            "Read and try out commits, history, undoing changes…",
        ),
    ],
)
def test_a_long_title_ends_at_a_word_without_a_dangling_comma(title: str, shown: str) -> None:
    assert short(title) == shown
    assert len(short(title)) <= TITLE_LENGTH + 1

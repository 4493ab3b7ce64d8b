"""What is written is read as the same."""

from __future__ import annotations

import pytest

from roadmap.document import dump, from_data, parse
from tests.roadmap.document.test_reading import small

LIKE_NUMBERS = ["0e0", "1e5", "-2E+3", ".5e1", "5.", "08", "0x1F", "1_000", "4:20", ".inf", "-.INF", ".NaN", "1.5"]
LIKE_WORDS = ["yes", "no", "on", "null", "~", "TRUE", "=", "<<", "2026-11-22"]


@pytest.mark.parametrize("text", [*LIKE_NUMBERS, *LIKE_WORDS])
def test_a_text_stays_one_whatever_it_looks_like(text: str) -> None:
    document = from_data(small(title=text))
    assert parse(dump(document).encode(), name="road.yaml") == document


def test_numbers_and_words_are_written_without_quotes() -> None:
    assert "title: Bread\n" in dump(from_data(small(title="Bread")))

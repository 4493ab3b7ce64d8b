"""Titles that run from right to left keep their marks where they belong (case 28)."""

from __future__ import annotations

import pytest

from roadmap.bidi import is_right_to_left, isolated


@pytest.mark.parametrize(
    ("text", "rtl"), [("تعلّم الآلة!", True), ("3. עברית:", True), ("Learn العربية", False), ("42", False), ("", False)]
)
def test_the_first_letter_says_which_way_a_title_runs(text: str, rtl: bool):
    assert is_right_to_left(text) is rtl


def test_a_title_from_right_to_left_is_kept_apart_in_a_sentence() -> None:
    assert f"“{isolated('תכנות!')}” is done." == "“\u2068תכנות!\u2069” is done."
    assert isolated("Learn العربية:") == "\u2068Learn العربية:\u2069"


@pytest.mark.parametrize("text", ["Linear algebra!", "機械学習:", "", "Ünïcode", "การเรียนรู้"])
def test_any_other_is_left_alone(text: str) -> None:
    assert isolated(text) == text


def test_no_override_leaks_out_of_a_title() -> None:
    assert isolated("\u202eעברית\u2067") == "\u2068עברית\u2069"
    assert isolated(isolated("עברית")) == isolated("עברית")

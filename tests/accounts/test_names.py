"""What may be a name."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.names import clean_name


@pytest.mark.parametrize("name", ["Ann", "Zoë Ó Briain", "李小龍", "Łukasz-Żuk", "عمر", "Ann 🦦", ""])
def test_names_of_people_stay_as_they_are(name: str) -> None:
    assert clean_name(name) == name


def test_the_two_spellings_of_a_letter_become_one() -> None:
    assert clean_name("Zoe\u0308") == "Zoë"


def test_invisible_and_turning_characters_go() -> None:
    assert clean_name("\u202etxt.\u200bexe\ufeff \u2067x\u2069") == "txt.exe x"


@pytest.mark.parametrize(
    "name", ["a\r\nBcc: b@example.org", "a\nb", "a\x1b[31m", "a\u2028b", "a\ud800", "a\ue000", "a\x00"]
)
def test_control_characters_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        clean_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "علی\u200cرضا",
        "ශ\u0dca\u200dර\u0dd3",
        "क\u094d\u200dष",
        "क\u094d\u200cष",
        "রা\u200cম",
        "രാജന\u0d4d\u200d",  # the old spelling of a letter that ends a word
        "Ann 👨\u200d👩\u200d👧\u200d👦",
        "👩🏽\u200d💻",
        "❤\ufe0f\u200d🔥",
        "🙂\u200d↔\ufe0f",
    ],
)
def test_joiners_stay_between_letters_and_in_emoji(name: str) -> None:
    """Case 19: without them the name is spelled wrong, and a family falls apart."""
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("\u200dAnn\u200c", "Ann"),
        ("Ann \u200dLee", "Ann Lee"),
        ("علی\u200c\u200cرضا", "علیرضا"),
        ("1\u200d2", "12"),
        ("Ann\u200d👩", "Ann👩"),
        ("علی\u202e\u200cرضا", "علی\u200cرضا"),
        ("\u2066علی\u2069\u200bرضا\u200f", "علیرضا"),
    ],
)
def test_joiners_that_join_nothing_go_as_overrides_and_isolates_do(name: str, kept: str) -> None:
    """Case 19."""
    assert clean_name(name) == kept

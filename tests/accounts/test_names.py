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

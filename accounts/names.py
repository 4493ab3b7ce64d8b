"""Names of people: printable, on one line, and shown as they are stored."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError

# Control, surrogate, unassigned and private characters, line and paragraph separators.
REFUSED = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})


def clean_name(value: str) -> str:
    """Return the name in canonical form, without bidirectional and zero-width characters.

    Those (category Cf) could make a name look like another one, and are dropped silently because people paste them
    unknowingly. A line break or control character is nobody's name and is refused: it aims at mail headers or logs.
    """
    name = unicodedata.normalize("NFC", value)
    if any(unicodedata.category(character) in REFUSED for character in name):
        raise ValidationError("Write the name on one line, without control characters.", code="control")
    visible = (character for character in name if unicodedata.category(character) != "Cf")
    return " ".join("".join(visible).split())

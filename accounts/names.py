"""Names of people: printable, on one line, and shown as they are stored."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError

# Control, surrogate, unassigned and private characters, line and paragraph separators.
REFUSED = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
NON_JOINER, JOINER = "\u200c", "\u200d"
VIRAMA = 9  # the canonical combining class of what binds two consonants in the scripts of India
EMOJI = frozenset({"So", "Sm", "Sk"})  # pictures, arrows, and the tones of skin
AS_EMOJI = "\ufe0f"


def clean_name(value: str) -> str:
    """Return the name in canonical form, without bidirectional and zero-width characters.

    Those (category Cf) could make a name look like another one, and are dropped silently because people paste them
    unknowingly. Joiners stay where they shape what is read: between letters (Persian, Sinhala, Devanagari) and in
    emoji. A line break or control character is nobody's name and is refused: it aims at mail headers or logs.
    """
    name = unicodedata.normalize("NFC", value)
    if any(unicodedata.category(character) in REFUSED for character in name):
        raise ValidationError("Write the name on one line, without control characters.", code="control")
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf" or c in {NON_JOINER, JOINER})
    return " ".join(_without_idle_joiners(visible).split())


def _without_idle_joiners(name: str) -> str:
    """Drop joiners that join nothing: at an end, beside a space, in a row."""
    neighbours = zip(f" {name}", name, f"{name[1:]} ", strict=False)
    return "".join(c for before, c, after in neighbours if c not in {NON_JOINER, JOINER} or _joins(before, c, after))


def _joins(before: str, joiner: str, after: str) -> bool:
    if unicodedata.combining(before) == VIRAMA:
        return after not in {NON_JOINER, JOINER}
    if _is_letter(before) and _is_letter(after):
        return True
    return joiner == JOINER and (before == AS_EMOJI or _is_emoji(before)) and _is_emoji(after)


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" and character != AS_EMOJI


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) in EMOJI

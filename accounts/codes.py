"""Codes as people type and paste them, brought to the plain characters that they stand for."""

from __future__ import annotations

import unicodedata


def plain_code(value: str) -> str:
    """Return a code in plain digits and letters.

    Digits of every script count (٣, ३ and ３ are 3). What stands between them goes: spaces, dashes, and what nobody
    sees, such as a no-break space or a zero-width character that came along from a mail.
    """
    return "".join(_plain(character) for character in unicodedata.normalize("NFKC", value) if character.isalnum())


def _plain(character: str) -> str:
    return str(unicodedata.digit(character, character))

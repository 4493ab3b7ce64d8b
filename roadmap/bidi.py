"""PURE. Which way a text runs, and how one that runs the other way stands in a sentence of ours (UAX 9).

A title in Arabic or Hebrew that ends in "!" or ":" shows the mark on its wrong side in an English sentence unless the
sentence isolates it. HTML has `<bdi>` and `dir` for that (`templatetags/learning.py`); plain text has two characters.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ISOLATES = _FIRST_STRONG_ISOLATE, _POP_DIRECTIONAL_ISOLATE = "\u2068", "\u2069"
_CONTROLS = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)  # would leak out of the text into the sentence
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def is_right_to_left(text: str) -> bool:
    """Tell whether a text is to be set from right to left: by its first letter that has a direction."""
    first = next((sense for sense in map(unicodedata.bidirectional, text) if sense in {"L", "R", "AL"}), "L")
    return first in _RIGHT_TO_LEFT


def is_mixed(text: str) -> bool:
    """Tell whether a text has letters that run from right to left, so that what stands beside it must be kept apart."""
    return not text.isascii() and _has_right_to_left(text)


@lru_cache(maxsize=4096)
def _has_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)


def isolated(text: str) -> str:
    """Return a text as it may stand in an English sentence; without letters from right to left it is left alone."""
    if not is_mixed(text):
        return text
    return f"{_FIRST_STRONG_ISOLATE}{text.translate(_CONTROLS)}{_POP_DIRECTIONAL_ISOLATE}"

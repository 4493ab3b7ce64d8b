"""Titles in a box: SVG breaks no lines, so we do, by what letters of a usual sans-serif face measure.

Lines break between words; in scripts that write no spaces, between letters, by the simple rules of UAX 14 (a mark that
closes begins no line, one that opens ends none); and within a word that is wider than the box.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_WIDTHS = {**dict.fromkeys("iljtfrI.,:;'’|!()[] -", 0.34), **dict.fromkeys("mwMWOQ&%@—…", 0.88)}
_CLOSING = frozenset(
    "、。，．・：；？！）」』】〕〉》〗〙〟’”…‥ー々〻ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ｡､｣％)]},.;:!?%"
)
_OPENING = frozenset("（「『【〔〈《〖〘〝‘“｢([{")
_BOUND_TO_NEXT = frozenset("เแโใไເແໂໃໄ\u200d")  # vowels written before their consonant; the joiner
_BOUND_TO_LAST = frozenset("ะาำๅๆฯະາຳໆ\u200d")
_FULL = 0.9  # of a line, where a word is cut at its end: in a wide face letters take a tenth more than measured
_VIRAMA = 9  # the canonical combining class of what joins two consonants


def measure(text: str) -> float:
    """Return about how wide a text is, in em."""
    return sum(map(_width, text))


def fold(text: str, *, width: float, lines: int) -> tuple[str, ...]:
    """Break a text into lines at most `width` em wide; what doesn't fit into so many lines ends in an ellipsis."""
    folded = [""]
    for glue, piece, is_cut in _pieces(text, width):
        room = width * _FULL if is_cut else width
        longer = f"{folded[-1]}{glue}{piece}"
        if not folded[-1]:
            folded[-1] = piece
        elif measure(longer) <= room:
            folded[-1] = longer
        else:
            folded.append(piece)
    shown = folded[:lines]
    if len(folded) > lines:
        shown[-1] += "…"
    return tuple(_clipped(line, width) for line in shown)


def _width(letter: str) -> float:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0.0
    return _WIDTHS.get(letter, 0.7 if letter.isupper() else 0.57 if letter < "\u2e80" else 1.0)


def _pieces(text: str, width: float) -> Iterator[tuple[str, str, bool]]:
    """Yield what a line never breaks in, with what stands before it on the same line, and whether a word was cut."""
    for index, word in enumerate(text.split()):
        glue = " " if index else ""
        for piece in _unbroken(word):
            is_cut = measure(piece) > width * _FULL
            for part in _clusters(piece) if is_cut else (piece,):
                yield glue, part, is_cut
                glue = ""


def _unbroken(word: str) -> Iterator[str]:
    """Split a word where its script breaks lines without a space."""
    piece = ""
    for cluster in _clusters(word):
        if piece and _may_break(piece[-1], cluster[0]):
            yield piece
            piece = ""
        piece += cluster
    yield piece


def _may_break(before: str, after: str) -> bool:
    if before in _OPENING or after in _CLOSING:
        return False
    return _is_dense(before) or _is_dense(after)


def _is_dense(letter: str) -> bool:
    """Tell whether a letter is of a script that writes words without spaces between them."""
    if "\u0e00" <= letter <= "\u0eff" or "\u1000" <= letter <= "\u109f" or "\u1780" <= letter <= "\u17ff":
        return True  # Thai and Lao, Burmese, Khmer
    return unicodedata.east_asian_width(letter) in {"W", "F"} and not "\uac00" <= letter <= "\ud7a3"


def _clusters(text: str) -> Iterator[str]:
    """Yield what a reader takes for one letter: it carries its marks with it."""
    cluster = ""
    for letter in text:
        if cluster and not _is_bound(cluster[-1], letter):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _is_bound(before: str, letter: str) -> bool:
    return (
        unicodedata.category(letter) in {"Mn", "Mc", "Me"}
        or letter in _BOUND_TO_LAST
        or before in _BOUND_TO_NEXT
        or unicodedata.combining(before) == _VIRAMA
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
    )


def _clipped(line: str, width: float) -> str:
    while measure(line) > width and len(line) > 1:
        *kept, _ = _clusters(line.removesuffix("…"))
        line = "".join(kept).rstrip(" ,;:、，") + "…"
        if line == "…":
            break
    return line

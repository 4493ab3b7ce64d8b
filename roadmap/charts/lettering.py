"""Titles in a box: SVG breaks no lines, so we do, by what letters of a usual sans-serif face measure."""

from __future__ import annotations

_WIDTHS = {**dict.fromkeys("iljtfrI.,:;'’|!()[] -", 0.34), **dict.fromkeys("mwMWOQ&%@—…", 0.88)}


def measure(text: str) -> float:
    """Return about how wide a text is, in em."""
    return sum(_WIDTHS.get(letter, 0.7 if letter.isupper() else 0.57 if letter < "\u2e80" else 1.0) for letter in text)


def fold(text: str, *, width: float, lines: int) -> tuple[str, ...]:
    """Break a text into lines at most `width` em wide; what doesn't fit into so many lines ends in an ellipsis."""
    folded = [""]
    for word in text.split():
        longer = f"{folded[-1]} {word}".strip()
        if measure(longer) <= width or not folded[-1]:
            folded[-1] = longer
        else:
            folded.append(word)
    shown = folded[:lines]
    if len(folded) > lines:
        shown[-1] += "…"
    return tuple(_clipped(line, width) for line in shown)


def _clipped(line: str, width: float) -> str:
    while measure(line) > width and len(line) > 1:
        line = line.removesuffix("…")[:-1].rstrip(" ,;:") + "…"
        if line == "…":
            break
    return line

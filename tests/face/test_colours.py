"""Every pair of colours that the stylesheet puts together is legible, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("paper", "surface", "sunken")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-soft", "spruce", "spruce-strong", "brick") for ground in GROUNDS),
    *((ink, ground, TEXT) for ink in ("gorse-ink", "lake") for ground in ("paper", "surface")),
    *(("ink", f"{name}-wash", TEXT) for name in ("spruce", "gorse", "lake", "brick")),
    *(("ink-soft", f"{name}-wash", TEXT) for name in ("spruce", "gorse", "lake", "brick")),
    *((f"on-{name}", name, TEXT) for name in ("spruce", "gorse", "lake", "brick")),
    *((f"{name}", f"{name}-wash", TEXT) for name in ("spruce", "lake", "brick")),
    ("on-spruce", "spruce-strong", TEXT),
    ("spruce-strong", "spruce-wash", TEXT),
    ("gorse-ink", "gorse-wash", TEXT),
    *((line, ground, SHAPE) for line in ("control", "lake") for ground in GROUNDS),
]


def colours(css: str) -> dict[str, tuple[str, str]]:
    """Return the light and the dark value of each colour of `tokens.css`."""
    both = {n: (a, b) for n, a, b in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)}
    return both | {n: (a, a) for n, a in re.findall(r"--([\w-]+): (#\w{6});", css)}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (1 to 21) of two colours `#rrggbb`, as WCAG defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_colours_contrast(repository: Path, front: str, ground: str, least: float):
    palette = colours((repository / "static/css/tokens.css").read_text())
    for theme, one, other in zip(("light", "dark"), palette[front], palette[ground], strict=True):
        assert contrast(one, other) >= least, f"{front} on {ground}, {theme}: {contrast(one, other):.2f}"


def test_contrast_knows_the_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") < TEXT < contrast("#767676", "#ffffff")

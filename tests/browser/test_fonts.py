"""The browser of the tests has one set of typefaces and no other, whatever the machine has (case 43)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.chromium import FONTS

pytestmark = pytest.mark.browser

WIDTHS = """() => ["sans-serif", "serif", "monospace", "DejaVu Sans", "Arial"].map((family) => {
    const line = document.body.appendChild(document.createElement("span"));
    line.style.font = `16px ${JSON.stringify(family).replaceAll('"', family.includes("-") ? "" : "'")}`;
    line.style.display = "block";
    line.style.width = "max-content";
    line.textContent = "Your plan goes on from today, with milestones and hours.";
    return line.getBoundingClientRect().width;
})"""


def test_each_set_is_the_only_one_and_one_is_much_wider(browser_with: Callable[[str], Browser]) -> None:
    widths = {}
    for fonts in FONTS:
        page = browser_with(fonts).new_page()
        widths[fonts] = page.evaluate(WIDTHS)
        page.close()
    assert all(len(set(of_set)) == 1 for of_set in widths.values()), widths
    assert widths["wide"][0] > 1.3 * widths["narrow"][0]

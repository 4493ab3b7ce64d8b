"""The map under the fingers: arrow keys with JavaScript, plain links without, the outline alone on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MAP = "/roadmaps/ml-architect/map/"


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.dataset.card ?? document.activeElement.tagName")
    return found


def place(page: Page, slug: str) -> tuple[float, float]:
    """Return where a card is drawn, wherever the page is scrolled to."""
    card = page.locator(f'[data-card="{slug}"] rect')
    return float(card.get_attribute("x") or ""), float(card.get_attribute("y") or "")


def test_arrow_keys_go_from_card_to_card(published, page: Page) -> None:
    page.goto(MAP)
    page.locator('[data-card="python-programming"]').focus()
    places = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        places.append(focused(page))
    assert places[1] == places[3] == "python-programming"
    assert len(set(places)) == 3
    beside, here, below = (place(page, slug) for slug in places[:3])
    assert beside[0] > here[0] == below[0]
    assert below[1] > here[1]


def test_the_lines_of_a_card_stand_out(published, page: Page) -> None:
    page.goto(MAP)
    page.locator('[data-card="linear-algebra"]').focus()
    near = page.locator(".way.is-near")
    expect(near).to_have_count(1)
    expect(near).to_have_attribute("data-to", "machine-learning-coursework")
    page.locator("#outline a").first.focus()
    expect(near).to_have_count(0)


def test_without_javascript_every_card_is_a_link(published, plain_page: Page) -> None:
    plain_page.goto(MAP)
    plain_page.get_by_role("region", name="Map").focus()
    plain_page.keyboard.press("Tab")
    plain_page.keyboard.press("Enter")
    plain_page.wait_for_url("**/milestones/*/")


def test_a_phone_shows_the_outline_alone(published, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(MAP)
    expect(page.get_by_role("region", name="Map")).to_be_hidden()
    page.locator("#outline").get_by_role("link", name="Linear algebra").first.click()
    page.wait_for_url("**/milestones/linear-algebra/")

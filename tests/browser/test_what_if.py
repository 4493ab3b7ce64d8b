"""What would be is in sight once it is asked for, though the question is long."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_an_answer_comes_into_sight_on_a_phone(published, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/roadmaps/ml-architect/preview/")
    page.get_by_label("Hours a week").fill("20")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("heading", name="With 20 h a week")).to_be_in_viewport()

"""Coming in with impatient hands, in a real browser, which throws the first answer of a double click away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESS, PASSWORD = "ada@bücher-test.example", "curious otters walk uphill"


def test_double_clicks_lead_from_sign_up_to_the_plan(visitor: Page, newest_mail) -> None:
    """Case 16; and case 17, since a browser sends the address in another spelling than it was typed in."""
    visitor.goto("/accounts/signup/")
    visitor.get_by_label("E-mail address").fill(ADDRESS)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("main").get_by_role("button", name="Sign up").dblclick(delay=40)
    expect(visitor).to_have_url("/accounts/confirm-email/")
    visitor.get_by_label("Code").fill(newest_mail("ada@").code)
    visitor.get_by_role("button", name="Confirm").dblclick(delay=40)
    expect(visitor).to_have_url("/plan/")

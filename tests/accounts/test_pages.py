"""Every account page in a browser: axe finds nothing, a phone never scrolls sideways, and people get through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from accounts import links
from accounts.models import Invitation, User
from tests.accounts.authenticator import code_of
from tests.axe import SHAPE, Look, complaints
from tests.chromium import FONTS
from tests.conftest import REDIS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("fonts", FONTS),
]
LOOKS = {
    "wide": (Look(1280, "light"), Look(390, "dark")),
    "narrow": (Look(390, "light", SHAPE),),
}

PASSWORD = "seven quiet otters"


@pytest.fixture
def look(page: Page, fonts: str) -> Callable[..., Page]:
    """Look at a page, or at the one that is open: `look("settings", "/settings/")`. The phone stays in the hand."""

    def look(name: str, path: str = "") -> Page:
        REDIS.flushdb()
        if path:
            page.goto(path)
        found = complaints(page, *LOOKS[fonts])
        assert not found, "\n".join((name, *found))
        return page

    return look


def test_before_one_is_in(look: Callable[..., Page], last_code: Callable[[], str], settings) -> None:
    look("login", "/accounts/login/").get_by_role("button", name="Log in").click()
    page = look("signup", "/accounts/signup/")
    page.get_by_label("E-mail address").fill("ann@example.org")
    page.get_by_label("Password").fill("password")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    look("signup-wrong").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    look("code").get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    look("code-wrong").get_by_label("Code").fill(last_code())
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/plan/")
    assert User.objects.get().preferences.timezone == page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    page.context.clear_cookies()
    look("reset", "/accounts/password/reset/").get_by_label("E-mail address").fill("ann@example.org")
    page.get_by_role("button", name="Send me a code").click()
    look("reset-code").get_by_label("Code").fill(last_code())
    page.get_by_role("button", name="Continue").click()
    look("reset-new").get_by_label("New Password").fill("nine loud badgers")
    page.get_by_role("button", name="Save the new password").click()
    page.wait_for_url("**/plan/")
    page.context.clear_cookies()
    settings.SIGN_UP = "closed"
    look("closed", "/accounts/signup/")


def test_invitations(look: Callable[..., Page], live_server) -> None:
    invitation = Invitation.objects.create(email="ann@example.org", group=Group.objects.create(name="Gardeners"))
    path = links.invitation_url(invitation).removeprefix("http://waymark.test")
    look("invitation", path).get_by_role("button", name="Accept").click()
    page = look("invitation-signup")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/admin/")
    Invitation.objects.update(accepted_by=None)
    look("invitation-closed", path)


def test_once_one_is_in(look: Callable[..., Page], person: Callable[..., User]) -> None:
    person("ann@example.org")
    page = look("login", "/accounts/login/?next=/settings/")
    page.get_by_label("E-mail address").fill("ann@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page = look("settings")
    page.get_by_label("What to call you").fill("Ann")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_label("Pause until").fill("2020-01-01")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Choose today or a later day").wait_for()
    look("settings-wrong").get_by_label("Pause until").fill("")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your settings are saved.").wait_for()
    look("settings-saved")
    assert User.objects.get().preferences.timezone == "Asia/Tokyo"
    for name, path in [
        ("email", "/accounts/email/"),
        ("password", "/accounts/password/change/"),
        ("delete", "/account/delete/"),
        ("logout", "/accounts/logout/"),
        ("second-step", "/accounts/2fa/"),
    ]:
        look(name, path)
    look("reauthenticate", "/accounts/2fa/totp/activate/").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    key = look("totp").locator(".key").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(code_of(key))
    page.get_by_role("button", name="Switch it on").click()
    codes = look("recovery-codes").get_by_role("list", name="Unused codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    expect(codes.last).to_have_css("list-style-type", "none")  # case 30: "10." lay over the edge of its card
    look("delete", "/account/delete/").get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Delete my account").click()
    look("delete-wrong").get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    page.wait_for_url("**/")
    assert not User.objects.exists()

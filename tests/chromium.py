"""A real browser. A machine without one fails the browser tests with the line that installs it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # tests run as root in many a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def executable() -> str:
    """The browser's path: CHROMIUM, or the first known name on PATH."""
    candidates = (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES))
    path = next((path for path in candidates if path), None)
    if path is None:
        pytest.fail("No browser for the browser tests. Install it: apt-get install -y chromium", pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; each test opens its own context."""
    path = executable()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*QUIET])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A fresh page on the live site; relative addresses work. Errors in its console fail the test."""
    yield from _page(browser, live_server.url, javascript=True)


@pytest.fixture
def plain_page(browser: Browser, live_server) -> Iterator[Page]:
    """The same with JavaScript off."""
    yield from _page(browser, live_server.url, javascript=False)


def _page(browser: Browser, url: str, *, javascript: bool) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url, java_script_enabled=javascript, locale="en-GB", timezone_id="Europe/Berlin"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    complaints = [error for error in errors if "status of 4" not in error]  # a 422 or 404 is an answer, not an error
    assert not complaints, complaints

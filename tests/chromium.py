"""A real browser. A machine without one fails the browser tests with the line that installs it.

It has no typeface but those of one set, out of packages, so that a page is set alike on every machine: a wide face as
a rule, a narrow one as well where a test asks for both (`fonts`).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # tests run as root in many a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# As wide as Verdana and DejaVu Sans, the widest that people read with; as narrow as any that they do.
FONTS = {"wide": "fontpkg_sora", "narrow": "fontpkg_pt_sans_narrow"}


def executable() -> str:
    """The browser's path: CHROMIUM, or the first known name on PATH; the shell without windows is the quickest."""
    candidates = (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES))
    path = next((path for path in candidates if path), None)
    if path is None:
        pytest.fail("No browser for the browser tests. Install it: apt-get install -y chromium", pytrace=False)
    return path


def font_configuration(folder: Path, package: str) -> Path:
    """Write a configuration that knows the typefaces of one package, and none of the machine's; return its path."""
    path = folder / f"{package}.conf"
    faces = files(package) / "files"
    path.write_text(f"<fontconfig><dir>{faces}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>")
    return path


@pytest.fixture(scope="session")
def browser_with(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Browser]]:
    """Return a function that gives the Chromium of a font set, one for the whole run."""
    path, folder = executable(), tmp_path_factory.mktemp("fonts")
    open_ones: dict[str, Browser] = {}
    with sync_playwright() as playwright:

        def browser_with(fonts: str) -> Browser:
            if fonts not in open_ones:
                environment = {**os.environ, "FONTCONFIG_FILE": str(font_configuration(folder, FONTS[fonts]))}
                launch = playwright.chromium.launch
                open_ones[fonts] = launch(executable_path=path, args=[*QUIET], env=environment)
            return open_ones[fonts]

        yield browser_with
        for chromium in open_ones.values():
            chromium.close()


@pytest.fixture
def fonts() -> str:
    """The font set of a test; parametrize it where a page must hold with both."""
    return "wide"


@pytest.fixture
def browser(browser_with: Callable[[str], Browser], fonts: str) -> Browser:
    """The Chromium of this font set; each test opens its own context."""
    return browser_with(fonts)


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

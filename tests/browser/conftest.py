"""The site as a visitor finds it: the roadmap is published, mails lie in the mailbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from accounts.mailbox import store

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "ml_architect.yaml"


@pytest.fixture
def published(transactional_db, settings, tmp_path) -> None:
    """The real roadmap, published, and an empty mailbox."""
    settings.VAR_DIR = tmp_path
    settings.EMAIL_BACKEND = "accounts.mailbox.EmailBackend"
    call_command("load_roadmap", str(FIXTURE), "--publish", verbosity=0)


@pytest.fixture
def newest_mail() -> Callable[[str], store.StoredMail]:
    """Return a function that gives the newest mail to an address."""
    return lambda address: next(store.mails(to=address))


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def visitor(request: pytest.FixtureRequest, published) -> Page:
    """A visitor's page; every journey is made with JavaScript and again without."""
    page: Page = request.getfixturevalue("page" if request.param == "with JavaScript" else "plain_page")
    return page

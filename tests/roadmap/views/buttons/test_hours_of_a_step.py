"""Hours logged from a letter's line go into the step that the line names."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from roadmap import queries
from roadmap.digests.buttons import Wish
from tests.roadmap.views.buttons.conftest import form_of, path

pytestmark = pytest.mark.django_db


def put_in(user: User, slug: str, milestone: str) -> dict[str, float]:
    """Return the hours that went into each step."""
    standing = queries.journey(user, slug).standing
    assert standing is not None
    return {step: hours for step, hours in standing.put_in(milestone).items() if hours}


def test_they_go_into_the_step_that_the_line_names_and_not_into_the_first_open_one(browser: Client, ann: User) -> None:
    where = path(ann, Wish.HOURS, "pottery", "clay", "fire")
    assert "“Fire a test tile”, in “Know your clay”." in browser.get(where).text
    browser.post(where, form_of(browser, where))
    assert put_in(ann, "pottery", "clay") == {"fire": 1.5}


def test_without_a_step_they_fill_the_open_ones_in_order(browser: Client, ann: User) -> None:
    where = path(ann, Wish.HOURS, "pottery", "clay", "")
    browser.post(where, form_of(browser, where) | {"hours": "3"})
    assert put_in(ann, "pottery", "clay") == {"wedge": 2, "fire": 1}

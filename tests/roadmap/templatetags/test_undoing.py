"""Case 6: an undo names the change that it takes back."""

from __future__ import annotations

import re

from roadmap.models import Event
from tests.roadmap.views.test_progress import ALGEBRA, HTMX, ROAD


def named_by(response) -> str:
    return re.findall(r'data-undo>.*?name="change" value="([^"]*)"', response.text, re.DOTALL)[0]


def test_a_message_takes_back_the_change_that_it_tells_of(me):
    first = me.post(f"{ALGEBRA}state/", {"state": "doing"}, headers=HTMX)
    me.post(f"{ALGEBRA}state/", {"state": "done"}, headers=HTMX)
    change = Event.objects.filter(kind="state").earliest("pk").change
    assert named_by(first) == str(change)


def test_so_does_that_of_a_placement(me):
    me.post(f"{ROAD}placement/", {"known": ["linear-algebra"]})
    assert named_by(me.get("/settings/")) == str(Event.objects.get(kind="state").change)


def test_where_nothing_changed_nothing_is_offered(me):
    me.post(f"{ALGEBRA}state/", {"state": "done"}, headers=HTMX)
    assert "data-undo" not in messages(me.post(f"{ALGEBRA}state/", {"state": "done"}, headers=HTMX).text)


def messages(html: str) -> str:
    return html[html.index('id="messages"') :]

"""One page in several places."""

from __future__ import annotations

import time

from roadmap.document import lint
from tests.roadmap.diary import edition, milestone, steps


def test_very_many_pages_are_looked_at_once() -> None:
    pages = [
        {"title": "A course", "url": f"{scheme}://example.org/{number}", "kind": "course", "free": True}
        for scheme, number in [*(("https", number) for number in range(8_000)), ("http", 7)]
    ]
    road = edition(milestone("a", done_when="It works.", steps=steps(10), resources=pages))
    since = time.process_time()
    assert [finding.place for finding in lint(road)] == ["milestones[a].resources"]
    assert time.process_time() - since < 3

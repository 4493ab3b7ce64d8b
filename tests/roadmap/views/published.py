"""Small published roadmaps and who follows them: what tests of pages share."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from roadmap import actions
from roadmap.document import from_data, to_data
from roadmap.models import Edition, Enrolment, Roadmap
from tests.roadmap.conftest import TODAY


def publish(*milestones: dict[str, Any], slug: str = "road", title: str = "Road") -> Roadmap:
    """Publish a roadmap of one stage with these milestones."""
    document = from_data(
        {
            "format": 1,
            "slug": slug,
            "title": title,
            "stages": [{"slug": "all", "title": "All"}],
            "milestones": list(milestones),
        }
    )
    road = Roadmap.objects.create(slug=slug, title=title)
    road.current_edition = Edition.objects.create(roadmap=road, number=1, document=to_data(document), sha256="-")
    road.save()
    return road


def follow(user: User, road: Roadmap, *, hours_per_week: float = 10, on: date = TODAY) -> Enrolment:
    """Let somebody follow a roadmap from a day on."""
    actions.enrol(user=user, roadmap=road, hours_per_week=hours_per_week, target_on=None, today=on, edition=1)
    return Enrolment.objects.get(user=user, roadmap=road)

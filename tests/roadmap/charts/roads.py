"""Made-up roadmaps to lay out."""

from __future__ import annotations

import random
from typing import Any

from roadmap.document import Document, from_data

WORDS = (
    "linear",
    "algebra",
    "statistics",
    "deep",
    "learning",
    "systems",
    "of",
    "data",
    "cloud",
    "review",
    "production",
)


def milestone(slug: str, stage: str = "start", **more: Any) -> dict[str, Any]:
    effort = {"low": 5.0, "likely": 10.0, "high": 20.0}
    return {"slug": slug, "stage": stage, "title": slug.capitalize(), "effort_hours": effort} | more


def road(*milestones: dict[str, Any], groups: list[dict[str, Any]] | None = None) -> Document:
    stages = dict.fromkeys(m["stage"] for m in milestones) or {"start": None}
    return from_data(
        {
            "format": 1,
            "slug": "road",
            "title": "A road",
            "stages": [{"slug": stage, "title": stage.capitalize()} for stage in stages],
            "groups": groups or [],
            "milestones": list(milestones),
        }
    )


def random_road(seed: int, size: int, stages: int = 5) -> Document:
    """Return a road whose milestones mostly need what stands shortly before; every tenth to thirteenth are a choice."""
    dice = random.Random(seed)
    milestones, groups = [], []
    for index in range(size):
        needs = {dice.randrange(max(0, index - 25), index) for _ in range(dice.choice((0, 0, 1, 1, 2, 3))) if index}
        milestones.append(
            milestone(
                f"m{index}",
                f"s{index * stages // size}",
                title=" ".join(dice.choices(WORDS, k=dice.randint(1, 8))).capitalize(),
                prerequisites=[f"m{needed}" for needed in sorted(needs) if needed % 20 not in (10, 11, 12)],
                optional=index % 20 not in (10, 11, 12) and dice.random() < 0.1,
            )
        )
        if index % 20 == 19:
            members = [f"m{index - back}" for back in (9, 8, 7)]
            groups.append({"slug": f"g{index}", "title": "Which?", "members": members, "default": members[0]})
            milestones[index]["requires_groups"] = [f"g{index}"]
    return road(*milestones, groups=groups)

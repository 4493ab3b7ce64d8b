"""Roadmaps and diaries out of a seed: one draw makes a whole graph, so that looking for counter-examples stays fast."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from roadmap.document import Document, from_data
from tests.roadmap.diary import DAY, Diary

STATES = ("todo", "doing", "done", "known", "skipped")
LETTERS = "abcäß 漢字🎓\n\t#:-'\"%{}[]&*!|>@`\\~,?=\u00a0\u2028\u200f\ufeff\U0001f469\u200d0.5e"

seeds = st.binary(min_size=6, max_size=6).map(random.Random)  # whole numbers would mostly be small ones


def text(random: random.Random, length: int = 40) -> str:
    """Return a text with everything that markup could stumble over."""
    return "".join(random.choices(LETTERS, k=random.randrange(length)))


def title(random: random.Random) -> str:
    return "T" + text(random).replace("\n", " ").replace("\t", " ")


def document(random: random.Random, *, largest: int = 12) -> Document:
    """Return any document: groups, pairs, requirements, retired and replaced milestones, odd texts, odd hours."""
    slugs = [f"m{n}" for n in range(random.randint(1, largest))]
    groups = _groups(random, slugs)
    milestones = [_milestone(random, slugs, index, groups) for index in range(len(slugs))]
    data = {
        "format": 1,
        "slug": "road",
        "title": title(random),
        "summary": text(random, 200),
        "sources": [{"slug": "s", "title": title(random), "as_of": "2026-11-22"}],
        "stages": [{"slug": f"stage{n}", "title": title(random), "summary": text(random)} for n in range(3)],
        "groups": groups,
        "milestones": milestones,
        "credentials": [
            {
                "slug": "c",
                "name": title(random),
                "status": "active",
                "as_of": "2026-11-22",
                "changed_on": random.choice(["2026", "2026-11-22"]),
                "milestone": random.choice(slugs),
            }
        ],
        "facts": [
            {"slug": "f", "milestone": slugs[0], "claim": title(random), "value": _number(random), "verdict": "stands"}
        ],
        "trace": [{"id": "t1", "source": "s", "quote": title(random), "kind": "advice", "milestone": slugs[-1]}],
    }
    return from_data(data)


def _groups(random: random.Random, slugs: list[str]) -> list[dict[str, Any]]:
    """Groups of neighbours, so that what comes later can require them without a circle."""
    groups = []
    for number in range(random.randrange(4)):
        start = random.randrange(len(slugs))
        members = slugs[start : start + random.randint(1, 3)]
        group = {"slug": f"g{number}", "title": title(random), "members": members, "default": random.choice(members)}
        group["optional"] = random.random() < 0.4
        elsewhere = [slug for other in groups for slug in other["members"]] or slugs
        others = [slug for slug in elsewhere if slug not in members]
        if others and random.random() < 0.5:
            group["pairs_with"] = {member: random.choice(others) for member in members if random.random() < 0.7}
        groups.append(group)
    return groups


def _milestone(random: random.Random, slugs: list[str], index: int, groups: list[dict[str, Any]]) -> dict[str, Any]:
    earlier, later = slugs[:index], slugs[index + 1 :]
    steps = [{"slug": f"s{n}", "title": title(random), "hours": _number(random)} for n in range(random.randrange(4))]
    likely = sum(step["hours"] for step in steps) if steps else _number(random)
    data: dict[str, Any] = {
        "slug": slugs[index],
        "stage": f"stage{random.randrange(3)}",
        "title": title(random),
        "notes": text(random, 100),
        "effort_hours": {"low": 0, "likely": likely, "high": likely + _number(random), "basis": text(random)},
        "prerequisites": random.sample(earlier, min(len(earlier), random.randrange(4))),
        "requires_groups": [
            group["slug"] for group in groups if random.random() < 0.3 and set(group["members"]) <= set(earlier)
        ],
        "optional": random.random() < 0.25,
        "steps": steps,
        "sources": ["s"] if random.random() < 0.3 else [],
    }
    if random.random() < 0.3:
        months = random.randrange(24)
        data["elapsed_months"] = {"low": months, "likely": months, "high": months + 0.5}
    if random.random() < 0.2:
        data["retired_on"] = "2026-11-22"
        data["replaced_by"] = random.sample(later, min(len(later), random.randrange(3)))
    return data


def _number(random: random.Random) -> float:
    return random.choice([0, 0.25, 0.1, 1 / 3, 1, 2.5, 7, 10, round(random.uniform(0, 40), 2), 1e-5, 12_345.678])


def diary(random: random.Random, road: Document, *, longest: int = 40) -> Diary:
    """Return what a learner may do on a road and on what it was before: all marks, ticks, hours, choices, undos."""
    found = Diary()
    found.write("enrolled", hours_per_week=10, target_on=None)
    for _ in range(random.randrange(longest)):
        act(random, found, road)
    return found


def act(random: random.Random, found: Diary, road: Document) -> None:
    """Do one thing."""
    milestone = random.choice(road.milestones)
    kind = random.random()
    if kind < 0.45:
        found.mark(milestone.slug, random.choice(STATES), on=DAY, anyway=random.random() < 0.2)
    elif kind < 0.65:
        step = random.choice([*milestone.step_by_slug, "gone"])
        found.tick(milestone.slug, step, _number(random), done=random.random() < 0.8)
    elif kind < 0.75:
        logged = [event.id for event in found.events if event.kind == "hours" and event.milestone == milestone.slug]
        corrects = random.choice(logged) if logged and random.random() < 0.4 else None
        found.log(milestone.slug, random.choice([0, 1, 3.5]) if corrects else 2, corrects=corrects)
    elif kind < 0.9 and road.groups:
        group = random.choice(road.groups)
        found.choose(group.slug, random.choice([*group.members, None]))
    else:
        found.undo(random.choice(found.events).change)

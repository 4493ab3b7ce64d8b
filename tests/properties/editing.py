"""What editors do to a roadmap, as changes of its data; half of them careless, as editors are in a hurry."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]
Edit = Callable[[random.Random, Data], None]
DAY = "2026-11-22"
HOURS = (0.5, 1, 2, 2.5, 4, 7.25, 10, 1 / 3)


def milestone(number: int, stage: str, random: random.Random) -> Data:
    """Return a new milestone with a few steps."""
    found = {"slug": f"n{number}", "stage": stage, "title": f"New {number}", "done_when": "Shown."}
    _work(random, found)
    return found


def rename(random: random.Random, data: Data) -> None:
    part = random.choice([data, *data["stages"], *data.get("groups", ()), *data["milestones"]])
    part["title"] = f"Renamed {random.randrange(1_000)}"


def move(random: random.Random, data: Data) -> None:
    random.choice(data["milestones"])["stage"] = random.choice(data["stages"])["slug"]


def reorder(random: random.Random, data: Data) -> None:
    random.shuffle(random.choice([data["milestones"], data["stages"], data.get("groups", [])]))


def retire(random: random.Random, data: Data) -> None:
    _retire(random.choice(_live(data)), [])


def replace(random: random.Random, data: Data) -> None:
    """Into one or two that are there already."""
    gone, *others = random.sample(_live(data), min(3, len(_live(data))))
    _retire(gone, [other["slug"] for other in others[: random.randint(1, 2)]])
    _hand_on(data, gone["slug"], gone["replaced_by"])


def split(random: random.Random, data: Data) -> None:
    """Into new ones, which share the steps."""
    gone = random.choice(_live(data))
    parts = [_add(random, data) for _ in range(random.randint(1, 3))]
    for part in parts:
        part["stage"] = gone["stage"]
    if gone.get("steps") and random.random() < 0.5:
        for index, part in enumerate(parts):
            _set_steps(part, gone["steps"][index :: len(parts)])
    _retire(gone, [part["slug"] for part in parts])
    _hand_on(data, gone["slug"], gone["replaced_by"])


def merge(random: random.Random, data: Data) -> None:
    """Several into a new one."""
    whole = _add(random, data)
    for gone in random.sample(_live(data)[:-1], min(len(_live(data)) - 1, random.randint(1, 3))):
        _retire(gone, [whole["slug"]])
        _hand_on(data, gone["slug"], [whole["slug"]])


def bring_back(random: random.Random, data: Data) -> None:
    if retired := [part for part in data["milestones"] if part.get("retired_on")]:
        back = random.choice(retired)
        del back["retired_on"]
        back.pop("replaced_by", None)


def remap(random: random.Random, data: Data) -> None:
    """Map what is retired to something else, or to nothing."""
    if retired := [part for part in data["milestones"] if part.get("retired_on")]:
        slugs = [part["slug"] for part in data["milestones"]]
        random.choice(retired)["replaced_by"] = random.sample(slugs, min(len(slugs), random.randrange(3)))


def work(random: random.Random, data: Data) -> None:
    """Other hours, other steps: some stay, some go, some are new, some change their hours."""
    _work(random, random.choice(data["milestones"]))


def require(random: random.Random, data: Data) -> None:
    """Other prerequisites, mostly of what stands before."""
    index = random.randrange(len(data["milestones"]))
    slugs = [part["slug"] for part in data["milestones"]]
    earlier = slugs[:index] if random.random() < 0.8 else slugs
    part = data["milestones"][index]
    part["prerequisites"] = random.sample(earlier, min(len(earlier), random.randrange(4)))
    groups = [group["slug"] for group in data.get("groups", ()) if part["slug"] not in group["members"]]
    part["requires_groups"] = random.sample(groups, min(len(groups), random.randrange(2)))


def make_optional(random: random.Random, data: Data) -> None:
    part = random.choice([*data["milestones"], *data.get("groups", ())])
    part["optional"] = not part.get("optional", False)


def regroup(random: random.Random, data: Data) -> None:
    """A new group, another membership, other pairs, or one group less."""
    groups = data.setdefault("groups", [])
    slugs = [part["slug"] for part in data["milestones"]]
    if groups and random.random() < 0.3:
        groups.remove(random.choice(groups))
    elif groups and random.random() < 0.6:
        group = random.choice(groups)
        group["members"] = list(dict.fromkeys([*group["members"], *random.sample(slugs, 1)]))[random.randrange(2) :]
        others = [slug for slug in slugs if slug not in group["members"]]
        group["pairs_with"] = {member: random.choice(others) for member in group["members"] if others}
    else:
        members = random.sample(slugs, min(len(slugs), 3))
        slug = f"g{len(groups)}-{random.randrange(1_000)}"
        groups.append({"slug": slug, "title": "Choose", "members": members, "default": members[0]})


def add(random: random.Random, data: Data) -> None:
    _add(random, data)


def add_stage(random: random.Random, data: Data) -> None:
    taken = {stage["slug"] for stage in data["stages"]}
    slug = next(f"later{n}" for n in range(1_000) if f"later{n}" not in taken)
    data["stages"].append({"slug": slug, "title": "Later"})


EDITS: tuple[Edit, ...] = (
    *(rename, move, reorder, retire, replace, split, merge, bring_back, remap, work, require, make_optional, regroup),
    *(add, add_stage),
)


def mend(data: Data) -> None:
    """Do what the review asks for: nothing live stands behind what is retired, and every default is live."""
    live = {part["slug"] for part in data["milestones"] if not part.get("retired_on")}
    groups = data.get("groups", [])
    groups[:] = [group for group in groups if live & set(group["members"])]
    names = {group["slug"] for group in groups}
    for group in groups:
        if group["default"] not in live & set(group["members"]):
            group["default"] = next(member for member in group["members"] if member in live)
        pairs = group.get("pairs_with", {}).items()
        group["pairs_with"] = {a: b for a, b in pairs if a in group["members"] and b not in group["members"]}
    for part in data["milestones"]:
        part["prerequisites"] = [slug for slug in part.get("prerequisites", ()) if slug in live]
        part["requires_groups"] = [slug for slug in part.get("requires_groups", ()) if slug in names]


def _live(data: Data) -> list[Data]:
    return [part for part in data["milestones"] if not part.get("retired_on")]


def _retire(gone: Data, successors: list[str]) -> None:
    gone |= {"retired_on": DAY, "replaced_by": successors}


def _hand_on(data: Data, gone: str, successors: list[str]) -> None:
    """What stood behind the one stands behind those that replace it; so it is with its place in a group."""
    for part in data["milestones"]:
        needed = part.get("prerequisites", [])
        if gone in needed:
            part["prerequisites"] = list(dict.fromkeys([*(s for s in needed if s != gone), *successors]))
    for group in data.get("groups", ()):
        if gone in group["members"]:
            group["members"] = list(dict.fromkeys([*group["members"], *successors[:1]]))


def _add(random: random.Random, data: Data) -> Data:
    taken = {part["slug"] for part in data["milestones"]}
    number = next(n for n in range(1_000) if f"n{n}" not in taken)
    found = milestone(number, random.choice(data["stages"])["slug"], random)
    data["milestones"].append(found)
    return found


def _work(random: random.Random, part: Data) -> None:
    steps = [step | {"hours": random.choice([step["hours"], *HOURS])} for step in part.get("steps", ())]
    steps = [step for step in steps if random.random() < 0.7]
    taken = {step["slug"] for step in steps}
    new = [f"s{n}" for n in range(6) if f"s{n}" not in taken][: random.randrange(3)]
    steps += [{"slug": slug, "title": f"Step {slug}", "hours": random.choice(HOURS)} for slug in new]
    _set_steps(part, steps)


def _set_steps(part: Data, steps: list[Data]) -> None:
    likely = sum(step["hours"] for step in steps) if steps else 5
    part |= {"steps": list(steps), "effort_hours": {"low": 0, "likely": likely, "high": likely * 2}}

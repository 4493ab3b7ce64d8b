"""What editors do to a roadmap: changes of its data, and of the document where the admin has a form for more."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import Any

from roadmap.document import Document, brought_back, replaced, restore, to_data

Data = dict[str, Any]
Edit = Callable[[random.Random, Data], None]
DAY = date(2026, 11, 22)
HOURS = (0.5, 1, 2, 2.5, 4, 7.25, 10, 1 / 3)


def rename(random: random.Random, data: Data) -> None:
    part = random.choice([data, *data["stages"], *data.get("groups", ()), *data["milestones"]])
    part["title"] = f"Renamed {random.randrange(1_000)}"


def move(random: random.Random, data: Data) -> None:
    random.choice(data["milestones"])["stage"] = random.choice(data["stages"])["slug"]


def reorder(random: random.Random, data: Data) -> None:
    random.shuffle(random.choice([data["milestones"], data["stages"], data.get("groups", [])]))


def retire(random: random.Random, data: Data) -> None:
    _map(random, data, gone=1)


def replace(random: random.Random, data: Data) -> None:
    """By one or two that are there already."""
    _map(random, data, gone=1, into=random.randint(1, 2))


def split(random: random.Random, data: Data) -> None:
    """Into new ones, sometimes one that was there as well."""
    _map(random, data, gone=1, into=random.randrange(2), new=random.randint(1, 3))


def merge(random: random.Random, data: Data) -> None:
    """Two or three into one, new or not."""
    new = random.randrange(2)
    _map(random, data, gone=random.randint(2, 3), into=1 - new, new=new)


def bring_back(random: random.Random, data: Data) -> None:
    if retired := [part["slug"] for part in data["milestones"] if part.get("retired_on")]:
        _become(data, brought_back(restore(data), random.choice(retired)))


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
    (slug,) = _free(data, 1)
    part = {"slug": slug, "stage": random.choice(data["stages"])["slug"], "title": f"New {slug}"}
    _work(random, part)
    data["milestones"].append(part)


def add_stage(random: random.Random, data: Data) -> None:
    taken = {stage["slug"] for stage in data["stages"]}
    slug = next(f"later{n}" for n in range(1_000) if f"later{n}" not in taken)
    data["stages"].append({"slug": slug, "title": "Later"})


MAPPINGS: tuple[Edit, ...] = (retire, replace, split, merge, bring_back)
EDITS: tuple[Edit, ...] = (
    *MAPPINGS,
    *(rename, move, reorder, remap, work, require, make_optional, regroup, add, add_stage),
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


def _map(random: random.Random, data: Data, *, gone: int, into: int = 0, new: int = 0) -> None:
    """Let live ones give way to others and new ones, with or without a look at what leans on them."""
    live = [part["slug"] for part in _live(data)]
    slugs = random.sample(live, min(len(live), gone + into))
    names = {slug: f"New {slug}" for slug in _free(data, new)}
    rewire = random.random() < 0.8
    _become(data, replaced(restore(data), slugs[:gone], slugs[gone:], new=names, on=DAY, rewire=rewire))


def _become(data: Data, document: Document) -> None:
    data.clear()
    data.update(to_data(document))


def _free(data: Data, count: int) -> list[str]:
    taken = {part["slug"] for part in data["milestones"]}
    return list(islice((slug for n in range(1_000) if (slug := f"n{n}") not in taken), count))


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

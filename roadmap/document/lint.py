"""What an editor should look at before publishing: errors block, warnings do not. In an editor's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

from .format import Document, Group, Milestone
from .pages import shared_pages, similar_pages
from .rules import Place, Problem, problems

LONGEST_STEP = 25  # hours; more is no longer "a week or two"


class Finding(NamedTuple):
    """`place` names the thing: `milestones[linear-algebra].steps`, `groups[cloud-platform]`, `stages[skills]`."""

    level: Literal["error", "warning"]
    place: str
    message: str


def lint(document: Document) -> tuple[Finding, ...]:
    """Return what is wrong (errors first, which forbid publishing) and what could be better.

    What `rules` forbids is said here too, with titles: a half-way draft (`restore`) may break any of them.

    A lock that no diligence opens is a circle among what one learner's path holds at once: a prerequisite off the path
    never locks, a retired one is finished or off the path, and everything else can be ticked (see `roadmap.standing`).
    A circle through a choose-one group closes for whoever chooses that member; pairings yield to a choice, so they
    rule no choice out.
    """
    found = list(broken_rules(document))
    known = document.by_slug.keys() | document.group_by_slug.keys()
    if not all(name in known for problem in problems(document) for name in problem.names):
        return tuple(found)  # what follows looks every name up
    found += [
        *_stages(document),
        *(finding for group in document.groups for finding in _group(document, group)),
        *(finding for milestone in document.milestones for finding in _milestone(document, milestone)),
        *_credentials(document),
        *_facts(document),
        *_pages(document),
    ]
    return tuple(sorted(found, key=lambda finding: finding.level))


def broken_rules(document: Document) -> tuple[Finding, ...]:
    """Return what no document may hold, with titles in place of slugs."""
    return tuple(_broken(document, problem) for problem in problems(document))


def vanishing(before: Document, draft: Document, learners: Mapping[str, int]) -> tuple[Finding, ...]:
    """Warn of each milestone that is on the road in `before`, that learners have (how many, by slug), and that ends
    in the draft: retired or gone, and nothing takes its place."""
    return tuple(
        Finding(
            "warning",
            f"milestones[{milestone.slug}]",
            f"“{milestone.title}” leaves the road and nothing takes its place. {_people(learners[milestone.slug])}: "
            "who finished it keeps it, from everyone else's path it goes.",
        )
        for milestone in before.milestones
        if learners.get(milestone.slug) and not milestone.retired_on and not _lives_on(draft, milestone.slug)
    )


def _people(count: int) -> str:
    return f"{count:,} learners have begun or finished it" if count > 1 else "One learner has begun or finished it"


def _lives_on(document: Document, slug: str) -> bool:
    """Tell whether a milestone, or anything that replaces it, is on the road."""
    waiting, seen = [slug], set()
    for name in waiting:
        if name in seen or not (milestone := document.by_slug.get(name)):
            continue
        seen.add(name)
        if not milestone.retired_on:
            return True
        waiting.extend(milestone.replaced_by)
    return False


def _broken(document: Document, problem: Problem) -> Finding:
    """Say a broken rule with titles in place of slugs."""
    collection, slug, field = _named(document, problem.place)
    names = [_title(document, name, group_first=field == "requires_groups") for name in problem.names]
    ending = _for_whom(document, problem.names) if field in ("prerequisites", "requires_groups") else ""
    place = f"{collection}[{slug}].{field}" if field else f"{collection}[{slug}]"
    subject = _title(document, slug, group_first=collection == "groups")
    return Finding("error", place, f"{subject}: {problem.words.format(*names)}{ending}.")


def _title(document: Document, slug: str, *, group_first: bool) -> str:
    """Return the title of a milestone or group in quotes; the slug itself of what has none."""
    milestone, group = document.by_slug.get(slug), document.group_by_slug.get(slug)
    part = (group or milestone) if group_first else (milestone or group)
    return f"“{part.title}”" if part else slug


def _named(document: Document, place: Place) -> tuple[str, str, str]:
    """Return the collection, the slug and the field of `("milestones", 3, "steps", 1)`."""
    collection, index, *rest = place
    part = getattr(document, str(collection))[index]
    return str(collection), part.id if collection == "trace" else part.slug, str(rest[0]) if rest else ""


def _for_whom(document: Document, circle: tuple[str, ...]) -> str:
    """Say whom a circle of prerequisites would lock for ever, where it depends on a choice."""
    if len(circle) < 3:
        return ""
    chosen = [b for a, b in pairwise(circle) if b not in document.by_slug[a].prerequisites]
    if not chosen:
        return "; nobody could ever open them"
    names = " and ".join(f"“{document.by_slug[slug].title}”" for slug in dict.fromkeys(chosen))
    return f"; whoever chooses {names} could never open them"


def _stages(document: Document) -> Iterator[Finding]:
    if not any(not milestone.retired_on for milestone in document.milestones):
        yield Finding("error", "milestones", "There is nothing to learn: every milestone is retired or none exists.")
    for stage in document.stages:
        if not any(not milestone.retired_on for milestone in document.in_stage(stage.slug)):
            yield Finding("warning", f"stages[{stage.slug}]", f"The stage “{stage.title}” is empty.")


def _group(document: Document, group: Group) -> Iterator[Finding]:
    place = f"groups[{group.slug}]"
    live = [slug for slug in group.members if not document.by_slug[slug].retired_on]
    if document.by_slug[group.default].retired_on:
        yield Finding("error", f"{place}.default", f"The default of “{group.title}” is retired: choose another.")
    if len(live) < 2:
        yield Finding("warning", f"{place}.members", f"“{group.title}” leaves nothing to choose: {len(live)} member.")
    for member in live:
        if document.by_slug[member].optional and not group.optional:
            yield Finding(
                "warning",
                f"milestones[{member}].optional",
                f"“{document.by_slug[member].title}” belongs to “{group.title}”: optional has no effect there.",
            )
    yield from _pairs(document, group)


def _pairs(document: Document, group: Group) -> Iterator[Finding]:
    for member, partner in group.pairs_with.items():
        paired = f"“{document.by_slug[member].title}” is paired with “{document.by_slug[partner].title}”"
        if document.by_slug[partner].retired_on:
            yield Finding("warning", f"groups[{group.slug}].pairs_with", f"{paired}, which is retired.")
        elif not document.groups_of(partner):
            message = f"{paired}, which is in no choose-one group: nobody chooses it, so the pair has no effect."
            yield Finding("warning", f"groups[{group.slug}].pairs_with", message)


def _milestone(document: Document, milestone: Milestone) -> Iterator[Finding]:
    place, title = f"milestones[{milestone.slug}]", f"“{milestone.title}”"
    if milestone.retired_on:
        for slug in milestone.replaced_by:
            if document.by_slug[slug].retired_on and not document.by_slug[slug].replaced_by:
                message = f"{title} is replaced by “{document.by_slug[slug].title}”, which is retired."
                yield Finding("warning", f"{place}.replaced_by", message)
        return
    if not milestone.done_when:
        yield Finding("warning", f"{place}.done_when", f"{title} does not say when it is done.")
    if not milestone.steps:
        yield Finding("warning", f"{place}.steps", f"{title} has no steps to tick.")
    if milestone.effort_hours.likely == 0:
        yield Finding("warning", f"{place}.effort_hours", f"{title} takes no hours, so it moves no percentage.")
    if len(groups := document.groups_of(milestone.slug)) > 1:
        names = ", ".join(f"“{group.title}”" for group in groups)
        yield Finding("warning", place, f"{title} belongs to more than one group: {names}.")
    yield from _steps(milestone)
    yield from _prerequisites(document, milestone)
    yield from _required_groups(document, milestone)


def _steps(milestone: Milestone) -> Iterator[Finding]:
    place = f"milestones[{milestone.slug}].steps"
    for step in milestone.steps:
        if step.hours > LONGEST_STEP:
            message = f"“{step.title}” takes {step.hours:g} h: split it into steps of a week or two."
            yield Finding("warning", f"{place}[{step.slug}]", message)
        if step.resource and step.resource not in milestone.resource_by_url:
            message = f"“{step.title}” opens a page that is not among the milestone's resources."
            yield Finding("warning", f"{place}[{step.slug}].resource", message)


def _prerequisites(document: Document, milestone: Milestone) -> Iterator[Finding]:
    place, title = f"milestones[{milestone.slug}].prerequisites", f"“{milestone.title}”"
    for slug in milestone.prerequisites:
        required = document.by_slug[slug]
        if required.retired_on:
            yield Finding("error", place, f"{title} requires “{required.title}”, which is retired.")
        elif required.optional and not milestone.optional and not document.groups_of(slug):
            message = (
                f"{title} is mandatory but stands behind “{required.title}”, which is optional and may be left out."
            )
            yield Finding("warning", place, message)
        for group in document.groups_of(slug):
            if not _chosen_together(document, milestone.slug, slug):
                message = (
                    f"{title} requires “{required.title}”, one choice of “{group.title}”: "
                    "who chose another is not held to it. Require the group instead."
                )
                yield Finding("warning", place, message)


def _required_groups(document: Document, milestone: Milestone) -> Iterator[Finding]:
    place, title = f"milestones[{milestone.slug}].requires_groups", f"“{milestone.title}”"
    for slug in milestone.requires_groups:
        group = document.group_by_slug[slug]
        if all(document.by_slug[member].retired_on for member in group.members):
            message = f"{title} requires one of “{group.title}”, of which nothing is left: it waits for nothing."
            yield Finding("warning", place, message)
        elif group.optional and not milestone.optional and not document.groups_of(milestone.slug):
            message = f"{title} is mandatory but stands behind “{group.title}”, which is optional and may be left out."
            yield Finding("warning", place, message)


def _chosen_together(document: Document, milestone: str, member: str) -> bool:
    """Tell whether a pairing puts `member` on the path of whoever chooses `milestone`."""
    return any(
        (milestone, member) in group.pairs_with.items() or (member, milestone) in group.pairs_with.items()
        for group in document.groups
    )


def _credentials(document: Document) -> Iterator[Finding]:
    for credential in document.credentials:
        yield from _left_behind(document, f"credentials[{credential.slug}]", credential.name, credential.milestone)
        if credential.status == "active" and not credential.evidence:
            message = f"“{credential.name}” is called active without a page that shows it."
            yield Finding("warning", f"credentials[{credential.slug}].evidence", message)


def _facts(document: Document) -> Iterator[Finding]:
    for fact in document.facts:
        yield from _left_behind(document, f"facts[{fact.slug}]", fact.claim, fact.milestone)
        if not (fact.source or fact.publisher or fact.url):
            message = f"“{fact.claim}” does not say where it comes from."
            yield Finding("warning", f"facts[{fact.slug}].source", message)


def _left_behind(document: Document, place: str, name: str, milestone: str | None) -> Iterator[Finding]:
    home = document.by_slug.get(milestone or "")
    if home and home.retired_on and home.replaced_by:
        message = f"“{name}” belongs to “{home.title}”, which was replaced: move it to what took its place."
        yield Finding("warning", f"{place}.milestone", message)


def _pages(document: Document) -> Iterator[Finding]:
    for milestone in document.milestones:
        for one, other in similar_pages(milestone):
            message = f"“{one.title}” and “{other.title}” look like the same page."
            yield Finding("warning", f"milestones[{milestone.slug}].resources", message)
    for first, second, resource, names in shared_pages(document):
        message = (
            f"“{second.title}” describes “{resource.title}” otherwise than “{first.title}” does: {', '.join(names)}."
        )
        yield Finding("warning", f"milestones[{second.slug}].resources", message)

"""What an editor should look at before publishing: errors block, warnings do not. In an editor's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from .format import Document, Group, Milestone

LONGEST_STEP = 25  # hours; more is no longer "a week or two"


class Finding(NamedTuple):
    """`place` names the thing: `milestones[linear-algebra].steps`, `groups[cloud-platform]`, `stages[skills]`."""

    level: Literal["error", "warning"]
    place: str
    message: str


def lint(document: Document) -> tuple[Finding, ...]:
    """Return what is wrong (errors first, which forbid publishing) and what could be better."""
    found = [
        *_stages(document),
        *(finding for group in document.groups for finding in _group(document, group)),
        *(finding for milestone in document.milestones for finding in _milestone(document, milestone)),
        *_credentials(document),
        *_facts(document),
    ]
    return tuple(sorted(found, key=lambda finding: finding.level))


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
    for member, partner in group.pairs_with.items():
        if document.by_slug[partner].retired_on:
            yield Finding("warning", f"{place}.pairs_with", f"{member} is paired with {partner}, which is retired.")


def _milestone(document: Document, milestone: Milestone) -> Iterator[Finding]:
    place, title = f"milestones[{milestone.slug}]", f"“{milestone.title}”"
    if milestone.retired_on:
        for slug in milestone.replaced_by:
            if document.by_slug[slug].retired_on and not document.by_slug[slug].replaced_by:
                yield Finding("warning", f"{place}.replaced_by", f"{title} is replaced by {slug}, which is retired.")
        return
    if not milestone.done_when:
        yield Finding("warning", f"{place}.done_when", f"{title} does not say when it is done.")
    if not milestone.steps:
        yield Finding("warning", f"{place}.steps", f"{title} has no steps to tick.")
    if milestone.effort_hours.likely == 0:
        yield Finding("warning", f"{place}.effort_hours", f"{title} takes no hours, so it moves no percentage.")
    if len(groups := document.groups_of(milestone.slug)) > 1:
        names = ", ".join(group.slug for group in groups)
        yield Finding("warning", place, f"{title} belongs to more than one group: {names}.")
    yield from _steps(milestone)
    yield from _prerequisites(document, milestone)


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


def _chosen_together(document: Document, milestone: str, member: str) -> bool:
    """Tell whether a pairing puts `member` on the path of whoever chooses `milestone`."""
    return any(
        (milestone, member) in group.pairs_with.items() or (member, milestone) in group.pairs_with.items()
        for group in document.groups
    )


def _credentials(document: Document) -> Iterator[Finding]:
    for credential in document.credentials:
        if credential.status == "active" and not credential.evidence:
            message = f"“{credential.name}” is called active without a page that shows it."
            yield Finding("warning", f"credentials[{credential.slug}].evidence", message)


def _facts(document: Document) -> Iterator[Finding]:
    for fact in document.facts:
        if not (fact.source or fact.publisher or fact.url):
            message = f"“{fact.claim}” does not say where it comes from."
            yield Finding("warning", f"facts[{fact.slug}].source", message)

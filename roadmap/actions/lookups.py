"""Milestones and groups of the edition that the learner saw; `UnknownError` where there is no such thing."""

from __future__ import annotations

from roadmap.bidi import isolated
from roadmap.document import Document, Group, Milestone

from .change import NotAMemberError, RefusedError, UnknownError


def known_milestone(document: Document, milestone: str) -> Milestone:
    if milestone not in document.by_slug:
        raise UnknownError(milestone)
    return document.by_slug[milestone]


def live_milestone(document: Document, milestone: str) -> Milestone:
    found = known_milestone(document, milestone)
    if found.retired_on is not None:
        raise RefusedError(
            f"“{isolated(found.title)}” was already retired when this page was shown, so it can't be marked any more."
        )
    return found


def known_group(document: Document, group: str) -> Group:
    if group not in document.group_by_slug:
        raise UnknownError(group)
    return document.group_by_slug[group]


def live_member(document: Document, group: str, milestone: str) -> Milestone:
    found = known_group(document, group)
    if milestone not in found.members:
        raise NotAMemberError(f"“{isolated(found.title)}” doesn't offer {milestone}.")
    return live_milestone(document, milestone)

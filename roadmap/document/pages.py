"""One page in several places: the same address twice, and how far its descriptions agree."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from .format import Document, Milestone, Resource

_DESCRIBED = ("title", "kind", "format", "free", "hours")


def similar_pages(milestone: Milestone) -> Iterator[tuple[Resource, Resource]]:
    """Yield (first, later) of a milestone's resources whose addresses differ in http(s), `www.` or a last slash."""
    seen: dict[tuple[str, ...], Resource] = {}
    for resource in milestone.resources:
        first = seen.setdefault(_plain(resource.url), resource)
        if first.url != resource.url:
            yield first, resource


def shared_pages(document: Document) -> Iterator[tuple[Milestone, Milestone, Resource, tuple[str, ...]]]:
    """Yield (first milestone, later milestone, its resource, fields) where one address is described in two ways."""
    seen: dict[str, tuple[Milestone, Resource]] = {}
    for milestone in document.milestones:
        if milestone.retired_on:
            continue
        for resource in milestone.resources:
            home, first = seen.setdefault(resource.url, (milestone, resource))
            names = tuple(name for name in _DESCRIBED if getattr(first, name) != getattr(resource, name))
            if home is not milestone and names:
                yield home, milestone, resource, names


def _plain(url: str) -> tuple[str, str, str, str]:
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query, parts.fragment

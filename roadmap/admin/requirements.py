"""What comes before what in the working copy, as it would be after a save: to refuse a circle with its path named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from roadmap.document.rules import find_circle
from roadmap.models import GroupMember, Milestone, Prerequisite, RequiredGroup, Roadmap


@dataclass
class Requirements:
    """Edges by slug. Replace an entry by what a form proposes, then ask for a circle."""

    titles: dict[str, str]
    needs: dict[str, list[str]]
    needs_groups: dict[str, list[str]]
    members: dict[str, list[str]]

    @classmethod
    def of(cls, roadmap: Roadmap) -> Requirements:
        """Read the working copy: four queries, whatever its size."""
        return cls(
            titles=dict(Milestone.objects.filter(roadmap=roadmap).values_list("slug", "title")),
            needs=_gathered(
                Prerequisite.objects.filter(milestone__roadmap=roadmap).values_list("milestone__slug", "requires__slug")
            ),
            needs_groups=_gathered(
                RequiredGroup.objects.filter(milestone__roadmap=roadmap).values_list("milestone__slug", "group__slug")
            ),
            members=_gathered(
                GroupMember.objects.filter(group__roadmap=roadmap).values_list("group__slug", "milestone__slug")
            ),
        )

    def circle(self, first: str = "") -> str:
        """Return a circle of prerequisites as “Linear algebra → Statistics → Linear algebra”, or nothing.

        It is told from the milestone `first`, where that is on it.
        """
        edges = {
            slug: [*self.needs.get(slug, ()), *self._required_members(slug)]
            for slug in (*self.needs, *self.needs_groups)
        }
        return path(edges, self.titles, first)

    def _required_members(self, slug: str) -> list[str]:
        return [member for group in self.needs_groups.get(slug, ()) for member in self.members.get(group, ())]


def path(edges: dict[str, list[str]], titles: dict[str, str], first: str) -> str:
    """Return one circle with the milestones' titles, or nothing."""
    circle = next(((slug, slug) for slug, others in edges.items() if slug in others), None) or find_circle(edges)
    if first in circle:
        start = circle.index(first)
        circle = (*circle[start:-1], *circle[:start], first)
    return " → ".join(titles.get(slug, slug) for slug in circle)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    lists: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        lists[key].append(value)
    return dict(lists)

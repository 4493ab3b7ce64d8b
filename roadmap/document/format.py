"""The roadmap document, format 1, as frozen types: what editors write, editions hold and learners read."""

from __future__ import annotations

import heapq
from collections import defaultdict
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from .fields import (
    Date,
    DateOrYear,
    Figure,
    Hours,
    Label,
    LongTitle,
    Months,
    Name,
    OptionalUrl,
    Quote,
    Reference,
    Slug,
    Text,
    Title,
    Url,
)

Kind = Literal[
    "degree",
    "coursework",
    "skill-technical",
    "skill-soft",
    "tool",
    "networking",
    "certification",
    "entry-role",
    "interview",
    "role-duty",
    "salary",
    "outlook",
    "trend",
    "advice",
]
MAX_MILESTONES = 5_000


class Part(BaseModel):
    """A frozen piece of a document: strict types, no unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Source(Part):
    """Where something is said."""

    slug: Slug
    title: LongTitle
    publisher: Name = ""
    url: OptionalUrl = ""
    as_of: Date | None = None


class Stage(Part):
    """A stretch of the road."""

    slug: Slug
    title: Title
    summary: Text = ""


class Group(Part):
    """Milestones of which a learner takes one; `pairs_with` ties a member to a milestone chosen elsewhere."""

    slug: Slug
    title: Title
    note: Text = ""
    optional: bool = False
    members: tuple[Slug, ...] = Field(min_length=1)
    default: Slug
    pairs_with: dict[Slug, Slug] = {}

    @field_validator("pairs_with")
    @classmethod
    def _in_order_of_members(cls, pairs: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        """A mapping has no order in JSON; the members' order makes a dump canonical."""
        place = {member: index for index, member in enumerate(info.data.get("members", ()))}
        return dict(sorted(pairs.items(), key=lambda pair: (place.get(pair[0], len(place)), pair)))


class Estimate(Part):
    """A three-point estimate."""

    @model_validator(mode="after")
    def _ordered(self) -> Estimate:
        low, likely, high = (getattr(self, name) for name in ("low", "likely", "high"))
        if not low <= likely <= high:
            raise PydanticCustomError("order", f"should rise from low to high, not {low:g}, {likely:g}, {high:g}")
        return self


class Effort(Estimate):
    """Hours of one's own work."""

    low: Hours
    likely: Hours
    high: Hours
    basis: Text = ""


class Elapsed(Estimate):
    """Months on the calendar that no diligence shortens."""

    low: Months
    likely: Months
    high: Months


class Step(Part):
    """A week or two of work inside a milestone."""

    slug: Slug
    title: Title
    hours: Hours
    resource: OptionalUrl = ""


class Resource(Part):
    """Something to learn from."""

    title: LongTitle
    url: Url
    kind: Literal["docs", "course", "book", "paper", "practice", "community"]
    format: Literal["text", "video", "interactive", "pdf", "mixed"] | None = None
    free: bool
    hours: Hours | None = None
    checked_on: Date | None = None


class Milestone(Part):
    """Something to reach; its slug is permanent."""

    slug: Slug
    stage: Slug
    title: Title
    kind: Kind | None = None
    summary: Text = ""
    why: Text = ""
    done_when: Text = ""
    effort_hours: Effort
    elapsed_months: Elapsed | None = None
    prerequisites: tuple[Slug, ...] = ()
    requires_groups: tuple[Slug, ...] = ()
    optional: bool = False
    notes: Text = ""
    steps: tuple[Step, ...] = ()
    sources: tuple[Slug, ...] = ()
    resources: tuple[Resource, ...] = ()
    retired_on: Date | None = None
    replaced_by: tuple[Slug, ...] = ()

    @cached_property
    def step_by_slug(self) -> dict[str, Step]:
        return {step.slug: step for step in self.steps}

    @cached_property
    def resource_by_url(self) -> dict[str, Resource]:
        return {resource.url: resource for resource in self.resources}


class Credential(Part):
    """A certificate that exists, existed, or could not be found."""

    slug: Slug
    name: LongTitle
    issuer: Name = ""
    status: Literal["active", "retired", "unverified"]
    as_of: Date
    changed_on: DateOrYear | None = None
    detail: Text = ""
    evidence: tuple[Url, ...] = ()
    milestone: Slug | None = None


class Fact(Part):
    """A figure or claim with where it comes from and our verdict."""

    slug: Slug
    milestone: Slug
    claim: Quote
    value: Figure | None = None
    unit: Label = ""
    period: Label = ""
    region: Label = ""
    source: Slug | None = None
    publisher: Name = ""
    url: OptionalUrl = ""
    as_of: Date | None = None
    verdict: Literal["stands", "dated", "unverified"]
    note: Text = ""


class Citation(Part):
    """A sentence of a source and the milestone that answers to it (a row of `trace`)."""

    id: Reference
    source: Slug
    quote: Quote
    kind: Kind
    milestone: Slug


class Document(Part):
    """A whole roadmap. Look-ups are worked out once and kept: a published document lives as long as its process.

    Get one from `parse` or `from_data`, which also check what ties the parts together.
    """

    format: Literal[1]
    slug: Slug
    title: Title
    summary: Text = ""
    sources: tuple[Source, ...] = ()
    stages: tuple[Stage, ...]
    groups: tuple[Group, ...] = ()
    milestones: tuple[Milestone, ...] = Field(max_length=MAX_MILESTONES)
    credentials: tuple[Credential, ...] = ()
    facts: tuple[Fact, ...] = ()
    trace: tuple[Citation, ...] = ()

    @cached_property
    def by_slug(self) -> dict[str, Milestone]:
        return {milestone.slug: milestone for milestone in self.milestones}

    @cached_property
    def stage_by_slug(self) -> dict[str, Stage]:
        return {stage.slug: stage for stage in self.stages}

    @cached_property
    def group_by_slug(self) -> dict[str, Group]:
        return {group.slug: group for group in self.groups}

    @cached_property
    def source_by_slug(self) -> dict[str, Source]:
        return {source.slug: source for source in self.sources}

    def groups_of(self, milestone: str) -> tuple[Group, ...]:
        """Return the groups that a milestone is a member of (mostly none or one)."""
        return self._groups_of.get(milestone, ())

    def in_stage(self, stage: str) -> tuple[Milestone, ...]:
        """Return a stage's milestones in the order of the page, retired ones included."""
        return self._in_stage.get(stage, ())

    def citations_of(self, milestone: str) -> tuple[Citation, ...]:
        return self._citations_of.get(milestone, ())

    def facts_of(self, milestone: str) -> tuple[Fact, ...]:
        return self._facts_of.get(milestone, ())

    def credentials_of(self, milestone: str) -> tuple[Credential, ...]:
        return self._credentials_of.get(milestone, ())

    def requirements_of(self, milestone: Milestone) -> tuple[str, ...]:
        """Return all that may have to come before: prerequisites, and every member of the required groups."""
        members = (member for group in milestone.requires_groups for member in self.group_by_slug[group].members)
        return tuple(dict.fromkeys((*milestone.prerequisites, *members)))

    @cached_property
    def successors(self) -> dict[str, tuple[Milestone, ...]]:
        """Which milestones name this one as a prerequisite, directly or as a member of a required group."""
        return _gathered((slug, milestone) for milestone in self.milestones for slug in self.requirements_of(milestone))

    @cached_property
    def replaces(self) -> dict[str, tuple[Milestone, ...]]:
        """Which retired milestones a milestone replaces."""
        return _gathered((slug, milestone) for milestone in self.milestones for slug in milestone.replaced_by)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All slugs, each after what it requires; the document's order where that leaves a choice."""
        place = {milestone.slug: index for index, milestone in enumerate(self.milestones)}
        waiting = {m.slug: len(self.requirements_of(m)) for m in self.milestones}
        ready = [place[slug] for slug, count in waiting.items() if not count]
        ordered = []
        while ready:
            slug = self.milestones[heapq.heappop(ready)].slug
            ordered.append(slug)
            for successor in self.successors.get(slug, ()):
                waiting[successor.slug] -= 1
                if not waiting[successor.slug]:
                    heapq.heappush(ready, place[successor.slug])
        return tuple(ordered)

    @cached_property
    def derived(self) -> dict[str, Any]:
        """Room for what another pure module works out once per edition (see `roadmap.standing`)."""
        return {}

    @cached_property
    def _groups_of(self) -> dict[str, tuple[Group, ...]]:
        return _gathered((member, group) for group in self.groups for member in group.members)

    @cached_property
    def _in_stage(self) -> dict[str, tuple[Milestone, ...]]:
        return _gathered((milestone.stage, milestone) for milestone in self.milestones)

    @cached_property
    def _citations_of(self) -> dict[str, tuple[Citation, ...]]:
        return _gathered((citation.milestone, citation) for citation in self.trace)

    @cached_property
    def _facts_of(self) -> dict[str, tuple[Fact, ...]]:
        return _gathered((fact.milestone, fact) for fact in self.facts)

    @cached_property
    def _credentials_of(self) -> dict[str, tuple[Credential, ...]]:
        return _gathered((credential.milestone or "", credential) for credential in self.credentials)


def _gathered(pairs: Any) -> dict[str, tuple[Any, ...]]:
    """Gather (key, part) pairs by key, keeping their order."""
    lists: defaultdict[str, list[Any]] = defaultdict(list)
    for key, part in pairs:
        lists[key].append(part)
    return {key: tuple(parts) for key, parts in lists.items()}

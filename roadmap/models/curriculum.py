"""The working copy of a roadmap: what editors change and learners never see.

Rows mirror the roadmap document (`roadmap.document`) one to one; `roadmap.editions` turns one into the other.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from .fields import PermanentSlugField, WebURLField, slug_constraint


class Kind(models.TextChoices):
    """What sort of thing a milestone is, in the document's words."""

    DEGREE = "degree"
    COURSEWORK = "coursework"
    SKILL_TECHNICAL = "skill-technical", "Technical skill"
    SKILL_SOFT = "skill-soft", "Soft skill"
    TOOL = "tool"
    NETWORKING = "networking"
    CERTIFICATION = "certification"
    ENTRY_ROLE = "entry-role", "Entry role"
    INTERVIEW = "interview"
    ROLE_DUTY = "role-duty", "Duty of the role"
    SALARY = "salary"
    OUTLOOK = "outlook"
    TREND = "trend"
    ADVICE = "advice"


class Positioned(models.Model):
    """A row whose order on the page is the editor's."""

    position = models.PositiveIntegerField(default=0, db_index=True)

    class Meta:
        abstract = True
        ordering = ["position"]


class Roadmap(models.Model):
    """One road to one goal."""

    slug = PermanentSlugField(unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    current_edition = models.OneToOneField(
        "roadmap.Edition", null=True, editable=False, on_delete=models.PROTECT, related_name="current_of"
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="Withdrawn roadmaps take no new learners and send no digests."
    )
    draft_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["title"]
        permissions = [("publish_roadmap", "Can publish an edition")]
        constraints = [slug_constraint("roadmap_slug_form")]

    def __str__(self) -> str:
        return self.title


class Source(Positioned):
    """Where something is said: a guide, a report, a page."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="sources")
    slug = PermanentSlugField()
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True)
    url = WebURLField(blank=True)
    as_of = models.DateField(null=True, blank=True)

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("roadmap", "slug", name="source_slug_once"),
            slug_constraint("source_slug_form"),
        ]

    def __str__(self) -> str:
        return self.title


class Stage(Positioned):
    """A stretch of the road."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="stages")
    slug = PermanentSlugField()
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("roadmap", "slug", name="stage_slug_once"),
            slug_constraint("stage_slug_form"),
        ]

    def __str__(self) -> str:
        return self.title


class Milestone(Positioned):
    """Something to reach. Once published it is never deleted: a trigger holds that."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="milestones")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="milestones")
    slug = PermanentSlugField()
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices, blank=True)
    summary = models.TextField("what", blank=True)
    why = models.TextField(blank=True)
    done_when = models.TextField("done when", blank=True)
    effort_low = models.FloatField("low")
    effort_likely = models.FloatField("likely")
    effort_high = models.FloatField("high")
    effort_basis = models.TextField("basis", blank=True)
    elapsed_low = models.FloatField("low", null=True, blank=True)
    elapsed_likely = models.FloatField("likely", null=True, blank=True)
    elapsed_high = models.FloatField("high", null=True, blank=True)
    optional = models.BooleanField(default=False)
    notes = models.TextField(blank=True)
    retired_on = models.DateField(null=True, blank=True)
    first_edition = models.ForeignKey(
        "roadmap.Edition", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    prerequisites = models.ManyToManyField(
        "self", through="Prerequisite", symmetrical=False, related_name="successors", blank=True
    )
    required_groups: models.ManyToManyField[ChoiceGroup, RequiredGroup] = models.ManyToManyField(
        "ChoiceGroup", through="RequiredGroup", related_name="required_by"
    )
    sources = models.ManyToManyField(Source, through="MilestoneSource", related_name="milestones", blank=True)
    replaced_by = models.ManyToManyField(
        "self", through="Replacement", symmetrical=False, related_name="replaces", blank=True
    )

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("roadmap", "slug", name="milestone_slug_once"),
            slug_constraint("milestone_slug_form"),
            models.CheckConstraint(
                condition=Q(effort_low__gte=0)
                & Q(effort_low__lte=F("effort_likely"))
                & Q(effort_likely__lte=F("effort_high"))
                & Q(effort_high__lte=100_000),
                name="milestone_effort_ordered",
            ),
            models.CheckConstraint(
                condition=Q(elapsed_low=None, elapsed_likely=None, elapsed_high=None)
                | (
                    Q(elapsed_low__gte=0)
                    & Q(elapsed_low__lte=F("elapsed_likely"))
                    & Q(elapsed_likely__lte=F("elapsed_high"))
                    & Q(elapsed_high__lte=1_200)
                ),
                name="milestone_elapsed_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Prerequisite(Positioned):
    """`milestone` opens when `requires` is done, known or skipped."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="prerequisite_links")
    requires = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="successor_links")

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("milestone", "requires", name="prerequisite_once"),
            models.CheckConstraint(condition=~Q(milestone=F("requires")), name="prerequisite_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.milestone} needs {self.requires}"


class ChoiceGroup(Positioned):
    """Milestones of which a learner takes one."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="groups")
    slug = PermanentSlugField()
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    optional = models.BooleanField(default=False)

    class Meta(Positioned.Meta):
        verbose_name = "choose-one group"
        constraints = [
            models.UniqueConstraint("roadmap", "slug", name="group_slug_once"),
            slug_constraint("group_slug_form"),
        ]

    def __str__(self) -> str:
        return self.title


class GroupMember(Positioned):
    """One of a group; at most one is the default. `pairs_with` ties it to a choice made elsewhere."""

    group = models.ForeignKey(ChoiceGroup, on_delete=models.CASCADE, related_name="members")
    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="memberships")
    is_default = models.BooleanField("default", default=False)
    pairs_with = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.SET_NULL, related_name="paired_members"
    )

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("group", "milestone", name="group_member_once"),
            models.UniqueConstraint("group", condition=Q(is_default=True), name="group_one_default"),
        ]

    def __str__(self) -> str:
        return str(self.milestone)


class RequiredGroup(Positioned):
    """`milestone` opens when the chosen member of `group` is reached."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="required_group_links")
    group = models.ForeignKey(ChoiceGroup, on_delete=models.CASCADE, related_name="+")

    class Meta(Positioned.Meta):
        constraints = [models.UniqueConstraint("milestone", "group", name="required_group_once")]

    def __str__(self) -> str:
        return f"{self.milestone} needs one of {self.group}"


class MilestoneSource(Positioned):
    """`source` speaks of `milestone`."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="source_links")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")

    class Meta(Positioned.Meta):
        constraints = [models.UniqueConstraint("milestone", "source", name="milestone_source_once")]

    def __str__(self) -> str:
        return str(self.source)


class Replacement(Positioned):
    """`milestone` is replaced by `successor`: credit carries over."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="replacement_links")
    successor = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="predecessor_links")

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("milestone", "successor", name="replacement_once"),
            models.CheckConstraint(condition=~Q(milestone=F("successor")), name="replacement_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.milestone} becomes {self.successor}"


class Step(Positioned):
    """A week or two of work inside a milestone."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="steps")
    slug = PermanentSlugField()
    title = models.CharField(max_length=200)
    hours = models.FloatField()
    resource = WebURLField(blank=True)

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("milestone", "slug", name="step_slug_once"),
            slug_constraint("step_slug_form"),
            models.CheckConstraint(condition=Q(hours__gte=0, hours__lte=100_000), name="step_hours_range"),
        ]

    def __str__(self) -> str:
        return self.title


class Resource(Positioned):
    """Something to learn from."""

    class Kind(models.TextChoices):
        DOCS = "docs", "Documentation"
        COURSE = "course"
        BOOK = "book"
        PAPER = "paper"
        PRACTICE = "practice"
        COMMUNITY = "community"

    class Format(models.TextChoices):
        TEXT = "text"
        VIDEO = "video"
        INTERACTIVE = "interactive"
        PDF = "pdf", "PDF"
        MIXED = "mixed"

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="resources")
    title = models.CharField(max_length=300)
    url = WebURLField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    format = models.CharField(max_length=20, choices=Format.choices, blank=True)
    free = models.BooleanField(default=True)
    hours = models.FloatField(null=True, blank=True)
    checked_on = models.DateField(null=True, blank=True)

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("milestone", "url", name="resource_url_once"),
            models.CheckConstraint(
                condition=Q(hours=None) | Q(hours__gte=0, hours__lte=100_000), name="resource_hours_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title

"""What a learner did: appended events (the truth), and the projection of them that pages read.

`roadmap.standing` interprets; `roadmap.actions` is the only writer.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .curriculum import Roadmap
from .fields import WebURLField

NOTE_LENGTH = 10_000


class State(models.TextChoices):
    """Where a learner is with a milestone."""

    TODO = "todo", "to do"
    DOING = "doing"
    DONE = "done"
    KNOWN = "known"
    SKIPPED = "skipped"


class Enrolment(models.Model):
    """A learner on a roadmap. Leaving sets `left_at`; everything is kept and comes back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    roadmap = models.ForeignKey(Roadmap, on_delete=models.PROTECT, related_name="enrolments")
    hours_per_week = models.FloatField()
    target_on = models.DateField(null=True, blank=True)
    paces = models.JSONField(default=list, blank=True, help_text="Pairs of local date, hours a week: all ever named.")
    started_at = models.DateTimeField(default=timezone.now)
    started_on = models.DateField()
    left_at = models.DateTimeField(null=True, blank=True)
    seen_edition = models.PositiveIntegerField(
        default=1, help_text="The edition that the learner began with or last took note of: news are told from it on."
    )
    finished_in = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="The number of the edition in which nothing is left to do."
    )
    undoable = models.JSONField(
        null=True, blank=True, editable=False, help_text="The newest change that can be undone, and what it was."
    )
    pace_hint_dismissed_on = models.DateField(
        null=True, blank=True, help_text="The local date on which the learner put away the hint that they are slower."
    )
    # Defaults of the database: a process of the release before, which knows nothing of them, may still insert rows.
    projection_rule = models.PositiveSmallIntegerField(
        default=1, db_default=1, editable=False, help_text="The number of the rule by which the projection was folded."
    )
    projected_event = models.BigIntegerField(
        default=0, db_default=0, editable=False, help_text="The last event that the projection knows of."
    )

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint("user", "roadmap", name="enrolment_once"),
            models.CheckConstraint(condition=Q(hours_per_week__range=(0.5, 168)), name="enrolment_hours_range"),
        ]
        indexes = [models.Index("roadmap", condition=Q(left_at=None), name="enrolment_active")]

    def __str__(self) -> str:
        return f"{self.roadmap} · learner {self.user_id}"


class Event(models.Model):
    """One thing that happened. Appended, never changed; a trigger holds that."""

    class Kind(models.TextChoices):
        ENROLLED = "enrolled"
        LEFT = "left"
        STATE = "state"
        STEP = "step"
        HOURS = "hours"
        NOTE = "note"
        CHOSE = "chose"
        UNDONE = "undone"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="events")
    change = models.UUIDField(
        default=uuid.uuid4, help_text="Events of one action share it; undo works on whole changes."
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    milestone = models.CharField(max_length=100, blank=True)
    step = models.CharField(max_length=100, blank=True)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)
    on = models.DateField(help_text="The learner's local date.")
    edition = models.PositiveIntegerField(help_text="The number of the edition that the learner saw.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["enrolled", "left", "state", "step", "hours", "note", "chose", "undone"]),
                name="event_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["state", "step", "hours", "note"]) | ~Q(milestone=""),
                name="event_milestone_given",
            ),
            models.CheckConstraint(condition=~Q(kind="step") | ~Q(step=""), name="event_step_given"),
        ]
        indexes = [
            models.Index("enrolment", "id", name="event_of_enrolment"),
            models.Index("enrolment", "change", name="event_of_change"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.kind} {self.milestone}"


# Progress that a learner would miss: begun, done, known, or with ticks, hours, a note or a link.
TOUCHED = Q(state__in=[State.DOING, State.DONE, State.KNOWN]) | ~Q(ticks={}, logged=[], note="", evidence_url="")


class MilestoneProgress(models.Model):
    """Projection: what the events say about one milestone. Every action applies its events to it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="progress")
    milestone = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State.choices, default=State.TODO)
    state_on = models.DateField(null=True, blank=True)
    state_event = models.BigIntegerField(
        default=0, help_text="The event that last said the state; a later one wins over credit carried over."
    )
    began_on = models.DateField(null=True, blank=True)
    finished_on = models.DateField(null=True, blank=True)
    anyway = models.BooleanField("started anyway", default=False)
    ticks = models.JSONField(default=dict, blank=True, help_text="Step slug to [local date, hours].")
    logged = models.JSONField(default=list, blank=True, help_text="Triples of event id, local date, hours.")
    carry_forward = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="What the next event needs beside the other columns: where hours went, when `doing` was said.",
    )
    note = models.TextField(blank=True, max_length=NOTE_LENGTH)
    evidence_url = WebURLField(blank=True)

    class Meta:
        verbose_name_plural = "milestone progress"
        constraints = [
            models.UniqueConstraint("enrolment", "milestone", name="progress_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="progress_state_known"),
        ]
        indexes = [models.Index("milestone", "state", name="progress_by_milestone")]

    def __str__(self) -> str:
        return f"{self.milestone}: {self.state}"


class Choice(models.Model):
    """Projection: the member of a group that the learner chose."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="choices")
    group = models.CharField(max_length=100)
    milestone = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint("enrolment", "group", name="choice_once")]

    def __str__(self) -> str:
        return f"{self.group}: {self.milestone}"

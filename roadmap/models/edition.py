"""Editions: immutable, numbered documents. Learners read these and nothing else."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .curriculum import Roadmap


class Edition(models.Model):
    """One published state of a roadmap. A trigger refuses every change and deletion."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    notes = models.TextField(blank=True)
    difference = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["roadmap", "-number"]
        constraints = [
            models.UniqueConstraint("roadmap", "number", name="edition_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.roadmap} · edition {self.number}"

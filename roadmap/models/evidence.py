"""What backs the roadmap up: certificates, figures, and the sentences of the guides that it answers to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from .curriculum import Kind, Milestone, Positioned, Roadmap, Source
from .fields import PermanentSlugField, WebURLField, slug_constraint, validate_web_url


class Credential(Positioned):
    """A certificate that exists, existed, or could not be found."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        RETIRED = "retired"
        UNVERIFIED = "unverified"

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="credentials")
    slug = PermanentSlugField()
    name = models.CharField(max_length=300)
    issuer = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices)
    as_of = models.DateField()
    changed_on = models.CharField(max_length=10, blank=True, help_text="A date or a year: 2026-09-28, 2026.")
    detail = models.TextField(blank=True)
    evidence = ArrayField(models.CharField(max_length=2000, validators=[validate_web_url]), default=list, blank=True)
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.SET_NULL, related_name="credentials"
    )

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("roadmap", "slug", name="credential_slug_once"),
            slug_constraint("credential_slug_form"),
        ]

    def __str__(self) -> str:
        return self.name


class Fact(Positioned):
    """A figure or claim with its source, period and our verdict; never shown bare."""

    class Verdict(models.TextChoices):
        STANDS = "stands"
        DATED = "dated"
        UNVERIFIED = "unverified"

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="facts")
    slug = PermanentSlugField()
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="facts")
    claim = models.TextField()
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=100, blank=True)
    period = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="facts")
    publisher = models.CharField(max_length=200, blank=True)
    url = WebURLField(blank=True)
    as_of = models.DateField(null=True, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    note = models.TextField(blank=True)

    class Meta(Positioned.Meta):
        constraints = [
            models.UniqueConstraint("roadmap", "slug", name="fact_slug_once"),
            slug_constraint("fact_slug_form"),
        ]

    def __str__(self) -> str:
        return self.claim


class Citation(Positioned):
    """A short quote from a source, and the milestone that answers to it (a trace row of the document)."""

    roadmap = models.ForeignKey(Roadmap, on_delete=models.CASCADE, related_name="citations")
    reference = models.CharField(max_length=50)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="citations")
    quote = models.TextField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="citations")

    class Meta(Positioned.Meta):
        constraints = [models.UniqueConstraint("roadmap", "reference", name="citation_reference_once")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quote}"

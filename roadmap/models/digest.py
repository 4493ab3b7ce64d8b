"""The ledger of weekly mails: a row first, a mail second; one row per learner and local ISO week."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Digest(models.Model):
    """A weekly mail that is owed, under way, or settled."""

    class State(models.TextChoices):
        PENDING = "pending"
        CLAIMED = "claimed"
        SENDING = "sending"
        SENT = "sent"
        UNCERTAIN = "uncertain"
        FAILED = "failed"
        SKIPPED = "skipped"
        EXPIRED = "expired"

    class Kind(models.TextChoices):
        WEEKLY = "weekly", "weekly letter"
        QUESTION = "question", "shall we pause?"  # the one letter after weeks of silence

    # Each state that a row goes through writes all its indexes, so there is none that another one covers.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests", db_index=False)
    period = models.DateField(help_text="The Monday of the learner's local ISO week.")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WEEKLY)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200)
    to_address = models.EmailField(blank=True)
    subject = models.CharField(max_length=200, blank=True)
    told = models.JSONField(
        default=dict, blank=True, help_text="Roadmap slug to the edition up to which this mail tells what is new."
    )
    known_events = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="Enrolment to the last event of it that a weekly mail knew of: what came after is for the next.",
    )
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)
    smtp_reply = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-due_at"]
        constraints = [
            models.UniqueConstraint("user", "period", name="digest_once_a_week"),
            models.UniqueConstraint(fields=["message_id"], name="digest_message_id_once"),
            models.CheckConstraint(condition=Q(period__iso_week_day=1), name="digest_period_monday"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("due_at")), name="digest_expires_later"),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "sending"]) | Q(lease__isnull=False, lease_until__isnull=False),
                name="digest_lease_held",
            ),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="digest_sent_when"),
            models.CheckConstraint(condition=Q(kind__in=["weekly", "question"]), name="digest_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "pending",
                        "claimed",
                        "sending",
                        "sent",
                        "uncertain",
                        "failed",
                        "skipped",
                        "expired",
                    ]
                ),
                name="digest_state_known",
            ),
        ]
        indexes = [
            models.Index("next_attempt_at", condition=Q(state="pending"), name="digest_pending"),
            models.Index("expires_at", condition=Q(state="pending"), name="digest_expiring"),
            models.Index("lease_until", condition=Q(state__in=["claimed", "sending"]), name="digest_leased"),
            models.Index("due_at", condition=Q(state="uncertain"), name="digest_uncertain"),
            models.Index("user", condition=Q(kind="question"), name="digest_question"),
            models.Index("period", "state", name="digest_by_week"),
        ]

    def __str__(self) -> str:
        """Name no person: the admin's log keeps this when they are gone."""
        return f"{self.user_id} {self.period:%G-W%V} {self.state}"


class Brief(models.Model):
    """What a learner's next letter says, derived shortly before it is due; `key` names all that it was derived from.

    Nothing is lost with it: a letter whose brief is missing, or whose key is no longer true, is derived anew. So the
    table is unlogged: it is written without a trace in PostgreSQL's log and is empty after a crash.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="brief"
    )
    due_at = models.DateTimeField()
    key = models.CharField(max_length=200, blank=True, help_text="Empty while somebody works on it.")
    contents = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index("due_at", name="brief_due")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.due_at:%F %H:%M}"


class Suppression(models.Model):
    """An address that gets no digests until a date, or ever."""

    class Reason(models.TextChoices):
        REFUSED = "refused", "refused by the server"
        BOUNCED = "bounced"
        COMPLAINT = "complaint"
        MANUAL = "manual", "by an operator"

    address = models.EmailField(unique=True)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    detail = models.CharField(max_length=500, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: for good.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.address


class Bounce(models.Model):
    """A mail that came back, or that its reader complained about: what the mail provider told us, counted once."""

    class Kind(models.TextChoices):
        HARD = "hard", "address refused"
        SOFT = "soft", "mailbox full or out of reach"
        COMPLAINT = "complaint"

    event = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the provider's name and event id.")
    address = models.EmailField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["hard", "soft", "complaint"]), name="bounce_kind_known"),
        ]
        indexes = [models.Index("address", "at", name="bounce_of_address")]

    def __str__(self) -> str:
        return f"{self.address} {self.kind}"


class Gate(models.Model):
    """Whether digests may leave at all: one row, which every sender asks before it claims."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    ledger = models.CharField(max_length=60, help_text="Which ledger it was opened for; a restored one is another.")
    held_because = models.CharField(max_length=200, blank=True, help_text="Empty: not held by an operator.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="How often in a row the mail server was away.")
    opens_at = models.DateTimeField(null=True, blank=True, help_text="When the mail server is tried again.")
    minute = models.DateTimeField(null=True, blank=True)
    claimed_in_minute = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="gate_only_one")]

    def __str__(self) -> str:
        return self.held_because or ("waiting for the mail server" if self.failures else "open")

"""Who a person is, and how and when they want to be reached."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce, Lower, Now
from django.utils import timezone

from .addresses import canonical_address
from .fields import AddressField
from .sessions import Session

__all__ = ["INVITATION_LIFETIME", "Invitation", "Pause", "Preferences", "Session", "User", "UserManager", "Weekday"]

INVITATION_LIFETIME = timedelta(days=14)


class UserManager(BaseUserManager["User"]):
    """Makes people; every account owns its preferences from its first moment."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address that is kept in canonical form."""

    email = AddressField("e-mail address", unique=True, error_messages={"unique": "This address is already in use."})
    name = models.CharField(
        "what to call you",
        max_length=80,
        blank=True,
        help_text="Optional. Used in your weekly mail and nowhere else.",
    )
    is_staff = models.BooleanField("may use the admin", default=False)
    is_active = models.BooleanField("active", default=True)
    date_joined = models.DateTimeField("joined", default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        permissions = [("support_learners", "Can help learners with their accounts")]
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and give a new account its preferences, so that no reader has to cope with their absence."""
        is_new = self._state.adding
        self.email = canonical_address(self.email)
        super().save(*args, **kwargs)
        if is_new:
            Preferences.objects.get_or_create(user=self)

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.split("@")[0]


class Weekday(models.IntegerChoices):
    """ISO weekdays counted from Monday = 0, as in `datetime.date.weekday`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


def utc_today() -> date:
    """Return today's date in UTC: precise enough for signs of life, which are counted in weeks."""
    return datetime.now(UTC).date()


# The next letter's time is to be found anew: the first slot after this moment of the database, or after an earlier one
# whose change nobody has planned for yet. What is due already stays due. So a change costs nobody a letter, and who
# turns letters on again gets none of the time when they were off.
_IS_OFF, _IS_DUE = Q(digest_enabled=False), Q(digest_due_at__lte=Now())
REPLANNED: dict[str, Any] = {
    "digest_due_at": Case(When(_IS_OFF, then=None), When(_IS_DUE, then=F("digest_due_at"))),
    "digest_replanned_at": Case(When(_IS_OFF | _IS_DUE, then=None), default=Coalesce(F("digest_replanned_at"), Now())),
}


class Preferences(models.Model):
    """When and how a person is reached. `digest_due_at` is the planner's: `REPLANNED` clears it where the rest changes.

    `snoozed_until` keeps letters away and leaves the plan as it is; `paused_until` stops both. `pauses_before` tells of
    each change of the pauses in the last week when it was, and what they were until then. `last_seen_on` is the last
    sign of life: a visit, or a button used in a letter.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    timezone = models.CharField("time zone", max_length=64, default="UTC")
    digest_enabled = models.BooleanField("weekly mail", default=True)
    digest_weekday = models.PositiveSmallIntegerField("day", choices=Weekday.choices, default=Weekday.MONDAY)
    digest_hour = models.PositiveSmallIntegerField("hour", default=8)
    paused_until = models.DateField("paused until", null=True, blank=True)
    snoozed_until = models.DateField("no letters until", null=True, blank=True)
    digest_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    digest_replanned_at = models.DateTimeField(null=True, blank=True, editable=False)
    calendar_serial = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts the calendar links made; a link of an earlier count is revoked."
    )
    calendar_enabled = models.BooleanField(default=False, editable=False)
    pauses_before = models.JSONField(default=list, editable=False)
    last_seen_on = models.DateField(default=utc_today, editable=False)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.CheckConstraint(condition=Q(digest_weekday__range=(0, 6)), name="preferences_weekday_range"),
            models.CheckConstraint(condition=Q(digest_hour__range=(6, 20)), name="preferences_hour_range"),
            models.CheckConstraint(condition=~Q(timezone=""), name="preferences_timezone_given"),
        ]
        indexes = [
            models.Index("digest_due_at", condition=Q(digest_enabled=True), name="preferences_due"),
            models.Index(
                "digest_replanned_at",
                condition=Q(digest_enabled=True, digest_due_at__isnull=True, digest_replanned_at__isnull=False),
                name="preferences_replanned",
            ),
        ]

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"

    def skips_until(self, today: date) -> date | None:
        """Return until when letters are skipped; None where none is."""
        return self.snoozed_until if self.snoozed_until and self.snoozed_until > today else None


class Pause(models.Model):
    """Days without learning: from `starts_on` up to, and without, `until`. Past ones stay: a plan must know them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="pauses")
    starts_on = models.DateField()
    until = models.DateField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=models.F("until")), name="pause_ends_after_start"),
            models.UniqueConstraint("user", "starts_on", name="pause_start_once"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.until}"


class Invitation(models.Model):
    """A personal invitation by e-mail, to the site or to a group of its staff."""

    email = AddressField("e-mail address")
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        verbose_name="joins the group",
        help_text="Leave empty to invite a learner.",
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="invitations_sent",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="invitations_accepted",
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_lower_case"),
            models.UniqueConstraint(
                "email",
                "group",
                condition=Q(accepted_at=None),
                nulls_distinct=False,
                name="invitation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = canonical_address(self.email)
        if self.expires_at is None:
            self.expires_at = timezone.now() + INVITATION_LIFETIME
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse what could never be accepted."""
        if settings.SIGN_UP == "closed" and not self.group_id and not User.objects.filter(email=self.email).exists():
            raise ValidationError(
                {"group": "Sign-up is closed, so no learner could accept. Set SIGN_UP, or choose a group."}
            )

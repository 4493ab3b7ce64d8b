"""People and invitations in the admin. Only superusers: whoever changes people can make themselves anything."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from . import invitations, names
from .backends import person_of
from .mail import MailError
from .models import Invitation, Preferences, User


class SuperusersOnly:
    """Closed to editors whatever permissions their group may gain."""

    def is_superuser(self, request: HttpRequest, *_: Any, **__: Any) -> bool:
        return bool(request.user.is_superuser)

    has_module_permission = has_view_permission = has_add_permission = is_superuser
    has_change_permission = has_delete_permission = is_superuser


class PreferencesInline(SuperusersOnly, admin.StackedInline):
    """How and when a person is reached: theirs to change, ours to see."""

    model = Preferences
    can_delete = False
    readonly_fields = (
        "timezone",
        "digest_enabled",
        "digest_weekday",
        "digest_hour",
        "paused_until",
        "digest_due_at",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LowerCase:
    """The address in lower case, as it is kept."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class NewPersonForm(LowerCase, AdminUserCreationForm):
    """A person, made by hand. They confirm their address when they first log in."""


class PersonForm(LowerCase, UserChangeForm):
    """A person, with the name checked as it is on their own page."""

    def clean_name(self) -> str:
        return names.clean_name(self.cleaned_data["name"])


@admin.register(User)
class PersonAdmin(SuperusersOnly, UserAdmin):
    """People. Their history makes deleting more than one DELETE: `manage.py takeout EMAIL --erase` does it."""

    form = PersonForm
    add_form = NewPersonForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "name")
    readonly_fields = ("date_joined", "last_login")
    inlines: ClassVar[list[type[admin.options.InlineModelAdmin]]] = [PreferencesInline]
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("When", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[admin.options.InlineModelAdmin]]:
        return self.inlines if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class InvitationForm(LowerCase, forms.ModelForm):
    """Whom to invite; one open invitation per address and group."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        open_ones = Invitation.objects.filter(
            email=cleaned.get("email"), group=cleaned.get("group"), accepted_at=None
        ).exclude(pk=self.instance.pk)
        if "email" in cleaned and open_ones.exists():
            raise ValidationError("This address has an invitation already. Choose it in the list to send it again.")
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(SuperusersOnly, admin.ModelAdmin):
    """Invite somebody: saving sends the mail."""

    form = InvitationForm
    list_display = ("email", "group", "invited_by", "created_at", "expires_at", "accepted_at")
    list_filter = ("group", ("accepted_at", admin.EmptyFieldListFilter))
    list_select_related = ("group", "invited_by")
    search_fields = ("email",)
    fields = ("email", "group", "invited_by", "created_at", "expires_at", "accepted_at", "accepted_by")
    actions = ("send_again",)

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        return self.fields if obj else ("email", "group")

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        return self.fields if obj else ()

    def save_model(self, request: HttpRequest, obj: Invitation, form: forms.ModelForm, change: bool) -> None:
        if change:
            return
        obj.invited_by = person_of(request)
        super().save_model(request, obj, form, change)
        self._send(request, obj)

    @admin.action(description="Send again, with two more weeks to accept", permissions=["change"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        for invitation in chosen.filter(accepted_at=None).select_related("group", "invited_by"):
            self._send(request, invitation)

    def _send(self, request: HttpRequest, invitation: Invitation) -> None:
        try:
            invitations.send(invitation)
        except MailError:
            text = f"The mail to {invitation.email} could not be sent. Choose it in the list to send it again."
            self.message_user(request, text, messages.ERROR)
        else:
            self.message_user(request, f"The invitation is on its way to {invitation.email}.", messages.SUCCESS)

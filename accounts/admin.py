"""People and invitations in the admin.

Only superusers change people and invite: whoever does so can make themselves anything. Operators look at learners, and
help them by the two actions of `support`.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.formats import date_format

from . import administrators, invitations, names, support, support_pages
from .backends import person_of
from .mail import MailError
from .models import Invitation, Preferences, User


class SuperusersOnly:
    """Closed to everybody else whatever permissions their group may gain."""

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

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return support.may_see(request.user, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewPersonForm(AdminUserCreationForm):
    """A person, made by hand. They confirm their address when they first log in."""


class PersonForm(UserChangeForm):
    """A person, with the name checked as it is on their own page. The last administrator stays one."""

    def clean_name(self) -> str:
        return names.clean_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not all(cleaned.get(right, True) for right in ("is_active", "is_staff", "is_superuser")):
            administrators.check_not_the_last(User.objects.get(pk=self.instance.pk))
        return cleaned


class PasswordForm(AdminPasswordChangeForm):
    """A new password, or none: but somebody must be able to log in and run the site."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("set_usable_password", True):
            try:
                with transaction.atomic():
                    administrators.check_not_the_last(self.user)
            except ValidationError as error:
                self.add_error("usable_password", error)
        return cleaned


@admin.register(User)
class PersonAdmin(SuperusersOnly, UserAdmin):
    """People. Their history makes deleting more than one DELETE: `manage.py takeout EMAIL --erase` does it."""

    form = PersonForm
    add_form = NewPersonForm
    change_password_form = PasswordForm
    change_form_template = "admin/accounts/person_form.html"
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "name")
    readonly_fields = ("email", "addresses", "second_factor", "date_joined", "last_login")
    actions = ("move", "reset_second_factor")
    inlines: ClassVar[list[type[admin.options.InlineModelAdmin]]] = [PreferencesInline]
    fieldsets = (
        (None, {"fields": ("email", "addresses", "name", "password", "second_factor")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("When", {"fields": ("date_joined", "last_login")}),
    )
    # What operators see: nothing of passwords and rights.
    learner_list_display = ("email", "name", "is_active", "date_joined", "last_login")
    learner_list_filter = ("is_active",)
    learner_fieldsets = (
        (None, {"fields": ("email", "addresses", "name", "second_factor", "is_active")}),
        ("When", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)

    # --- Who sees what ------------------------------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return support.may_see(request.user)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return support.may_see(request.user, obj)

    def has_support_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return support.may_help(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request) & support.people_for(request.user)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.list_display if self.is_superuser(request) else self.learner_list_display

    def get_list_filter(self, request: HttpRequest) -> tuple[str, ...]:
        return self.list_filter if self.is_superuser(request) else self.learner_list_filter

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return super().get_fieldsets(request, obj) if self.is_superuser(request) else self.learner_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[admin.options.InlineModelAdmin]]:
        return self.inlines if obj else []

    @admin.display(description="logs in with")
    def addresses(self, person: User) -> str:
        """Each address that opens the account, or will once it is confirmed."""
        rows = EmailAddress.objects.filter(user=person).order_by("-primary", "email").values_list("email", "verified")
        return ", ".join(f"{email} ({'confirmed' if verified else 'not confirmed yet'})" for email, verified in rows)

    @admin.display(description="second factor")
    def second_factor(self, person: User) -> str:
        """That there is one, and never what it is."""
        since = Authenticator.objects.filter(user=person).order_by("created_at").values_list("created_at", flat=True)
        return f"on since {date_format(since[0], 'j F Y')}" if since else "off"

    # --- Helping ------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(partial(view, admin=self)), name=url_name)
            for name, view, url_name in (
                ("move", support_pages.move, "accounts_user_move"),
                ("second-factor", support_pages.reset_second_factor, "accounts_user_second_factor"),
            )
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        context = {"may_help": person is not None and support.may_help(request.user, person), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description="Move to a new address …", permissions=["support"])
    def move(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        return self._lead_to("admin:accounts_user_move", request, chosen)

    @admin.action(description="Reset second factor …", permissions=["support"])
    def reset_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        return self._lead_to("admin:accounts_user_second_factor", request, chosen)

    def _lead_to(self, page: str, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        """Both are decided for one person at a time, on a page that says what will happen."""
        keys = list(chosen.values_list("pk", flat=True)[:2])
        if len(keys) == 1:
            return redirect(page, object_id=keys[0])
        self.message_user(request, "Choose one person at a time.", messages.WARNING)
        return None

    # --- Rights -------------------------------------------------------------------------------------------------------

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            self._agree_with_groups(request, form.instance, set(form.changed_data))

    def _agree_with_groups(self, request: HttpRequest, person: User, changed: set[str]) -> None:
        """Let in who has just been given something to do in the admin; say where rights and access don't agree."""
        given = person.is_superuser or person.groups.exists()
        if given and not person.is_staff and "is_staff" not in changed and changed & {"groups", "is_superuser"}:
            person.is_staff = True
            person.save(update_fields=["is_staff"])
            self.message_user(request, f"{person} may use the admin from now on, as their rights need it.")
        elif given and not person.is_staff:
            text = f"{person} has rights in the admin and can’t use them: “may use the admin” is not ticked."
            self.message_user(request, text, messages.WARNING)
        elif person.is_staff and not given:
            text = f"{person} may use the admin, and will find it empty: they are in no group."
            self.message_user(request, text, messages.WARNING)


class InvitationForm(forms.ModelForm):
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

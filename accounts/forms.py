"""Forms of accounts: allauth's in our words, and the settings page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from . import administrators, codes, invitations, names, pauses, second_factor, zones
from .fields import AddressFormField
from .models import REPLANNED, Preferences, User
from .notes import Notes

CHOOSING = "At least 8 characters. A few unusual words make a good one."
LETTERS_OFF = "Letters are off. The day, the hour and your name count once they are on again."
LONGEST_PAUSE = timedelta(days=3 * 365)


class OwnWords:
    """Labels instead of placeholders, in the words of the rest of the site; a new password is typed once."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in {"email", "login"}:
                self.fields[name] = AddressFormField(label="E-mail address", widget=field.widget)
                field.widget.attrs["autocomplete"] = "username" if name == "login" else "email"
            elif name == "password1":
                field.help_text = CHOOSING
            elif name == "code":
                field.widget.attrs["inputmode"] = "numeric"
                field.widget.attrs["maxlength"] = "40"


class TypedCode(OwnWords):
    """A code, however it was typed or pasted."""

    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        self.cleaned_data["code"] = codes.plain_code(self.cleaned_data["code"])
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form, which stands beside this class
        return code


class LimitedCode(TypedCode):
    """A mailed code, with its attempts counted in Redis too: parallel requests would all read the same session."""

    expected_code: str | None

    def clean_code(self) -> str:
        request = context.request
        if not ratelimit.consume(request, action="code", key=f"{request.session.session_key}{self.expected_code}"):
            raise get_adapter().validation_error("too_many_login_attempts")
        return super().clean_code()


class LoginForm(OwnWords, account_forms.LoginForm):
    """Log-in by address and password."""


class SignupForm(OwnWords, account_forms.SignupForm):
    """An address, a password, and the browser's time zone, which nobody has to see unless it is unknown."""

    account_already_exists: bool  # allauth found the address, and keeps it to itself

    timezone = forms.CharField(
        label="Your time zone", required=False, widget=forms.HiddenInput(attrs={"data-browser-timezone": ""})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitations.remembered(context.request)
        if self.invitation:
            self.fields["email"].disabled = True
            self.initial["email"] = self.invitation.email

    def timezone_without_script(self) -> str:
        """Return a list of zones for a browser that tells none; the one chosen there counts, as it comes later."""
        widget = forms.Select(attrs={"id": "timezone-without-script"}, choices=zones.offered())
        html: str = widget.render("timezone", self["timezone"].value() or "UTC")
        return html

    def clean_timezone(self) -> str:
        name: str = self.cleaned_data["timezone"] or "UTC"
        if name not in zones.allowed():
            raise ValidationError("We don't know this time zone. Please choose one.", code="invalid_choice")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if "timezone" in self.errors:
            self.fields["timezone"].widget = forms.Select(choices=zones.offered())
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save, or for a known address answer as if we had, in the same time: hashing is what takes it."""
        saved: tuple[User | None, HttpResponse | None]
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        else:
            try:
                with transaction.atomic():
                    saved = super().try_save(request)
                return saved
            except IntegrityError:  # the same address, signed up in this very moment by another request
                self.account_already_exists = True
        saved = super().try_save(request)
        return saved

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        user.preferences.timezone = self.cleaned_data["timezone"]
        user.preferences.save(update_fields=["timezone"])
        if self.invitation:
            invitations.accept(invitation=self.invitation, user=user)
        return user


class AddEmailForm(OwnWords, account_forms.AddEmailForm):
    """The new address of a person who changes it."""


class ChangePasswordForm(OwnWords, account_forms.ChangePasswordForm):
    """The old password and a new one."""


class SetPasswordForm(OwnWords, account_forms.SetPasswordForm):
    """A first password."""


class ResetPasswordForm(OwnWords, account_forms.ResetPasswordForm):
    """Whom to send a code."""


class ResetPasswordKeyForm(OwnWords, account_forms.ResetPasswordKeyForm):
    """The new password after a reset."""


class ReauthenticateForm(OwnWords, account_forms.ReauthenticateForm):
    """The password again, before something that matters."""


class ConfirmEmailForm(LimitedCode, account_forms.ConfirmEmailVerificationCodeForm):
    """The code that was mailed to a new address."""


class ConfirmPasswordResetForm(LimitedCode, account_forms.ConfirmPasswordResetCodeForm):
    """The code that was mailed for a new password."""


class AuthenticateForm(TypedCode, mfa_forms.AuthenticateForm):
    """The authenticator's code, or a recovery code, at log-in."""


class ReauthenticateByCodeForm(TypedCode, mfa_forms.ReauthenticateForm):
    """The same before something that matters."""


class ActivateTOTPForm(TypedCode, totp_forms.ActivateTOTPForm):
    """The first code of an authenticator app."""

    secret: str
    user: User

    def opens_the_admin(self) -> bool:
        """Say whether the admin stays closed to this person until it is set up."""
        return second_factor.is_missing(self.user)

    def grouped_secret(self) -> str:
        """Return the key in fours, for those who type it; apps leave the spaces out."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class Switch(forms.CheckboxInput):
    """A checkbox for which `0` means off, as it does in every other form here; Django's takes it for on."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        return data.get(name) != "0" and super().value_from_datadict(data, files, name)


class SettingsForm(forms.ModelForm):
    """How and when a person is reached, and what to call them."""

    name = forms.CharField(
        label="What to call you",
        max_length=80,
        required=False,
        help_text="Used in your weekly letter and nowhere else.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    timezone = forms.CharField(label="Time zone", max_length=64)
    digest_enabled = forms.BooleanField(label="Send me the weekly letter", required=False, widget=Switch)
    digest_hour = forms.TypedChoiceField(
        label="Hour", coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(6, 21)]
    )
    paused_until = forms.DateField(
        label="Pause until",
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text="No letter comes before this day, and your plan leaves the days out.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Preferences
        fields = ["timezone", "digest_enabled", "digest_weekday", "digest_hour", "paused_until"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        user = self.instance.user
        self.initial["name"] = user.name
        if running := pauses.running(user, today=today):
            self.initial["paused_until"] = running.until  # one that was planned ahead is not in the preferences
        elif self.instance.paused_until and self.instance.paused_until < today:
            self.initial["paused_until"] = None
        here = timezone.now().astimezone(zones.zone(self.instance.timezone))
        self.fields["timezone"].widget = forms.Select(choices=zones.offered_with(self.instance.timezone))
        self.fields["timezone"].help_text = f"It is {here:%A, %H:%M} there now."

    def explain(self, notes: Notes) -> None:
        """Say beside each setting that has no effect why it has none."""
        if not self.instance.digest_enabled:
            self.fields["digest_enabled"].help_text = LETTERS_OFF
            self.fields["paused_until"].help_text = "Your plan leaves the days out. Letters are off as it is."
        if notes.pause:
            self.fields["paused_until"].help_text = notes.pause

    def clean_name(self) -> str:
        """Keep the name where a client leaves it out."""
        if "name" not in self.data:
            return str(self.instance.user.name)
        return names.clean_name(self.cleaned_data["name"])

    def clean_timezone(self) -> str:
        name: str = self.cleaned_data["timezone"]
        if name not in zones.allowed():
            raise ValidationError("Choose a time zone from the list.", code="invalid_choice")
        return name

    def clean_paused_until(self) -> date | None:
        until: date | None = self.cleaned_data["paused_until"]
        if until and until < self.today:
            raise ValidationError("Choose today or a later day, or leave it empty.", code="past")
        if until == self.today and not self.initial.get("paused_until"):
            raise ValidationError("A pause until today is over already. Choose a later day.", code="over")
        if until and until - self.today > LONGEST_PAUSE:
            raise ValidationError("Choose a day within the next three years.", code="far")
        return until

    @transaction.atomic
    def store(self) -> None:
        """Save both, and let the planner find the next letter's time anew."""
        user = self.instance.user
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        self.instance.save(update_fields=self.Meta.fields)
        Preferences.objects.filter(pk=self.instance.pk).update(**REPLANNED)
        if "paused_until" in self.changed_data:
            until: date | None = self.cleaned_data["paused_until"]
            if until and until > self.today:
                pauses.pause(user=user, starts_on=self.today, until=until, today=self.today)
            else:
                pauses.resume(user=user, today=self.today)


class DeleteForm(forms.Form):
    """Before everything of a person goes: it is them (their password), and somebody can still run the site."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check it under the limits of log-in."""
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password

    def clean(self) -> dict[str, Any] | None:
        with transaction.atomic():
            administrators.check_not_the_last(self.user)
        return super().clean()


def focus_first_error(*forms: forms.BaseForm) -> None:
    """Let the first wrong field of these forms have the focus when its page has loaded, also without JavaScript."""
    for form in forms:
        for name in form.errors:
            if name in form.fields:
                form.fields[name].widget.attrs["autofocus"] = True
                return

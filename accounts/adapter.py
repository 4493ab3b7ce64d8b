"""Where this site's accounts differ from allauth's defaults."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from . import invitations, links, mail, second_factor
from .addresses import canonical_address
from .models import User
from .sessions import end_waiting

MAX_EMAIL_LENGTH = 254


class Adapter(DefaultAccountAdapter):
    """Sign-up by rule, redirects that stay here, and mails in our own voice."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is not active.",
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": "This address and password don't belong together.",
        "email_taken": "This address can't be used. Please choose another one.",
        "enter_current_password": "This is not your current password.",
        "incorrect_code": "This code is not right. Please compare it with the latest mail.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "A little slower, please. Wait a moment and try again.",
        "same_as_current": "This is your address already.",
        "too_many_login_attempts": "There were too many attempts. Wait a few minutes and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return invitations.may_sign_up(invitations.remembered(request))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Lead who was invited to work in the admin there, and everybody else to their plan."""
        user = request.user
        is_staff = user.is_authenticated and user.is_staff
        return reverse("admin:index") if is_staff else super().get_signup_redirect_url(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Lead staff who still need a second factor to it, wherever they were going.

        They have just shown who they are, so nobody asks for the password again.
        """
        response = super().post_login(request, user, **kwargs)
        if second_factor.is_missing(user):
            reauthenticate_by_password(request)
            return redirect("mfa_activate_totp")
        return response

    def login(self, request: HttpRequest, user: Any) -> None:
        """Forget the code of a sign-up that was given up for this log-in."""
        request.session.pop(EMAIL_VERIFICATION_CODE_SESSION_KEY, None)
        super().login(request, user)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address; codes that went to the one before let nobody in any more."""
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed:
            end_waiting(email_address.user_id, but=request.session.session_key)
        return is_confirmed

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """An invited person has shown that the address is theirs by opening the link that was mailed to it."""
        invitation = invitations.remembered(request)
        return invitation is not None and invitation.email == canonical_address(email)

    def clean_email(self, email: str) -> str:
        """Refuse what the database has no room for: the form field alone would let 320 characters pass."""
        if len(email) > MAX_EMAIL_LENGTH:
            raise ValidationError(f"An address has at most {MAX_EMAIL_LENGTH} characters.", code="max_length")
        return email

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """End the other log-ins of staff who set up a second factor: the password alone had opened them."""
        if template_prefix == "mfa/email/totp_activated" and user.is_staff:
            user.sessions.exclude(session_key=self.request.session.session_key).delete()
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def is_safe_url(self, url: str) -> bool:
        """Redirect to paths of this site only, never to a whole address."""
        return url.startswith("/") and url.isprintable() and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail whose links lead to `SITE_URL`, where allauth would take the host of the request."""
        own = {
            "login_url": links.absolute(reverse("account_login")),
            "signup_url": links.absolute(reverse("account_signup")),
            "password_reset_url": links.absolute(reverse("account_reset_password")),
            "can_sign_up": invitations.may_sign_up(None),
        }
        mail.send(mail.compose(template_prefix, to=email, context={**context, **own}))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count attempts by address alone: allauth adds the Host header, which the visitor writes."""
        return canonical_address(str(credentials.get("email") or credentials.get("username") or ""))

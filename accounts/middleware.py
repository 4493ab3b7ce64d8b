"""What every request and answer of a person needs, and what allauth's pages leave to a site."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_login_redirect_url
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect
from redis.exceptions import ConnectionError as RedisUnreachable
from redis.exceptions import TimeoutError as RedisTimeout

from . import presence, second_factor, zones
from .mail import MailError

REDIRECTS = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}
Answer = Callable[[HttpRequest], HttpResponse]

# Pages by which one comes in. Once one is in, a form of theirs that is still open somewhere has nothing left to do.
ENTRANCES = frozenset(
    {
        "account_login",
        "account_signup",
        "account_email_verification_sent",
        "account_reset_password",
        "account_confirm_password_reset_code",
        "account_complete_password_reset",
        "mfa_authenticate",
    }
)


def local_time(get_response: Answer) -> Answer:
    """Show times in the learner's zone while their request is answered, and note that they were here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        presence.note(request.user.preferences)
        with timezone.override(zones.zone(request.user.preferences.timezone)):
            return get_response(request)

    return middleware


def private(get_response: Answer) -> Answer:
    """Let no cache keep what a person is shown: after log-out neither a proxy nor the way back shows it again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        is_personal = request.user.is_authenticated
        response = get_response(request)
        if is_personal:
            patch_cache_control(response, private=True, no_store=True)
            if not request.user.is_authenticated:  # logged out: what pages kept in the browser goes, too
                response["Clear-Site-Data"] = '"storage"'
        return response

    return middleware


class AccountPages:
    """Answers about accounts as they are elsewhere here.

    422 for an invalid form of allauth, another page as a whole where htmx would put it into a part of this one, the
    plan for who is in already, and a page instead of a crash when a server is away.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.FORBIDDEN and _is_in_already(request):
            return redirect(get_login_redirect_url(request))
        if "HX-Request" in request.headers and response.status_code in REDIRECTS:
            return HttpResponseClientRedirect(response["Location"])
        return response

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        match = request.resolver_match
        if match and (match.url_name or "").startswith(("account_", "mfa_")):
            form = (response.context_data or {}).get("form")
            if form is not None and form.is_bound and form.errors:
                response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Without Redis nobody can count attempts, without mail no code can be sent: better to refuse for a while."""
        if isinstance(error, (RedisUnreachable, RedisTimeout, MailError)):
            return render(request, "account/unavailable.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        return None


class StaffSecondFactor:
    """Staff without a second factor are led to set one up, whatever they open in the admin."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match and "admin" in match.app_names and request.user.is_authenticated:
            return redirect("mfa_activate_totp") if second_factor.is_missing(request.user) else None
        return None


def _is_in_already(request: HttpRequest) -> bool:
    """Coming in renews the CSRF token, so a second click, or another tab, sends one of before. A form, not any body."""
    match = request.resolver_match
    is_entrance = match is not None and match.url_name in ENTRANCES
    return is_entrance and request.user.is_authenticated and "csrfmiddlewaretoken" in request.POST

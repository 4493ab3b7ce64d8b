"""Pages about oneself that allauth doesn't have."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import invitations, links
from .backends import person_of, person_sign
from .forms import SettingsForm, focus_first_error
from .models import REPLANNED, Invitation, Preferences, User
from .notes import NotesFor


@require_safe
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Say whose session this is, with a fresh token: an open page whose own went stale asks before it sends again."""
    user = request.user
    name = user.email if user.is_authenticated else ""
    return JsonResponse({"person": person_sign(user), "name": name, "token": get_token(request)})


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, notes_for: NotesFor) -> HttpResponse:
    """How and when I am reached, and what keeps that from taking effect."""
    is_htmx = "HX-Request" in request.headers
    data = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    form = SettingsForm(data, instance=person_of(request).preferences, today=today)
    if form.is_valid():
        form.store()
        messages.success(request, "Your settings are saved.")
        if not is_htmx:
            return redirect("settings")
        form = SettingsForm(instance=form.instance, today=today)
    if form.errors:
        messages.error(request, "Not saved: something needs another look.")
        focus_first_error(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    template = "accounts/_settings.html" if is_htmx else "accounts/settings.html"
    notes = notes_for(person_of(request))
    form.explain(notes)
    context = {
        "form": form,
        "notes": notes,
        "calendar_url": _calendar_url(request),
        "skipped_until": form.instance.skips_until(today) if form.instance.digest_enabled else None,
    }
    return render(request, template, context, status=status)


@login_required
@require_POST
def take_skip_back(request: HttpRequest) -> HttpResponse:
    """Let the letter come that was to be skipped."""
    Preferences.objects.filter(user=person_of(request)).update(snoozed_until=None, **REPLANNED)
    messages.success(request, "Your next letter comes as usual.")
    return redirect("settings")


@login_required
@require_POST
def calendar(request: HttpRequest) -> HttpResponse:
    """Make a secret calendar link, or (`wish=revoke`) close the one there is. A new link closes the old one, too."""
    preferences = person_of(request).preferences
    preferences.calendar_enabled = request.POST.get("wish") != "revoke"
    if preferences.calendar_enabled:
        preferences.calendar_serial += 1
    preferences.save(update_fields=["calendar_enabled", "calendar_serial"])
    made = preferences.calendar_enabled
    messages.success(request, "Your calendar link is ready." if made else "The calendar link no longer works.")
    return redirect(f"{reverse('settings')}#calendar")


def _calendar_url(request: HttpRequest) -> str:
    user = person_of(request)
    return links.calendar_url(user) if user.preferences.calendar_enabled else ""


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Read an invitation; accept it by POST, after sign-up or log-in where that is needed.

    Opening the link changes nothing, since scanners of mail open links.
    """
    try:
        found = links.invitation_for(token)
    except BadSignature:
        raise Http404 from None
    if found is None or not invitations.is_open(found):
        return _closed(request, found)
    wrong_person = request.user.is_authenticated and request.user.email != found.email
    if request.method == "POST" and not wrong_person:
        return _accept(request, found)
    status = HTTPStatus.FORBIDDEN if wrong_person else HTTPStatus.OK
    page = {"invitation": found, "wrong_person": wrong_person}
    return render(request, "accounts/invitation.html", page, status=status)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    if not request.user.is_authenticated:
        if User.objects.filter(email=found.email).exists():
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
        invitations.remember(request, found)
        return redirect("account_signup")
    try:
        invitations.accept(invitation=found, user=person_of(request))
    except ValidationError:
        return _closed(request)
    messages.success(request, "Welcome aboard.")
    return _lead_on(found)


def _lead_on(accepted: Invitation) -> HttpResponse:
    return redirect("admin:index" if accepted.group_id else "/plan/")


def _closed(request: HttpRequest, found: Invitation | None = None) -> HttpResponse:
    """Say that it is closed; who accepted it themselves and follows its link again goes where it led them."""
    if found and request.method == "GET" and request.user.is_authenticated and found.accepted_by == request.user:
        return _lead_on(found)
    return render(request, "accounts/invitation_closed.html", status=HTTPStatus.GONE)

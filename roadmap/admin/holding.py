"""Holding every letter back, and letting them go again: what that does is shown before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.backends import person_of
from roadmap.digests import gate, ledger
from roadmap.models import Gate

if TYPE_CHECKING:
    from .digests import DigestAdmin

STALE = "What holds the letters has changed since this page was opened. Look again, then release them."
HELD = "Held: "
NOTES = 10


class HoldForm(forms.Form):
    """Why nothing may leave."""

    reason = forms.CharField(
        label="Because",
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Who looks after the letters reads it here and in the logs: “The links of edition 7 are broken.”",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def holding(request: HttpRequest, admin: DigestAdmin) -> HttpResponse:
    """Show, on GET, how the gate stands and what a release would do; hold or release on POST."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    form = HoldForm(request.POST if "hold" in request.POST else None)
    if request.method == "POST":
        if not admin.has_resolve_permission(request):
            raise PermissionDenied
        if "release" in request.POST:
            return _release(request, admin)
        if form.is_valid():
            return _hold(request, admin, form.cleaned_data["reason"])
    found = gate.status()
    notes = list(_notes()[:NOTES])
    context = {
        **admin.admin_site.each_context(request),
        "title": "Hold or release the letters",
        "opts": admin.opts,
        "gate": found,
        "held": next((note for note in notes[:1] if note.change_message == HELD + found.held_because), None),
        "owed": gate.owed().count(),
        "form": form,
        "may_act": admin.has_resolve_permission(request),
        "notes": notes,
    }
    return render(request, "admin/roadmap/holding.html", context, status=422 if request.method == "POST" else 200)


def _hold(request: HttpRequest, admin: DigestAdmin, reason: str) -> HttpResponse:
    with transaction.atomic():
        gate.hold(reason)
        _note(request, HELD + reason)
    return _back(request, admin, "No letter leaves until they are released.", messages.SUCCESS)


def _release(request: HttpRequest, admin: DigestAdmin) -> HttpResponse:
    """Release what was seen to be held; what somebody holds for another reason since stays held."""
    with transaction.atomic():
        Gate.objects.select_for_update().first()
        if request.POST.get("shown") != gate.status().reason:
            return _back(request, admin, STALE, messages.WARNING)
        count = gate.release(ledger.now())
        left_out = f" {count} letter{' was' if count == 1 else 's were'} left out." if count else ""
        _note(request, f"Released.{left_out}")
    return _back(request, admin, f"Letters may leave again.{left_out}", messages.SUCCESS)


def _note(request: HttpRequest, what: str) -> None:
    LogEntry.objects.log_actions(person_of(request).pk, Gate.objects.all(), CHANGE, change_message=what)


def _notes() -> QuerySet[LogEntry]:
    of_gate = LogEntry.objects.filter(content_type__app_label="roadmap", content_type__model="gate")
    return of_gate.select_related("user").order_by("-pk")


def _back(request: HttpRequest, admin: DigestAdmin, text: str, level: int) -> HttpResponse:
    admin.message_user(request, text, level)
    return HttpResponseRedirect(reverse("admin:roadmap_digest_gate"))

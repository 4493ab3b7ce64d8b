"""Take everything along, or have everything deleted."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.backends import person_of
from accounts.forms import DeleteForm
from roadmap import takeout


@login_required
@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Download everything that is held on me."""
    response = HttpResponse(takeout.as_json(takeout.export(person_of(request))), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="waymark-{timezone.localdate()}.json"'
    return response


@sensitive_post_parameters("password")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Delete my account, after saying what goes with it and hearing my password."""
    form = DeleteForm(request.POST if request.method == "POST" else None, user=person_of(request))
    if form.is_valid():
        takeout.erase(person_of(request))
        logout(request)
        messages.success(request, "Your account and everything in it are deleted. Farewell, and good luck.")
        return redirect("/")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/delete.html", {"form": form}, status=status)

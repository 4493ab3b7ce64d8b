"""A learner's next letter for whoever may see their enrolment: without sending it, and without its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.frames import as_in_a_mail_program, framed, with_a_frame
from accounts.models import User
from roadmap.digests import ledger, preview

if TYPE_CHECKING:
    from .operations import EnrolmentAdmin


@with_a_frame
def letter(request: HttpRequest, admin: EnrolmentAdmin, object_id: str) -> HttpResponse:
    """Show what the learner would get now."""
    user = _learner(request, admin, object_id)
    found = preview.of(user, ledger.now())
    context = {
        "letter": found,
        "learner": user,
        "text": found.raw and preview.without_keys(found.text),
        "html_url": reverse("admin:roadmap_enrolment_letter_html", args=[object_id]),
        "back_url": reverse("admin:roadmap_enrolment_change", args=[object_id]),
    }
    return render(request, "roadmap/letter.html", context)


@as_in_a_mail_program
def letter_html(request: HttpRequest, admin: EnrolmentAdmin, object_id: str) -> HttpResponse:
    """The HTML alone, for the frame."""
    found = preview.of(_learner(request, admin, object_id), ledger.now())
    if not found.raw:
        raise Http404
    answer = framed(preview.without_keys(found.html))
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _learner(request: HttpRequest, admin: EnrolmentAdmin, object_id: str) -> User:
    enrolment = admin.get_object(request, object_id)
    if enrolment is None:
        raise Http404
    if not admin.has_view_permission(request, enrolment):
        raise PermissionDenied
    learner: User = enrolment.user
    return learner

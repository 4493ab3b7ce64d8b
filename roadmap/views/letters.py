"""My next letter before it is sent: the very bytes that would leave now."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.frames import as_in_a_mail_program, framed, with_a_frame
from roadmap.digests import ledger, preview
from roadmap.views.gate import LearnerRequest, signed_in


@require_safe
@signed_in
@never_cache
@with_a_frame
def letter(request: LearnerRequest) -> HttpResponse:
    """Text and HTML of what would leave now."""
    found = preview.of(request.user, ledger.now())
    context = {
        "letter": found,
        "text": found.raw and found.text,
        "html_url": reverse("letter_html"),
        "back_url": reverse("settings"),
    }
    return render(request, "roadmap/letter.html", context)


@require_safe
@signed_in
@never_cache
@xframe_options_sameorigin
@as_in_a_mail_program
def letter_html(request: LearnerRequest) -> HttpResponse:
    """The HTML alone, for the frame."""
    found = preview.of(request.user, ledger.now())
    if not found.raw:
        raise Http404
    return framed(found.html)

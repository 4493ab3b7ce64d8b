"""My next letter before it is sent: the very bytes that would leave now."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from roadmap.digests import ledger, preview
from roadmap.views.gate import LearnerRequest, signed_in

Decorator = Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]

# As a mail program shows a letter: no script, nothing loaded, links in a new tab.
as_in_a_mail_program: Decorator = csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "form-action": [NONE],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
with_a_frame: Decorator = csp_update({"frame-src": [SELF]})


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


def framed(page: str) -> HttpResponse:
    """Answer with a letter's HTML, whose links open in a new tab."""
    return HttpResponse(page.replace("<head>", '<head><base target="_blank">', 1))

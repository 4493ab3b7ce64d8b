"""Somebody's HTML as a mail program shows it: in a frame of its own, without scripts, loading nothing."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.http import HttpResponse

Decorator = Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]

as_in_a_mail_program: Decorator = csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "form-action": [NONE],
        # The same origin, so that the page around it can measure it; nothing in it runs that could use that.
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-same-origin"],
    }
)
with_a_frame: Decorator = csp_update({"frame-src": [SELF]})


def framed(page: str) -> HttpResponse:
    """Answer with a mail's HTML, whose links open in a new tab."""
    return HttpResponse(page.replace("<head>", '<head><base target="_blank">', 1))

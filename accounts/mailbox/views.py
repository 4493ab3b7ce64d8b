"""The mailbox page. It opens every mail to whoever sits at this machine, so it exists nowhere but there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from itertools import islice

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.frames import as_in_a_mail_program, framed, with_a_frame

from . import store

SHOWN = 100
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")

View = Callable[..., HttpResponse]


def _is_at_this_machine(request: HttpRequest) -> bool:
    """Tell whether the visitor's own connection comes from this machine; whatever was forwarded does not count."""
    if any(name in request.headers for name in FORWARDING_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def embedded_only(view: View) -> View:
    """Answer 404 unless mails go to the mailbox, in the embedded stack, and the visitor is at this machine."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if settings.HAS_MAILBOX and _is_at_this_machine(request):
            return view(request, *args, **kwargs)
        raise Http404

    return guarded


def _mail_or_404(name: str) -> store.StoredMail:
    mail = store.mail(name)
    if mail is None:
        raise Http404
    return mail


@require_safe
@embedded_only
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails, or the newest to an address (`?q=`)."""
    wanted = request.GET.get("q", "").strip()
    mails = list(islice(store.mails(to=wanted), SHOWN))
    return render(request, "accounts/mailbox.html", {"mails": mails, "q": wanted, "shown": SHOWN})


@require_safe
@embedded_only
@never_cache
@with_a_frame
def mailbox_mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its text, its HTML in a sandboxed frame, its headers."""
    return render(request, "accounts/mailbox_mail.html", {"mail": _mail_or_404(name)})


@require_safe
@embedded_only
@never_cache
@xframe_options_sameorigin
@as_in_a_mail_program
def mailbox_html(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one mail as a mail program would show it: no script, nothing loaded, links in a new tab."""
    html = _mail_or_404(name).html
    if not html:
        raise Http404
    return framed(html)

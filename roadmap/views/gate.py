"""Who gets in: people with a session, and on their own roadmaps only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from roadmap import queries
from roadmap.actions import RefusedError, UnknownError
from roadmap.models import Roadmap
from roadmap.queries import Journey, OwnJourney


class VisitorRequest(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


class LearnerRequest(VisitorRequest):
    """A request with a session."""

    user: User


View = Callable[..., HttpResponse]


def came_from(request: VisitorRequest, otherwise: str) -> str:
    """Return where on this site the form stood (path and query), or `otherwise`."""
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if address and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            parts = urlsplit(address)
            if parts.path.startswith("/") and not parts.path.startswith("//"):
                return parts.path + (f"?{parts.query}" if parts.query else "")
    return otherwise


def signed_in(view: View) -> View:
    """Send everybody without a session to the log-in page, and back to where they were afterwards."""

    @wraps(view)
    def wrapper(request: VisitorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        back = came_from(request, "/plan/") if request.method == "POST" or request.htmx else request.get_full_path()
        log_in = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
        return HttpResponseClientRedirect(log_in) if request.htmx else redirect(log_in)

    return wrapper


def journey_or_404(request: HttpRequest, slug: str) -> Journey:
    """Return a published roadmap with the visitor's own progress."""
    try:
        return queries.journey(request.user, slug)
    except Roadmap.DoesNotExist:
        raise Http404(f"No published roadmap {slug}") from None


def enrolled_or_404(request: HttpRequest, slug: str) -> OwnJourney:
    """Return a roadmap that the visitor follows; somebody who doesn't can't tell that it exists."""
    mine = journey_or_404(request, slug)
    if not isinstance(mine, OwnJourney):
        raise Http404(f"Not enrolled in {slug}")
    return mine


def learner_action(view: Callable[..., HttpResponse]) -> View:
    """Make a view of a change: POST only, by a learner of this roadmap, with the actions' refusals answered.

    The view gets the learner's `OwnJourney` in place of the slug.
    """

    @require_POST
    @signed_in
    @wraps(view)
    def wrapper(request: LearnerRequest, slug: str, **kwargs: Any) -> HttpResponse:
        mine = enrolled_or_404(request, slug)
        try:
            return view(request, mine, **kwargs)
        except UnknownError as error:
            raise Http404(str(error)) from error
        except RefusedError as error:
            return refused(request, str(error))

    return wrapper


def refused(request: VisitorRequest, sentence: str) -> HttpResponse:
    """Answer 409 with a sentence, beside the page under htmx and on a page of its own otherwise."""
    if request.htmx:
        messages.warning(request, f"Not saved: {sentence}", extra_tags="reload")
        return render(request, "_messages.html", {"oob": True}, status=409)
    back = came_from(request, "/plan/")
    return render(request, "roadmap/refused.html", {"sentence": sentence, "back": back}, status=409)

"""How the weekly letters are doing, for who may see the ledger: what waits, what is uncertain, and the last weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from roadmap.calendar import period_of
from roadmap.charts.columns import columns
from roadmap.digests import gate, ledger, watch
from roadmap.models import Digest

if TYPE_CHECKING:
    from .digests import DigestAdmin

WEEKS = 12
HOUR = timedelta(hours=1)
State = Digest.State

# From the ground up; what is under way stands for three states, which last for moments.
KINDS = {
    "sent": "sent",
    "skipped": "skipped",
    "uncertain": "uncertain",
    "failed": "failed",
    "expired": "too late",
    "waiting": "not sent yet",
}
WAITING = (State.PENDING, State.CLAIMED, State.SENDING)


@require_safe
def overview(request: HttpRequest, admin: DigestAdmin) -> HttpResponse:
    """Show it; nothing is changed here."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    now = ledger.now()
    weeks = [(week, _kinds(week)) for week in watch.last_weeks(now, WEEKS)]
    longest = [(week, (week.longest_lag or timedelta(0)) / HOUR) for week, _ in weeks]
    context = {
        **admin.admin_site.each_context(request),
        "title": "How the letters are doing",
        "opts": admin.opts,
        "now": now,
        "health": watch.health(now),
        "gate": gate.status(),
        "kinds": KINDS,
        "weeks": weeks,
        "total": sum(week.due for week, _ in weeks),
        "letters": columns([(_label(week), kinds) for week, kinds in weeks]),
        "lags": columns([(_label(week), {"lag": hours}) for week, hours in longest]),
    }
    return render(request, "admin/roadmap/overview.html", context)


def _kinds(week: watch.Week) -> dict[str, int]:
    waiting = sum(week.states.get(state, 0) for state in WAITING)
    return {kind: waiting if kind == "waiting" else week.states.get(kind, 0) for kind in KINDS}


def _label(week: watch.Week) -> str:
    """The number of the ISO week: short enough for twelve of them on a telephone."""
    return period_of(week.period).partition("-W")[2]

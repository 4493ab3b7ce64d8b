"""The ledger of digests, read-only but for one thing: what became of a digest that nobody is sure of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from accounts.backends import person_of
from roadmap.calendar import period_of
from roadmap.digests import ledger, resolution
from roadmap.models import Digest

from .holding import holding
from .operations import ReadOnlyAdmin
from .overview import overview


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """Uncertain digests can be settled by who found out, or deliberately sent again. Each is written to the log."""

    list_display = ("user", "week", "kind", "state", "reason", "due_at", "sent_at", "put_off", "smtp_code")
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    search_fields = ("user__email", "to_address", "message_id")
    fields = (
        *("user", "week", "kind", "state", "reason", "due_at", "expires_at", "next_attempt_at", "put_off"),
        *("lease", "lease_until", "message_id", "to_address", "subject", "told", "known_events"),
        *("smtp_code", "smtp_reply", "settled_at", "sent_at"),
    )
    readonly_fields = fields
    actions = ("arrived", "did_not_arrive", "send_again")
    change_list_template = "admin/roadmap/digest_list.html"
    change_form_template = "admin/roadmap/digest_form.html"

    @admin.display(description="week", ordering="period")
    def week(self, digest: Digest) -> str:
        return period_of(digest.period)

    @admin.display(description="times put off", ordering="attempts")
    def put_off(self, digest: Digest) -> int:
        """How often the mail server asked for patience, or fell silent before it had the mail."""
        return digest.attempts

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Head the page with the learner's address; the digest's own name has only their number."""
        digest: Digest = kwargs["obj"]
        context["subtitle"] = f"{digest.user}, {self.week(digest)}, {digest.state}"
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"{name}/", self.admin_site.admin_view(partial(view, admin=self)), name=f"roadmap_digest_{name}")
            for name, view in (("overview", overview), ("gate", holding))
        ]
        return [*own, *super().get_urls()]

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("roadmap.change_digest")

    @admin.action(description="It arrived: settle as sent", permissions=["resolve"])
    def arrived(self, request: HttpRequest, chosen: QuerySet[Digest]) -> None:
        keys = _keys(chosen)
        settled = resolution.confirm(digests=keys, found_by="an operator", now=ledger.now())
        self._tell(request, keys, settled, "Settled as sent.")

    @admin.action(description="It did not arrive: settle as failed", permissions=["resolve"])
    def did_not_arrive(self, request: HttpRequest, chosen: QuerySet[Digest]) -> None:
        keys = _keys(chosen)
        settled = resolution.give_up(digests=keys, found_by="an operator", now=ledger.now())
        self._tell(request, keys, settled, "Settled as failed.")

    @admin.action(description="Send again, at the risk of a second copy …", permissions=["resolve"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Digest]) -> HttpResponse | None:
        """Ask first; then do it."""
        now = ledger.now()
        if "sure" in request.POST:
            keys = _keys(chosen)
            self._tell(request, keys, resolution.send_again(digests=keys, now=now), "Sent again.")
            return None
        uncertain = chosen.filter(state=Digest.State.UNCERTAIN).select_related("user")
        context = {
            **self.admin_site.each_context(request),
            "title": "Send again?",
            "opts": self.opts,
            "digests": [digest for digest in uncertain if digest.expires_at > now],
            "late": [digest for digest in uncertain if digest.expires_at <= now],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return render(request, "admin/roadmap/send_again.html", context)

    def _tell(self, request: HttpRequest, chosen: Sequence[int], settled: list[int], what: str) -> None:
        """Say what was done, and keep it in the admin's log. A filtered list no longer holds what was settled."""
        rows = Digest.objects.filter(pk__in=settled)
        LogEntry.objects.log_actions(person_of(request).pk, rows, CHANGE, change_message=what)
        if settled:
            self.message_user(request, f"{_digests(len(settled))}: {what[0].lower()}{what[1:]}", messages.SUCCESS)
        if left := len(chosen) - len(settled):
            text = f"{_digests(left)} left alone: not uncertain, or over 48 hours late."
            self.message_user(request, text, messages.WARNING)


def _keys(chosen: QuerySet[Digest]) -> list[int]:
    return list(chosen.values_list("pk", flat=True))


def _digests(count: int) -> str:
    return f"{count} digest{'' if count == 1 else 's'}"

"""Rows of a list put into order: dragged, or moved by two buttons, with a script and without."""

from __future__ import annotations

import json
from types import MethodType
from typing import Any

from adminsortable2.admin import SortableAdminMixin
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roadmap.drafts import draft_of, touch
from roadmap.models import Roadmap

from .ordering import arrange, is_as_seen

REORDERED = "Somebody moved these while you had the list open, so nothing was moved. Look at the list as it is now."
SORTED_OTHERWISE = "This list is sorted otherwise, so nothing was moved. Show it in its own order first."
IN_ORDER = ("", "1")  # what the address says of a list that is sorted by its first column, the order


class MovableAdmin(SortableAdminMixin, admin.ModelAdmin):
    """A list whose rows are moved. What is sorted otherwise offers no handles and moves nothing."""

    def _add_reorder_method(self) -> None:
        """Name the handles' column for what it does; the package takes the field's name."""
        super()._add_reorder_method()
        column: Any = self.__dict__["_reorder_"]

        def handle(_: MovableAdmin, row: Any) -> SafeString:
            """The package keeps whether a list is sorted otherwise for all requests at once; so the row is asked."""
            mark = '<div class="drag handle" pk="{}" order="{}">&nbsp;</div>'
            return format_html(mark, row.pk, row.position) if getattr(row, "is_movable", True) else SafeString("")

        handle.short_description = "Order"  # type: ignore[attr-defined] # as Django has it
        handle.admin_order_field = column.admin_order_field  # type: ignore[attr-defined] # as Django has it
        self._reorder_ = MethodType(handle, self)

    def get_changelist_instance(self, request: Any) -> Any:
        changelist: Any = super().get_changelist_instance(request)
        changelist.is_in_order = is_in_order(request)
        for row in changelist.result_list:
            row.is_movable = changelist.is_in_order
        return changelist

    def stray(self, pks: list[int]) -> str:
        """Say what moving these rows has not done, though it looks as if it had."""
        return ""

    @property
    def media(self) -> forms.Media:
        """Leave out the script for actions: there are none, and the handles' script would trip over it."""
        media: Any = super().media
        return forms.Media(css=media._css, js=[path for path in media._js if "/js/actions" not in path])

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No actions on selected rows; the package's own, to move rows between pages, fail on a forged page."""
        return {}

    @admin.display(description="Move")
    def move(self, part: Any) -> SafeString:
        """Two buttons that do without a mouse, and without JavaScript, what dragging does."""
        if not getattr(part, "is_movable", True):
            return SafeString("")
        return format_html(
            '<span class="move" id="move-{0}">'
            '<button type="submit" name="_move" value="{0}:up" aria-label="Move “{1}” up">↑</button>'
            '<button type="submit" name="_move" value="{0}:down" aria-label="Move “{1}” down">↓</button></span>',
            part.pk,
            part,
        )

    def _move(self, request: Any) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if not is_in_order(request):
            self.message_user(request, SORTED_OTHERWISE, messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        pk, _, direction = request.POST["_move"].partition(":")
        shown = list(self.get_changelist_instance(request).get_queryset(request).values_list("pk", flat=True))
        if key_of(pk) not in shown or direction not in ("up", "down"):
            raise BadRequest("There is no such row to move.")
        at = shown.index(key_of(pk))
        to = max(0, at - 1) if direction == "up" else min(len(shown) - 1, at + 1)
        wanted = [shown[at], shown[to]] if to < at else [shown[to], shown[at]]
        seen = [key_of(pk) for pk in request.POST.get("_seen", "").split(",") if pk]
        if self._arrange(request, request.roadmap, wanted, seen):
            self.message_user(request, "", messages.SUCCESS)
            if note := self.stray([key_of(pk)]):
                self.message_user(request, note, messages.WARNING)
        else:
            self.message_user(request, REORDERED, messages.WARNING)
        return HttpResponseRedirect(f"{request.get_full_path()}#move-{key_of(pk)}")

    def update_order(self, request: Any) -> HttpResponse:
        """Save what was dragged; answer with the sentence that the page then shows."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        pks, seen = _dragged(request.body)
        part = self.model._default_manager.filter(pk__in=pks).select_related("roadmap").first()
        if part is None:
            raise BadRequest("There is no such row to move.")
        if not self._arrange(request, part.roadmap, pks, seen):
            return HttpResponse(REORDERED, status=409)
        return HttpResponse(format_html("{} {}", draft_of(part.roadmap).sentence, self.stray(pks)))

    def _arrange(self, request: Any, roadmap: Roadmap, pks: list[int], seen: list[int]) -> bool:
        """Put rows into an order, unless somebody moved them since they were seen; tell whether it was done."""
        with transaction.atomic():
            Roadmap.objects.select_for_update().get(pk=roadmap.pk)
            rows = self.model._default_manager.filter(roadmap=roadmap)
            if not is_as_seen(rows, pks, seen):
                return False
            if arrange(rows, pks):
                self.log_change(request, roadmap, f"Reordered {self.opts.verbose_name_plural}.")
                touch(roadmap)
        return True


def is_in_order(request: HttpRequest) -> bool:
    return request.GET.get("o", "") in IN_ORDER


def key_of(text: str) -> int:
    """Return the primary key that a text names; 0, which no row has, for all that is none."""
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _dragged(body: bytes) -> tuple[list[int], list[int]]:
    """Return the primary keys that the handles' script sends: those in a new order, and the list as it was seen."""
    try:
        sent = json.loads(body)
        items = sorted(sent["updatedItems"], key=lambda item: int(item[1]))
        return [int(pk) for pk, _ in items], [int(pk) for pk in sent.get("seen", ())]
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        raise BadRequest("This is not an order.") from None

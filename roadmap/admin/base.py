"""What every admin of the working copy shares: one roadmap at a time, ordering, and the sentence after a save."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qs

from adminsortable2.admin import SortableAdminMixin, SortableTabularInline
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminURLFieldWidget, AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roadmap.drafts import draft_of, touch
from roadmap.models import Milestone, Roadmap
from roadmap.models.fields import WebURLInput

from .attentive import AttentiveAdmin
from .forms import is_published
from .ordering import OrderedFormSet, arrange, is_as_seen, place
from .returning import ReturningAdmin, choose_roadmap

REORDERED = "Somebody moved these while you had the list open, so nothing was moved. Look at the list as it is now."
MOST_EMPTY_ROWS = 10
# In the cells of a table: an address without the link above it, a text of two lines.
ROWS: dict[Any, Any] = {
    models.URLField: {"widget": WebURLInput(attrs={"class": "vURLField"})},
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 2})},
}


class AddressWidget(AdminURLFieldWidget):
    """Django's, with the link above it, for text: the browser's own field refuses an address without a scheme."""

    input_type = "text"


class PlainAdmin(admin.ModelAdmin):
    """Django's admin without actions on selected rows."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"widget": AddressWidget}}

    actions: Sequence[str] | None = None
    show_full_result_count = False


class RoadmapAutocomplete(AutocompleteSelect):
    """A search among the milestones of one roadmap."""

    def __init__(self, *args: Any, roadmap: Roadmap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roadmap = roadmap

    def get_url(self) -> str:
        return f"{super().get_url()}?roadmap={self.roadmap.pk}"


class SameRoadmap:
    """Offers, and accepts, only what belongs to the roadmap of the page (`request.roadmap`)."""

    admin_site: admin.AdminSite

    def formfield_for_foreignkey(self, db_field: models.ForeignKey[Any, Any], request: Any, **kwargs: Any) -> Any:
        model: Any = db_field.remote_field.model
        kwargs["queryset"] = model._default_manager.filter(roadmap=request.roadmap)
        if model is Milestone:
            kwargs["widget"] = RoadmapAutocomplete(db_field, self.admin_site, roadmap=request.roadmap)
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc] # a mixin
        if model is not Milestone:
            field.choices = self._choices(request, field)
        return field

    def _choices(self, request: Any, field: Any) -> list[Any]:
        """Read what may be chosen once for all rows of all forms that a page is made of."""
        read = request.__dict__.setdefault("choices_read", {})
        key = field.queryset.model, field.empty_label
        if key not in read:
            read[key] = [choice for choice in field.choices]  # noqa: C416 – `list` would count the rows first
        return list(read[key])

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Leave out the icons that open related rows in a second window: every list is one click away."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc] # a mixin
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class Bounded:
    """As many rows as one form can post; a forged number of them is not even laid out."""

    max_num: int | None = 300

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Lay out as many empty rows as the address asks for: without a script nothing else adds one."""
        return min(_key(request.GET.get("rows", "")), MOST_EMPTY_ROWS)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"absolute_max": self.max_num, **kwargs})  # type: ignore[misc] # a mixin


class PartInline(Bounded, SameRoadmap, SortableTabularInline):
    """Ordered rows inside a milestone or a group."""

    formset = OrderedFormSet
    formfield_overrides = ROWS
    extra = 0
    classes: tuple[str, ...] = ("collapse",)


class WorkingCopyAdmin(SameRoadmap, SortableAdminMixin, ReturningAdmin, AttentiveAdmin, PlainAdmin):
    """A list of one roadmap's parts, dragged or moved by buttons, each saved into the draft."""

    change_form_template = "admin/roadmap/part_form.html"
    list_per_page = 200
    save_on_top = True

    # --- One roadmap at a time -----------------------------------------------------------------------------------

    def roadmap_of(self, request: HttpRequest, object_id: str | None = None) -> Roadmap | None:
        """Return the roadmap of an object, of the address, or the only one there is."""
        if object_id is not None:
            part = self.get_object(request, unquote(object_id))
            return part.roadmap if part else None
        query = request.GET.get("roadmap") or _filtered_by(request).get("roadmap", [""])[0]
        if query:
            return get_object_or_404(Roadmap, pk=_key(query))
        roadmaps = list(Roadmap.objects.all()[:2])
        return roadmaps[0] if len(roadmaps) == 1 else None

    def changeform_view(
        self, request: Any, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        request.roadmap = self.roadmap_of(request, object_id)
        if request.roadmap is None and object_id is not None:
            request.roadmap = self.roadmap_before(request, object_id)
            if request.roadmap is None:
                raise Http404
        if request.roadmap is None:
            return choose_roadmap(self, request)
        context = {"roadmap": request.roadmap, "draft": _when_shown(request.roadmap), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def changelist_view(self, request: Any, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        request.roadmap = self.roadmap_of(request)
        if request.roadmap is None:
            return choose_roadmap(self, request)
        if "roadmap" not in request.GET:
            query = request.GET.copy()
            query["roadmap"] = str(request.roadmap.pk)
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        if request.method == "POST" and "_move" in request.POST:
            return self._move(request)
        title = str(self.opts.verbose_name_plural).capitalize()
        context = {"title": title, "roadmap": request.roadmap, "draft": _when_shown(request.roadmap)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Keep the autocomplete to one roadmap."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        return found.filter(roadmap=_key(request.GET.get("roadmap", ""))), distinct

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (form,), {"roadmap": request.roadmap})

    # --- Permanence ----------------------------------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("slug",) if obj and is_published(obj) else ()))

    # --- Order ---------------------------------------------------------------------------------------------------

    def neighbours(self, part: Any) -> QuerySet[Any]:
        """The rows among which the place of `part` is counted."""
        rows: QuerySet[Any] = self.model._default_manager.filter(roadmap=part.roadmap)
        return rows

    def _add_reorder_method(self) -> None:
        """Name the handles' column for what it does; the package takes the field's name."""
        super()._add_reorder_method()
        self._reorder_.__func__.short_description = "Order"

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
        return format_html(
            '<span class="move"><button type="submit" name="_move" value="{0}:up" aria-label="Move “{1}” up">↑</button>'
            '<button type="submit" name="_move" value="{0}:down" aria-label="Move “{1}” down">↓</button></span>',
            part.pk,
            part,
        )

    def _move(self, request: Any) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        pk, _, direction = request.POST["_move"].partition(":")
        shown = list(self.get_changelist_instance(request).get_queryset(request).values_list("pk", flat=True))
        if _key(pk) not in shown or direction not in ("up", "down"):
            raise BadRequest("There is no such row to move.")
        at = shown.index(_key(pk))
        to = max(0, at - 1) if direction == "up" else min(len(shown) - 1, at + 1)
        wanted = [shown[at], shown[to]] if to < at else [shown[to], shown[at]]
        seen = [_key(pk) for pk in request.POST.get("_seen", "").split(",") if pk]
        if self._arrange(request, request.roadmap, wanted, seen):
            self.message_user(request, "", messages.SUCCESS)
        else:
            self.message_user(request, REORDERED, messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())

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
        return HttpResponse(draft_of(part.roadmap).sentence)

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

    # --- Saving --------------------------------------------------------------------------------------------------

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        part, at = form.instance, form.cleaned_data.get("place")
        if at is not None or not change or "stage" in form.changed_data:
            rows, index = self.model._default_manager.filter(roadmap=part.roadmap), (at or 1_000_000) - 1
            place(rows, part.pk, among=self.neighbours(part), index=index)
        touch(part.roadmap)

    def delete_model(self, request: Any, obj: Any) -> None:
        super().delete_model(request, obj)
        self.log_change(request, obj.roadmap, f"Deleted {self.opts.verbose_name} “{obj}”.")
        touch(obj.roadmap)

    def delete_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        request.roadmap = self.roadmap_of(request, object_id)
        if request.roadmap is None:
            raise Http404
        return super().delete_view(request, object_id, {"roadmap": request.roadmap, **(extra_context or {})})

    def message_user(self, request: Any, message: Any, level: Any = messages.INFO, *args: Any, **kwargs: Any) -> None:
        """After every save, say what it means for learners instead of Django's bare “was changed successfully”."""
        if level == messages.SUCCESS:
            message = draft_of(Roadmap.objects.select_related("current_edition").get(pk=request.roadmap.pk)).sentence
        super().message_user(request, message, level, *args, **kwargs)


def _when_shown(roadmap: Roadmap) -> SimpleLazyObject:
    """Return the draft, to be read when a page speaks of it: an answer that leads on does not."""
    return SimpleLazyObject(partial(draft_of, roadmap))


def _key(text: str) -> int:
    """Return the primary key that a text names; 0, which no row has, for all that is none."""
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _filtered_by(request: HttpRequest) -> dict[str, list[str]]:
    """Return the filters of the list from which a form was opened."""
    return parse_qs(request.GET.get("_changelist_filters", ""))


def _dragged(body: bytes) -> tuple[list[int], list[int]]:
    """Return the primary keys that the handles' script sends: those in a new order, and the list as it was seen."""
    try:
        sent = json.loads(body)
        items = sorted(sent["updatedItems"], key=lambda item: int(item[1]))
        return [int(pk) for pk, _ in items], [int(pk) for pk in sent.get("seen", ())]
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        raise BadRequest("This is not an order.") from None

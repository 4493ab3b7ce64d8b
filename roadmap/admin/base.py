"""What every admin of the working copy shares: one roadmap at a time, ordering, and the sentence after a save."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qs

from adminsortable2.admin import SortableTabularInline
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminURLFieldWidget, AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import SimpleLazyObject

from roadmap.drafts import draft_of, touch
from roadmap.models import Milestone, Roadmap
from roadmap.models.fields import WebURLInput

from .attentive import AttentiveAdmin
from .forms import is_published
from .moving import MovableAdmin, key_of
from .ordering import OrderedFormSet, place
from .returning import ReturningAdmin, choose_roadmap

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
        return min(key_of(request.GET.get("rows", "")), MOST_EMPTY_ROWS)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"absolute_max": self.max_num, **kwargs})  # type: ignore[misc] # a mixin


class PartInline(Bounded, SameRoadmap, SortableTabularInline):
    """Ordered rows inside a milestone or a group."""

    formset = OrderedFormSet
    formfield_overrides = ROWS
    extra = 0
    classes: tuple[str, ...] = ("collapse",)


class WorkingCopyAdmin(SameRoadmap, MovableAdmin, ReturningAdmin, AttentiveAdmin, PlainAdmin):
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
            return get_object_or_404(Roadmap, pk=key_of(query))
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
        return found.filter(roadmap=key_of(request.GET.get("roadmap", ""))), distinct

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


def _filtered_by(request: HttpRequest) -> dict[str, list[str]]:
    """Return the filters of the list from which a form was opened."""
    return parse_qs(request.GET.get("_changelist_filters", ""))

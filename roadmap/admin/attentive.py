"""Two editors at one thing: the second save is refused with what changed meanwhile, and can be made all the same."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from roadmap.models import Roadmap

from .shown import OPENED, Opened, Shown, changed, made_anew, reapplied, shown_by, values_changed

CHANGED = "This changed while you had it open. Look at what changed, then decide."
UNREADABLE = "This form did not say what it was opened with, so nothing was saved yet. Compare it, then save again."
DELETED = "This was deleted while you had it open. What you entered stands below: save, and it is made anew."


class AttentiveAdmin(admin.ModelAdmin):
    """Saves and deletes a thing only as it was shown. Two editors of different things don't meet."""

    def roadmap_key(self, thing: Any) -> int:
        """Return the primary key of the roadmap whose row a save waits for."""
        return int(thing.pk if isinstance(thing, Roadmap) else thing.roadmap_id)

    def changeform_view(
        self, request: Any, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = extra_context or {}
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, context)
        with transaction.atomic():
            if thing := self._locked(request, object_id):
                if self.has_change_permission(request, thing):
                    context |= self._compared(request, thing, request.POST)
            elif opened := self._opened(request, object_id):
                request.refusal = DELETED
                rows = [formset for formset, _ in self.get_formsets_with_inlines(request)]
                request.POST = made_anew(request.POST, {row.get_default_prefix(): row.fk.name for row in rows})
                context["saves"] = self._saves(object_id, opened.roadmap, opened.at)
                form_url = reverse(f"admin:roadmap_{self.opts.model_name}_add", query={"roadmap": opened.roadmap})
                object_id = None
            return super().changeform_view(request, object_id, form_url, context)

    def roadmap_before(self, request: HttpRequest, object_id: str) -> Roadmap | None:
        """Return the roadmap on which a posted form was opened, for a thing that may be gone."""
        opened = self._opened(request, object_id)
        return Roadmap.objects.filter(pk=opened.roadmap).first() if opened else None

    def delete_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        context = extra_context or {}
        with transaction.atomic():
            thing = self._locked(request, object_id)
            if thing is None or not self.has_delete_permission(request, thing):
                return super().delete_view(request, object_id, context)
            if request.method == "POST":
                context |= self._compared(request, thing, None)
            now = shown_by(*self._unfilled(request, thing))
            context["opened"] = self._sealed(thing, now)
            refused = hasattr(request, "refusal")
            if refused:
                request.method, request.POST = "GET", QueryDict()  # ask once more
                context["refusal"] = request.refusal
            response = super().delete_view(request, object_id, context)
        if refused:
            response.status_code = 422
        return response

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (form,), {"refusal": getattr(request, "refusal", "")})

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Seal into the form what it shows; after a refusal, what is there now."""
        if (obj := kwargs.get("obj")) is not None:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            now = getattr(request, "now", None) or shown_by(context["adminform"].form, formsets)
            context["opened"] = self._sealed(obj, now)
        return super().render_change_form(request, context, *args, **kwargs)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        """Write into the history, beside what was changed, from which value to which."""
        message: list[Any] = super().construct_change_message(request, form, formsets, add)
        forms = {id(row.instance): row for formset in formsets or () for row in formset.initial_forms}
        rows = iter([forms[id(row)] for formset in formsets or () for row, _ in formset.changed_objects])
        for part in message:
            if "changed" in part:
                part["changed"]["fields"] = values_changed(next(rows) if "object" in part["changed"] else form)
        return message

    # --- What was, what is ----------------------------------------------------------------------------------------

    def _locked(self, request: HttpRequest, object_id: str) -> Any:
        """Return the thing as it is once nobody else can save anything of its roadmap; nothing if it is gone."""
        thing = self.get_object(request, unquote(object_id))
        if thing and Roadmap.objects.select_for_update().filter(pk=self.roadmap_key(thing)).first():
            return self.get_object(request, unquote(object_id))
        return None

    def _name(self, object_id: str) -> str:
        return f"{self.opts.model_name}:{unquote(object_id)}"

    def _opened(self, request: HttpRequest, object_id: str) -> Opened | None:
        opened = Opened.unsealed(request.POST.get(OPENED, ""))
        return opened if opened and opened.thing == self._name(object_id) else None

    def _sealed(self, thing: Any, shown: Shown) -> str:
        return Opened(self._name(str(thing.pk)), self.roadmap_key(thing), timezone.now(), shown).sealed()

    def _unfilled(self, request: HttpRequest, thing: Any) -> tuple[Any, list[Any]]:
        """Return the form and its rows as the page would show them if it were opened now."""
        asked = copy(request)
        asked.method = "GET"
        fields = flatten_fieldsets(self.get_fieldsets(asked, thing))
        form = self.get_form(asked, thing, change=True, fields=fields)(instance=thing)
        formsets, _ = self._create_formsets(asked, thing, change=True)  # type: ignore[attr-defined] # the stubs lack it
        return form, formsets

    def _compared(self, request: Any, thing: Any, posted: QueryDict | None) -> dict[str, Any]:
        """Refuse a post that was made of something else than what is there now; return what to say of it.

        `posted` is what was entered, if anything was. A client that does not say what it was shown does not ask.
        """
        if OPENED not in request.POST:
            return {}
        form, formsets = self._unfilled(request, thing)
        request.now = now = shown_by(form, formsets)
        opened = self._opened(request, str(thing.pk))
        if opened is None:
            request.refusal = UNREADABLE
            return {}
        found = changed(form, formsets, before=opened.shown, now=now, posted=posted)
        if not found:
            return {}
        request.refusal = CHANGED
        if posted is not None:
            request.POST = reapplied(posted, opened.shown, now)
        return {"meanwhile": found, "saves": self._saves(str(thing.pk), self.roadmap_key(thing), opened.at)}

    def _saves(self, key: str, roadmap: int, since: datetime) -> list[LogEntry]:
        """Return who saved the thing since, the last first; where nobody did, who changed its roadmap as a whole."""
        entries = LogEntry.objects.filter(action_time__gte=since).select_related("user").order_by("-action_time")
        of_thing = entries.filter(content_type=ContentType.objects.get_for_model(self.model), object_id=unquote(key))
        of_roadmap = entries.filter(content_type=ContentType.objects.get_for_model(Roadmap), object_id=str(roadmap))
        return list(of_thing[:10]) or list(of_roadmap[:3])

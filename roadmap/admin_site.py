"""The admin's front door: our name, a start page that leads an editor, and no way in for broken queries."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse

from roadmap.digests import gate, ledger, watch
from roadmap.drafts import draft_of
from roadmap.form_keys import OneTimeForms
from roadmap.models import Roadmap

ORDER = (
    *("Roadmap", "Stage", "Milestone", "ChoiceGroup", "Credential", "Fact", "Source", "Edition"),
    *("Enrolment", "MilestoneProgress", "Choice", "Event", "Digest", "Suppression", "Bounce"),
)

# What lets people in: addresses and second factors. Packages bring admins that show and change them; here the two
# actions on a person's page alone do.
KEYS = frozenset({"account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator"})


class Answers:
    """What every admin here answers, the packages' own included."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """404 for what does not exist."""
        raise Http404

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Where something protects what is to be deleted, that is the reason, and no missing permission."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc] # a mixin
        return deleted, counts, set() if protected else lacking, protected

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """400 for rows chosen by what can be no key."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                queryset.model._meta.pk.to_python(key)
        except ValidationError as error:
            raise BadRequest("No key of a row") from error
        answered: HttpResponse | None = super().response_action(request, queryset)  # type: ignore[misc] # a mixin
        return answered

    def render_change_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """422 for what does not validate."""
        response: HttpResponse = super().render_change_form(request, *args, **kwargs)  # type: ignore[misc] # a mixin
        if request.method == "POST":
            response.status_code = 422
        return response


class AdminSite(admin.AdminSite):
    site_header = "Waymark"
    site_title = "Waymark"
    index_title = "Start"
    enable_nav_sidebar = False
    index_template = "admin/start.html"
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register an admin with our answers mixed in; none for the keys to people's accounts."""
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        base = admin_class or admin.ModelAdmin
        shown = [model for model in models if model._meta.label not in KEYS]
        super().register(shown, type(base.__name__, (Answers, OneTimeForms, base), {}), **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Refuse a query that no text column can hold, before it reaches the database."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if any("\0" in value for values in request.GET.lists() for value in (values[0], *values[1])):
                raise BadRequest("NUL in the query")
            return inner(request, *args, **kwargs)

        return guarded

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context: dict[str, Any] = {}
        if request.user.has_perm("roadmap.view_roadmap"):
            context["drafts"] = [draft_of(roadmap) for roadmap in Roadmap.objects.select_related("current_edition")]
        if request.user.has_perm("roadmap.view_digest"):
            context |= {"health": watch.health(ledger.now()), "gate": gate.status()}
        return super().index(request, {**context, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Roadmaps first, in the order in which they are built."""
        apps = super().get_app_list(request, app_label)
        place = {name: index for index, name in enumerate(ORDER)}
        for app in apps:
            if app["app_label"] == "roadmap":
                app["models"].sort(key=lambda model: place.get(model["object_name"], len(place)))
        return sorted(apps, key=lambda app: app["app_label"] != "roadmap")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 – Django passes it by name
    """Say that a form is of an earlier session; in the admin also where to find again what was typed into it."""
    in_admin = request.path.startswith(reverse("admin:index"))
    template = "admin/403_csrf.html" if in_admin else "403_csrf.html"
    return HttpResponseForbidden(render_to_string(template, {"address": request.get_full_path()}))

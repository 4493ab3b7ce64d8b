"""Editions: read, seen as learners saw them, compared, downloaded, restored as the draft; never changed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roadmap.document import FORMATS, Difference
from roadmap.editions import published
from roadmap.models import Edition

from .differences import parts_of
from .documents import NEEDS
from .operations import ReadOnlyAdmin
from .preview import look_at
from .restoring import restore


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    change_form_template = "admin/roadmap/edition_form.html"
    list_display = ("__str__", "notes", "published_at", "by")
    list_select_related = ("roadmap", "published_by")
    list_filter = ("roadmap",)
    fields = ("roadmap", "number", "notes", "published_at", "by", "changes", "download", "sha256")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return super().get_queryset(request).select_related("roadmap", "published_by").defer("document")

    def get_urls(self) -> list[URLPattern]:
        def view(function: Any, **fixed: Any) -> Any:
            return self.admin_site.admin_view(partial(function, self, **fixed))

        downloads = [
            path(
                f"<path:object_id>/document.{form}",
                view(EditionAdmin.document_view, form=form),
                name=f"roadmap_edition_{form}",
            )
            for form in FORMATS
        ]
        return [
            *downloads,
            path("<path:object_id>/restore/", view(restore), name="roadmap_edition_restore"),
            path("<path:object_id>/preview/", view(look_at), name="roadmap_edition_preview"),
            path("<path:object_id>/preview/<slug:milestone>/", view(look_at), name="roadmap_edition_preview_milestone"),
            *super().get_urls(),
        ]

    def edition_or_404(self, request: HttpRequest, object_id: str) -> Edition:
        """Return the edition for somebody who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        edition: Edition | None = self.get_object(request, unquote(object_id))
        if edition is None:
            raise Http404
        return edition

    def document_view(self, request: HttpRequest, object_id: str, form: str) -> HttpResponse:
        """Download the edition as a roadmap document."""
        edition = self.edition_or_404(request, object_id)
        content_type, write = FORMATS[form]
        name = f"{edition.roadmap.slug}-edition-{edition.number}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(write(published(edition)), content_type=f"{content_type}; charset=utf-8", headers=headers)

    def changeform_view(
        self, request: Any, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"may_restore": request.user.has_perms(NEEDS), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description="Published by", empty_value="the command line")
    def by(self, edition: Edition) -> str | None:
        """A colleague's name; their address is nobody's business here."""
        return edition.published_by.get_short_name() if edition.published_by else None

    @admin.display(description="What changed")
    def changes(self, edition: Edition) -> str:
        """What was frozen with the edition, laid out as the review had it."""
        found = Difference.from_data(edition.difference).changes if edition.difference else ()
        if not found:
            return "The first edition." if edition.number == 1 else "Nothing."
        return render_to_string("admin/roadmap/_difference.html", {"parts": parts_of(found)})

    @admin.display(description="Document")
    def download(self, edition: Edition) -> SafeString:
        yaml, json = (reverse(f"admin:roadmap_edition_{form}", args=[edition.pk]) for form in FORMATS)
        return format_html('Download as <a href="{}">YAML</a> or <a href="{}">JSON</a>', yaml, json)

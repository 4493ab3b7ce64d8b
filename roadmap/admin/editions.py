"""Editions: read, compared with the one before, downloaded; never changed."""

from __future__ import annotations

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

from roadmap.document import Difference, dump
from roadmap.editions import published
from roadmap.models import Edition

from .differences import parts_of
from .operations import ReadOnlyAdmin


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "notes", "published_at", "by")
    list_select_related = ("roadmap", "published_by")
    list_filter = ("roadmap",)
    fields = ("roadmap", "number", "notes", "published_at", "by", "changes", "download", "sha256")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return super().get_queryset(request).select_related("roadmap", "published_by").defer("document")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.document_view)
        return [path("<path:object_id>/document.yaml", view, name="roadmap_edition_document"), *super().get_urls()]

    def document_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Download the edition as a roadmap document."""
        edition = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, edition):
            raise PermissionDenied
        if edition is None:
            raise Http404
        name = f"{edition.roadmap.slug}-edition-{edition.number}.yaml"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(dump(published(edition)), content_type="application/yaml; charset=utf-8", headers=headers)

    @admin.display(description="Published by", empty_value="the command line")
    def by(self, edition: Edition) -> str | None:
        """A colleague's name; their address is nobody's business here."""
        return edition.published_by.get_short_name() if edition.published_by else None

    @admin.display(description="What changed")
    def changes(self, edition: Edition) -> Any:
        found = Difference.from_data(edition.difference).changes if edition.difference else ()
        if not found:
            return "The first edition." if edition.number == 1 else "Nothing."
        return render_to_string("admin/roadmap/_difference.html", {"parts": parts_of(found)})

    @admin.display(description="Document")
    def download(self, edition: Edition) -> SafeString:
        url = reverse("admin:roadmap_edition_document", args=[edition.pk])
        return format_html('<a href="{}">Download as YAML</a>', url)

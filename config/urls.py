"""Addresses: wiring only."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

if settings.EMBEDDED and settings.EMAIL_URL.startswith("mailbox:"):
    urlpatterns += [path("mailbox/", include("accounts.mailbox.urls"))]

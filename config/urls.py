"""Addresses: wiring only."""

from inspect import unwrap

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views import defaults

from accounts.views import settings as settings_page
from config.health import healthz, readyz
from roadmap.digests.obstacles import notes_for

# The admin's log-in is the site's: the same limits, the same second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it

# As Django wraps them, they look for a CSRF token in the body first, and fall over one that cannot be read.
handler400 = unwrap(defaults.bad_request)
handler403 = unwrap(defaults.permission_denied)
handler404 = unwrap(defaults.page_not_found)
handler500 = unwrap(defaults.server_error)

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("settings/", settings_page, {"notes_for": notes_for}, name="settings"),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("roadmap.urls")),
]

if settings.HAS_MAILBOX:
    urlpatterns += [path("mailbox/", include("accounts.mailbox.urls"))]

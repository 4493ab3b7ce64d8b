"""Addresses of one's own account, beside allauth's."""

from django.urls import path

from . import views

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/calendar/", views.calendar, name="settings_calendar"),
    path("settings/skipped/", views.take_skip_back, name="settings_skipped"),
    path("accounts/confirm-email/", views.confirm_email, name="account_email_verification_sent"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]

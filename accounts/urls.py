"""Addresses of one's own account, beside allauth's."""

from django.urls import path

from . import entrance, views

urlpatterns = [
    path("session/", views.session, name="session"),
    path("settings/calendar/", views.calendar, name="settings_calendar"),
    path("settings/skipped/", views.take_skip_back, name="settings_skipped"),
    path("accounts/login/", entrance.log_in, name="account_login"),
    path("accounts/signup/", entrance.sign_up, name="account_signup"),
    path("accounts/confirm-email/", entrance.confirm_email, name="account_email_verification_sent"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]

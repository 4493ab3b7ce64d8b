"""Addresses of one's own account, beside allauth's."""

from django.urls import path

from . import views

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]

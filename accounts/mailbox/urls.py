"""Addresses of the mailbox; mounted only where there is one."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<str:name>/", views.mailbox_mail, name="mailbox_mail"),
    path("<str:name>/html/", views.mailbox_html, name="mailbox_html"),
]

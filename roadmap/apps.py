from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class RoadmapConfig(AppConfig):
    name = "roadmap"
    verbose_name = "Roadmaps"


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin behind our own front door; takes the place of `django.contrib.admin` in INSTALLED_APPS."""

    default = False
    default_site = "roadmap.admin_site.AdminSite"

"""Tells Django about the practice app, and that the admin is the practice's side."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PracticeConfig(AppConfig):
    default = True
    default_auto_field = "django.db.models.BigAutoField"
    name = "practice"


class PracticeAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "practice.admin_site.PracticeSite"

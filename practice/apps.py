"""Tells Django about the practice app, that the admin is the practice's side, and how a field refuses what it cannot keep."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core.validators import ProhibitNullCharactersValidator

UNKEPT = "There is a character in this that cannot be kept. Please type it once more."


class PracticeConfig(AppConfig):
    default = True
    default_auto_field = "django.db.models.BigAutoField"
    name = "practice"

    def ready(self) -> None:
        # Each field of each form makes its own validator, those of libraries too; its sentence has no other handle.
        ProhibitNullCharactersValidator.message = UNKEPT  # type: ignore[assignment]


class PracticeAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "practice.admin_site.PracticeSite"

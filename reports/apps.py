"""Tells Django about the reports, and the API what this app's calls are."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "reports"

    def ready(self) -> None:
        from bookings.api import routers

        routers.MODULES.append("reports.api")

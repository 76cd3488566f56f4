"""Tells Django about the outbox app, and asks before serving whether its mail settings can be used."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "outbox"
    verbose_name = "Messages"

    def ready(self) -> None:
        from django.core.mail import get_connection

        from outbox import editing, security
        from practice.opening import ask_before_serving

        editing.register()
        security.register()
        ask_before_serving(get_connection)  # a provider whose key is missing says so; connects to nobody

"""Tells Django about the clients app, and the outbox what its message says."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "clients"

    def ready(self) -> None:
        from clients import messages

        messages.register()

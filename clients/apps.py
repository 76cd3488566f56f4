"""Tells Django about the clients app, and the outbox what its messages say; the vault, for which rows its ledger speaks."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "clients"

    def ready(self) -> None:
        from clients import agreements, documents, messages, proof
        from vault import registry

        messages.register()
        proof.register()
        registry.register(agreements.GIVEN, documents.recorded)

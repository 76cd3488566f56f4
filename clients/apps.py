"""Tells Django about the clients app, and the outbox what its messages say; the vault, for which rows its ledger speaks."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "clients"

    def ready(self) -> None:
        from accounts import happenings
        from clients import agreements, documents, messages, permissions, proof, records
        from outbox import sight
        from vault import registry

        happenings.when(records.follow_address)
        messages.register()
        proof.register()
        sight.register(
            "client",
            sight.Sight(permissions.told_about, ("name__icontains", "ref__iexact"), "admin:clients_client_change"),
        )
        registry.register(agreements.GIVEN, documents.recorded)

"""Tells Django about the vault, and what it asks before the site starts serving."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "vault"

    def ready(self):
        from practice import opening
        from vault.opening import refuse_lost_anchors, refuse_missing_keys

        opening.ask_before_serving(refuse_missing_keys)
        opening.ask_before_serving(refuse_lost_anchors)

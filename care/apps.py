"""Tells Django about the care app, and the outbox what this app's messages say."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "care"

    def ready(self) -> None:
        from bookings import visits
        from care import alerts, cover, messages, notes, reminding, sheets, signatures
        from vault import registry

        messages.register()
        alerts.register()
        reminding.register()
        registry.register(notes.SIGNED, signatures.recorded)
        registry.register(notes.AMENDED, signatures.amended)
        visits.when_started(sheets.lock_at_start)
        visits.when_started(cover.arm_at_start)
        visits.when_ended(cover.close_at_end)
        visits.when_missed(notes.refuse_if_signed)
        visits.when_word_is_asked(cover.asks_for_word, cover.hear_at_end)

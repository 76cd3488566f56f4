"""Tells Django about the bookings app, and the outbox what this app's messages say."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "bookings"

    def ready(self) -> None:
        from bookings import evening, invitations, mailing, messages, permissions, renewals
        from bookings.models import MoneyEntry
        from outbox import sight

        messages.register()
        invitations.register()
        evening.register()
        renewals.register()
        mailing.register()
        sight.register(
            "booking",
            sight.Sight(
                lambda user, now: permissions.told_about(user), ("ref__iexact",), "admin:bookings_booking_change"
            ),
        )
        sight.register(
            "receipt",
            sight.Sight(
                lambda user, now: MoneyEntry.objects.for_user(user).receipts(),
                ("booking__ref__iexact",),
                "admin:bookings_moneyentry_change",
            ),
        )

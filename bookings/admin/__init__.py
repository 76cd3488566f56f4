"""The practice's side of bookings: what is offered, who is there when, and the bookings themselves."""

from bookings.admin import agreements, booking, calendar, history, hours, offer, takings

__all__ = ["agreements", "booking", "calendar", "history", "hours", "offer", "takings"]

"""The addresses of the offer and of booking."""

from django.urls import path

from bookings.views import offer

urlpatterns = [
    path("", offer.home, name="home"),
    path("sessions/", offer.sessions, name="sessions"),
    path("sessions/<slug:slug>/", offer.session, name="session"),
]

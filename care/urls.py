"""The addresses of the client's journey, messages and of the sheet of a session; they come before `my/<ref>/`."""

from django.urls import path

import bookings.urls  # noqa: F401  it makes <ref:ref> known
from care.views import cover, data, journey, messages, sheet

urlpatterns = [
    path("my/journey/", journey.path, name="my_journey"),
    path("my/data/", data.data, name="my_data"),
    path("my/messages/", messages.threads, name="my_messages"),
    path("my/messages/<slug:therapist>/", messages.thread, name="my_messages_with"),
    path("link/reached/<str:token>/", cover.reached, name="link_reached"),
    path("link/well/<str:token>/", cover.well, name="link_well"),
    path("my/<ref:ref>/sheet/", sheet.sheet, name="my_sheet"),
]

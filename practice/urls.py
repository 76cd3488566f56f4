"""Every address of the site, each app's under its own heading."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from outbox.views import mail_hook, readyz, sms_hook
from practice.views import pages
from practice.views.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("hooks/mail/", mail_hook, name="mail_hook"),
    path("hooks/sms/", sms_hook, name="sms_hook"),
    path("api/v1/", include("bookings.api.urls")),
    path("", include("care.urls")),
    path("", include("bookings.urls")),
    *[
        path(f"{slug}/", pages.text, {"slug": slug}, name=slug)
        for slug in ("boundaries", "privacy", "terms", "contact")
    ],
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("reports/", include("reports.urls")),
]
if settings.MODE == "demo":
    urlpatterns.append(path("demo/", include("practice.demo.urls")))

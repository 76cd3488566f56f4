"""The smallest Django in front of the same table: no middleware, one address."""

from django.apps import AppConfig

from practice.settings import *  # noqa: F403


class AccountModels(AppConfig):
    """allauth's tables without its demand for a middleware: our own account rules import them."""

    name = "allauth.account"


OURS = ["practice", "accounts", "outbox", "clients", "bookings"]
INSTALLED_APPS = [*OURS, "django.contrib.auth", "django.contrib.contenttypes", "bench.bare_settings.AccountModels"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.bare"

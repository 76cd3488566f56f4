"""What must not be missing when the site starts serving: a key that people's records are sealed with."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from vault import rotation
from vault.models import DataKey


def refuse_missing_keys() -> None:
    """Stop a start whose key ring lacks a wrapping key in use. A database that is not set up yet has none."""
    if DataKey._meta.db_table not in connection.introspection.table_names():
        return
    for key_id, count in rotation.missing_keys().items():
        raise ImproperlyConfigured(
            f"FIELD_ENCRYPTION_KEYS lacks the key {key_id}, which {count} people's records hang on. "
            "Add it after the newest one; `python manage.py rotate_keys` makes it unnecessary."
        )

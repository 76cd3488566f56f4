"""What must not be missing when the site starts serving: the keys that people's records are sealed with, and a place for
the ledger's heads."""

import os
from pathlib import Path

from django.conf import settings
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


def refuse_lost_anchors() -> None:
    """Stop a start whose ledger's heads could not be written down anywhere."""
    file = Path(settings.LEDGER_ANCHOR_FILE).absolute()
    there = next(each for each in (file, *file.parents) if each.exists())
    fits = there.is_file() if there == file else there.is_dir()
    if not fits or not os.access(there, os.W_OK):
        raise ImproperlyConfigured(
            f"LEDGER_ANCHOR_FILE: {file} cannot be written. Name a file that the worker can write to, best on another disk."
        )

"""What a new practice starts with: its one row and the texts that ship with the site.

Writes only what is missing; a text that the practice has made its own is never touched.
"""

from __future__ import annotations

from django.db import transaction

from practice.models import PageText, Practice
from practice.pages import shipped_slugs, shipped_text


@transaction.atomic
def ensure_practice(**settings: object) -> Practice:
    """The practice, made with `settings` where there is none yet, and each shipped text that it lacks."""
    practice, _ = Practice.objects.get_or_create(pk=1, defaults=settings)
    PageText.objects.bulk_create([shipped_text(slug) for slug in shipped_slugs()], ignore_conflicts=True)
    return practice

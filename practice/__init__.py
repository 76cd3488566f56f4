"""The business itself and the wiring; the Celery app is loaded with Django so that tasks find it."""

from practice.celery import app as celery_app

__all__ = ["celery_app"]

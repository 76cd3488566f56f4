"""The Celery app. Its settings are the CELERY_ ones; what runs when is CELERY_BEAT_SCHEDULE."""

import os
from typing import Any

from celery import Celery, bootsteps

from practice import broker, ending

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

broker.install()
ending.install()
app = Celery("practice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class SafeToStart(bootsteps.Step):
    """A worker asks what the web server asks before it starts."""

    def __init__(self, parent: Any, **options: Any) -> None:
        from django.db import connection

        from practice.opening import refuse_unsafe_start

        refuse_unsafe_start()
        connection.close()


app.steps["worker"].add(SafeToStart)

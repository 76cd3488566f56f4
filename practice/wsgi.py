"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

application = get_wsgi_application()

from outbox import watchman  # noqa: E402  (needs Django to be set up)
from practice.opening import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
connection.close()  # opened by the questions above; threads open their own
watchman.start()

"""The site's own settings with its waits made shorter, in proportion, so that what takes minutes is over in seconds."""

from practice.settings import *  # noqa: F403
from practice.settings import CELERY_BEAT_SCHEDULE, CELERY_BROKER_TRANSPORT_OPTIONS

EMAIL_TIMEOUT = 3
SEND_TIMEOUT = 5
SWEEP_SECONDS = 3
CELERY_TASK_SOFT_TIME_LIMIT = 13
CELERY_TASK_TIME_LIMIT = 14
CLAIM_LEASE = 15
CELERY_BROKER_TRANSPORT_OPTIONS |= {"visibility_timeout": 40, "unacked_restore_interval": 2}
# Nothing but the sending: what else the clock asks for would plan more messages in a long run. With RESTORED, nothing at all.
CELERY_BEAT_SCHEDULE = {name: each | {"schedule": 1.0} for name, each in CELERY_BEAT_SCHEDULE.items() if name == "tick"}

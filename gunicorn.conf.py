"""How gunicorn serves the practice, in the demo and in production; its own environment variables and flags override it."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
threads = 8
accesslog = "-"
logger_class = "practice.logs.MaskingLogger"
os.environ.setdefault("SQLITE_TIMEOUT", "4")  # a page must not wait as long for another writer as a command may
control_socket_disable = True  # nothing here needs steering from outside

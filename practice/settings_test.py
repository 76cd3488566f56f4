"""Settings for pytest: fixed keys, a fast hasher, plain static files, a SQLite file unless DATABASE_URL says more."""

import os
import tempfile

FIXED = {
    "DEBUG": "1",
    "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
    "FIELD_ENCRYPTION_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "SITE_URL": "http://testserver",
    "EMAIL_URL": "memorymail://",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "LEDGER_ANCHOR_FILE": f"{tempfile.gettempdir()}/practice-anchors-{os.getpid()}.jsonl",
}
os.environ.update(FIXED)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.gettempdir()}/practice-{os.getuid()}.sqlite3")
os.environ.setdefault("REDIS_URL", "memory://")

from practice.settings import *  # noqa: E402, F403
from practice.settings import DATABASES  # noqa: E402

DEBUG = False
WHITENOISE_AUTOREFRESH = True  # else each test client reads every static file at its first request
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: several processes must be able to open it.
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.gettempdir()}/practice-test-{os.getpid()}.sqlite3"}

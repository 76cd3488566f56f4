"""The settings of all three modes (demo, development, production), read from the environment.

Production refuses to start on a missing or unsafe value; environment.py says in one sentence which.
"""

import os

import environ
from csp.constants import NONE, SELF

from practice import environment
from practice.environment import BASE_DIR, VAR_DIR

MODE = environment.mode_of(os.environ)
if MODE == "development":
    environment.write_private(environment.DEVELOPMENT_ENV, environment.new_keys())
    environment.load_env_file(environment.DEVELOPMENT_ENV)
environment.check(MODE, os.environ)

env = environ.Env()
PRODUCTION = MODE == "production"

# The site and who may reach it
DEBUG = MODE == "development"
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")
LEDGER_ANCHOR_FILE = env.str("LEDGER_ANCHOR_FILE", default=str(VAR_DIR / "ledger-anchors.jsonl"))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=environment.LOOPBACK_HOSTS)
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL] if PRODUCTION else [])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many of our own stand in front
SECOND_FACTOR_REQUIRED = PRODUCTION  # of owner, therapist and front desk
API_RATE = env.int("API_RATE", default=120)  # calls a minute for each token

INSTALLED_APPS = [
    "practice",
    "vault",
    "accounts",
    "outbox",
    "clients",
    "bookings",
    "care",
    "reports",
    "practice.apps.PracticeAdminConfig",  # django.contrib.admin, with the practice's clock and sign-in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "practice.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StaffDoor",
    "django_htmx.middleware.HtmxMiddleware",
    "practice.middleware.Refused",
]
if MODE == "demo":
    # In production the files are compressed beforehand, and the proxy compresses the pages.
    MIDDLEWARE.insert(0, "django.middleware.gzip.GZipMiddleware")
ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "practice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "practice.context.practice",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Data
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / MODE}.sqlite3")}
DATABASE = DATABASES["default"]
DATABASE["ATOMIC_REQUESTS"] = False
if DATABASE["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: two writers wait for each other, in line, instead of failing half way.
    # secure_delete: erased words do not stay behind in free pages of the file.
    DATABASE["ENGINE"] = "practice.sqlite3"
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": env.float("SQLITE_TIMEOUT", default=20),
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON",
    }
else:
    DATABASE["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASE["CONN_HEALTH_CHECKS"] = True
    # plan_cache_mode: what is prepared keeps one plan for all values; it is the one PostgreSQL would make for each of them.
    DATABASE.setdefault("OPTIONS", {}).setdefault(
        "options",
        f"-c statement_timeout={env.str('STATEMENT_TIMEOUT', default='5s')} -c lock_timeout=2s "
        "-c idle_in_transaction_session_timeout=15s -c plan_cache_mode=force_generic_plan",
    )
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", default=True)  # of PostgreSQL; a pooler of transactions has none
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "practice_cache",
        # The sign-in pages count attempts here; the default of 300 would let a few hundred addresses wash the counts out.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
SESSION_ENGINE = "accounts.sessions"

# Time and language
USE_TZ = True
TIME_ZONE = "UTC"  # the practice's own zone is Practice.timezone
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
LOCALE_PATHS = [BASE_DIR / "locale"]  # a translation of the words in the code, where the practice has one
USE_I18N = True

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = (
    env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")) if PRODUCTION else None
)  # elsewhere they are served from where they lie
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # /favicon.ico, which browsers ask for by that name
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if not PRODUCTION:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_USE_FINDERS = True

# Who signs in, and how
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.permissions.RoleBackend"]  # one, so that a wrong password is hashed once
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/my/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # offered to new addresses alone, it would tell them from known ones
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = (
    True  # asks the adapter, which only greets the mail server, so that nothing tells them apart
)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "accounts.forms.PasskeyForm"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# Messages that leave, and the queue that carries the nudge to send them
EMAIL_URL = env.str("EMAIL_URL", default="consolemail://")
ANYMAIL: dict[str, object] = {}
if EMAIL_URL.startswith("anymail:"):
    EMAIL_BACKEND, ANYMAIL = environment.mail_provider(EMAIL_URL)
else:
    vars().update(env.email_url("EMAIL_URL", default=EMAIL_URL))
MAIL_HOOK_SECRET = env.str(
    "MAIL_HOOK_SECRET", default=""
)  # “name:password” that the provider's calls carry; none: no calls
SMS_URL = env.str("SMS_URL", default="" if PRODUCTION else "console:")
RESTORED = env.bool("RESTORED", default=False)  # nothing is sent until somebody has looked at what the backup believes
# Each step of a send waits so many seconds, all steps of one together so many, and a sweep begins no new one after so many.
# The worker's own limits come later, and a claim outlasts them all, so that nobody takes a row over that is being sent.
EMAIL_TIMEOUT = 10
SEND_TIMEOUT = 30
SWEEP_SECONDS = 25
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CLAIM_LEASE = 120
ANYMAIL |= {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT, "WEBHOOK_SECRET": MAIL_HOOK_SECRET, "IGNORE_UNSUPPORTED_FEATURES": True}
# A change of a booking is told after so many seconds, so that several quick ones become one message.
MESSAGE_GRACE = env.int("MESSAGE_GRACE", default=20 if MODE == "demo" else 120)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Still Water <hello@demo.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A shorter visibility timeout anywhere on this broker would run tasks twice.
    "visibility_timeout": 300,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "practice:",
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long that takes
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # What waited in the queue for a worker that was down is no longer asked for when it is back: the next one is due soon.
    "tick": {"task": "outbox.tick", "schedule": 30.0, "options": {"expires": 60}},
    "expire": {"task": "bookings.expire", "schedule": 60.0},
    "plan_ahead": {"task": "bookings.plan_ahead", "schedule": 600.0},
    "remind": {"task": "care.remind", "schedule": 600.0},
    "report_files": {"task": "reports.make", "schedule": 60.0, "options": {"expires": 60}},
    "tidy": {"task": "accounts.tidy", "schedule": 86_400.0},
    "forget": {"task": "outbox.forget", "schedule": 86_400.0},
    "anchor": {"task": "vault.anchor", "schedule": 300.0},  # it sends one out when an hour has passed
}
if RESTORED:
    CELERY_BEAT_SCHEDULE = {}  # the clock rests: nothing lapses, is planned or forgotten before somebody has looked

# Safety
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine itself, over http
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
REPORT_ROWS_AT_ONCE = 10_000  # what is longer the worker makes, while nobody waits for it
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 5
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "practice.logs.MaskedFormatter", "format": "{levelname} {name}: {message}", "style": "{"},
        "json": {"()": "practice.logs.JsonFormatter"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json" if PRODUCTION else "plain",
        }
    },
    "root": {"handlers": ["stdout"], "level": env.str("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True, "level": "INFO"},
        # Whoever scans the internet sends other names; each would write a page here.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}

"""Reads the environment for settings.py and refuses, in one sentence that names it, what is missing or unsafe.

Needs no Django settings, since it runs before there are any.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
DEMO_ENV = VAR_DIR / "demo.env"
RUNNING_ENV = VAR_DIR / "demo-running.env"  # there while `make run` runs
DEVELOPMENT_ENV = VAR_DIR / "development.env"
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

REQUIRED = {
    "SECRET_KEY": "a long random text",
    "DATABASE_URL": "such as postgres://user:password@host/name",
    "REDIS_URL": "such as redis://:password@host:6379/0",
    "FIELD_ENCRYPTION_KEYS": "base64 of 32 random bytes each, newest first, comma-separated",
    "ALLOWED_HOSTS": "the exact names the site is reached by, comma-separated",
    "SITE_URL": "the site's https address, used in messages",
    "EMAIL_URL": "such as smtp+tls://user:password@host:587",
    "DEFAULT_FROM_EMAIL": "the address that messages come from",
}


def load_demo_env() -> None:
    """Demo settings for a shell that has none of its own: what the environment says always wins."""
    if "SECRET_KEY" not in os.environ and not is_on(os.environ.get("DEBUG")):
        load_env_file(DEMO_ENV)
        if "DEMO" in os.environ:
            load_env_file(RUNNING_ENV)


def load_env_file(path: Path) -> None:
    if path.exists():
        for line in path.read_text().splitlines():
            name, sign, value = line.partition("=")
            if sign and not line.startswith("#"):
                os.environ.setdefault(name.strip(), value.strip())


def is_on(value: str | None) -> bool:
    return (value or "").strip().lower() in {"1", "true", "yes", "on"}


def mode_of(environ: Mapping[str, str]) -> str:
    if is_on(environ.get("DEMO")):
        return "demo"
    return "development" if is_on(environ.get("DEBUG")) else "production"


def new_keys() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_ENCRYPTION_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def write_private(path: Path, values: Mapping[str, str]) -> None:
    """Write once, readable by this user only; a file that is there is left as it is."""
    path.parent.mkdir(exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(text)


def check(mode: str, environ: Mapping[str, str]) -> None:
    """Stop a start that would not be safe in this mode."""
    check_sms(environ)
    check_hook_secret(environ)
    if mode == "production":
        check_production(environ)
        return
    if is_https(environ.get("SITE_URL", "")):
        raise ImproperlyConfigured("DEBUG and DEMO must be off for a site with an https SITE_URL.")
    if mode == "demo" and is_on(environ.get("DEBUG")):
        raise ImproperlyConfigured("DEBUG must be off in the demo.")
    check_encryption_keys(environ.get("FIELD_ENCRYPTION_KEYS", ""))
    check_anchor_file(environ.get("LEDGER_ANCHOR_FILE", ""))


def check_production(environ: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured for the first value that a practice with real clients must not run with."""
    for name, what in REQUIRED.items():
        if not environ.get(name, "").strip():
            raise ImproperlyConfigured(f"{name} is not set; it should be {what}.")
    check_secret_key(environ["SECRET_KEY"])
    check_encryption_keys(environ["FIELD_ENCRYPTION_KEYS"])
    check_anchor_file(environ.get("LEDGER_ANCHOR_FILE", ""))
    check_addresses(environ)
    check_servers(environ)


def check_secret_key(key: str) -> None:
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        raise ImproperlyConfigured("SECRET_KEY is too easy to guess; it should be at least 50 random characters.")


def check_encryption_keys(keys: str) -> None:
    for number, key in enumerate(keys.split(","), start=1):
        try:
            size = len(base64.b64decode(key.strip(), validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if size != 32:
            raise ImproperlyConfigured(f"FIELD_ENCRYPTION_KEYS: key {number} is not base64 of 32 bytes.")


def check_anchor_file(path: str) -> None:
    if path and not Path(path).absolute().parent.is_dir():
        raise ImproperlyConfigured(f"LEDGER_ANCHOR_FILE: the folder of {path} is not there.")


def check_addresses(environ: Mapping[str, str]) -> None:
    if any("*" in host or host.strip().startswith(".") for host in environ["ALLOWED_HOSTS"].split(",")):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name each host exactly, without * or a leading dot.")
    if not is_https(environ["SITE_URL"]):
        raise ImproperlyConfigured("SITE_URL must be an https address.")
    if "@" not in environ["DEFAULT_FROM_EMAIL"]:
        raise ImproperlyConfigured("DEFAULT_FROM_EMAIL must be an e-mail address.")


def mail_provider(url: str) -> tuple[str, dict[str, object]]:
    """Backend and settings of django-anymail for `anymail://postmark?server_token=…`: its own names, in small letters."""
    parts = urlsplit(url)
    name = parts.netloc
    if not name.isidentifier() or find_spec(f"anymail.backends.{name}") is None:
        raise ImproperlyConfigured(f"EMAIL_URL: django-anymail knows no provider “{name}”.")
    given = {f"{name}_{key}".upper(): values[0] for key, values in parse_qs(parts.query).items()}
    return f"anymail.backends.{name}.EmailBackend", dict(given)


def check_sms(environ: Mapping[str, str]) -> None:
    url = environ.get("SMS_URL", "")
    parts = urlsplit(url)
    is_console = parts.scheme == "console" and mode_of(environ) != "production"
    if url and not is_console and not (parts.scheme == "twilio" and parts.username and parts.password):
        raise ImproperlyConfigured("SMS_URL must be like twilio://SID:TOKEN@+441234567890, or not set.")


def check_hook_secret(environ: Mapping[str, str]) -> None:
    name, sign, password = environ.get("MAIL_HOOK_SECRET", "").partition(":")
    if (name or sign) and (not name or len(password) < 20):
        raise ImproperlyConfigured(
            "MAIL_HOOK_SECRET must be like name:password, with a password of 20 letters or more."
        )


def check_servers(environ: Mapping[str, str]) -> None:
    email, database = urlsplit(environ["EMAIL_URL"]), environ["DATABASE_URL"]
    encrypted = email.scheme in {"smtps", "smtp+tls", "smtp+ssl", "anymail"}
    if not encrypted and not (email.scheme == "smtp" and email.hostname in {"127.0.0.1", "localhost", "::1"}):
        raise ImproperlyConfigured(
            "EMAIL_URL must name a mail server and encrypt, such as smtp+tls://user:password@host:587; "
            "plain smtp:// is for one on this machine."
        )
    if database.startswith("sqlite") and ":memory:" in database:
        raise ImproperlyConfigured("DATABASE_URL must not name a database in memory.")
    if urlsplit(environ["REDIS_URL"]).scheme not in {"redis", "rediss", "redis+socket"}:
        raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or redis+socket://.")


def is_https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname)

import base64
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from practice import environment
from practice.environment import BASE_DIR

FULL = {
    "SECRET_KEY": "aB3" * 20 + "xyz12",
    "DATABASE_URL": "postgres://practice:secret@db.example/practice",
    "REDIS_URL": "redis://:secret@queue.example:6379/0",
    "FIELD_ENCRYPTION_KEYS": base64.b64encode(bytes(32)).decode(),
    "ALLOWED_HOSTS": "practice.example",
    "SITE_URL": "https://practice.example",
    "EMAIL_URL": "smtp+tls://practice:secret@mail.example:587",
    "DEFAULT_FROM_EMAIL": "hello@practice.example",
}


def complaint(**changes: str) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.check("production", FULL | changes)
    return str(caught.value)


def start(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BASE_DIR)}
    return subprocess.run([sys.executable, *words], cwd=BASE_DIR, env=clean | environ, capture_output=True, text=True)


def test_full_production_environment_is_accepted():
    environment.check("production", FULL)


@pytest.mark.parametrize("name", FULL)
def test_each_missing_value_is_named(name):
    assert complaint(**{name: ""}).startswith(f"{name} is not set")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-" + "aB3" * 20),
        ("FIELD_ENCRYPTION_KEYS", "not base64"),
        ("FIELD_ENCRYPTION_KEYS", base64.b64encode(bytes(16)).decode()),
        ("FIELD_ENCRYPTION_KEYS", FULL["FIELD_ENCRYPTION_KEYS"] + ","),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "practice.example,.practice.example"),
        ("SITE_URL", "http://practice.example"),
        ("SITE_URL", "https://"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "smtp://practice:secret@mail.example:25"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("REDIS_URL", "memory://"),
        ("DEFAULT_FROM_EMAIL", "nobody"),
        ("LEDGER_ANCHOR_FILE", "/no/such/folder/anchors.jsonl"),
    ],
)
def test_each_unsafe_value_is_named(name, value):
    assert complaint(**{name: value}).startswith(name)


def test_debug_and_demo_are_refused_for_a_public_address():
    for mode in ("demo", "development"):
        with pytest.raises(ImproperlyConfigured, match=r"^DEBUG and DEMO must be off"):
            environment.check(mode, FULL)


@pytest.mark.parametrize(
    ("environ", "mode"),
    [({}, "production"), ({"DEBUG": "0"}, "production"), ({"DEBUG": "1"}, "development"), ({"DEMO": "1"}, "demo")],
)
def test_mode_is_production_unless_asked_otherwise(environ, mode):
    assert environment.mode_of(environ) == mode


def test_a_start_that_lacks_a_value_ends_with_one_sentence():
    done = start(FULL | {"SITE_URL": ""}, "manage.py", "check")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "The practice cannot start: SITE_URL is not set; it should be the site's https address, used in messages.\n"
    )


def test_private_file_is_readable_by_its_owner_only_and_never_overwritten(tmp_path):
    path = tmp_path / "demo.env"
    environment.write_private(path, {"A": "1"})
    environment.write_private(path, {"A": "2"})
    assert (path.stat().st_mode & 0o777, path.read_text()) == (0o600, "A=1\n")


@pytest.mark.django_db(transaction=True)
def test_production_refuses_a_database_with_a_demo_account(settings, django_user_model):
    from practice import opening

    opening.refuse_demo_accounts()
    django_user_model.objects.create_user("owner@demo.example")
    opening.refuse_demo_accounts()
    settings.MODE = "production"
    with pytest.raises(ImproperlyConfigured, match=r"owner@demo\.example"):
        opening.refuse_demo_accounts()

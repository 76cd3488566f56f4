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


def test_mail_provider_is_named_with_its_own_settings():
    backend, given = environment.mail_provider("anymail://mailgun?api_key=a%2Fb&sender_domain=mg.practice.example")
    assert backend == "anymail.backends.mailgun.EmailBackend"
    assert given == {"MAILGUN_API_KEY": "a/b", "MAILGUN_SENDER_DOMAIN": "mg.practice.example"}
    environment.check("production", FULL | {"EMAIL_URL": "anymail://postmark?server_token=x"})


@pytest.mark.parametrize(("restored", "rests"), [("0", False), ("1", True)])
def test_the_clock_rests_while_a_restored_backup_is_looked_at(restored, rests):
    asks = "import practice.celery as c; print(not c.app.conf.beat_schedule)"
    done = start({"DEBUG": "1", "RESTORED": restored, "DJANGO_SETTINGS_MODULE": "practice.settings"}, "-c", asks)
    assert (done.stdout, done.stderr) == (f"{rests}\n", "")


@pytest.mark.parametrize("url", ["anymail://pigeon?key=x", "anymail://../os", "anymail://"])
def test_mail_provider_that_nobody_knows_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL: django-anymail knows no provider"):
        environment.mail_provider(url)


@pytest.mark.parametrize("url", ["twilio://", "twilio://AC1@+441234567890", "console:", "pigeon://a:b@c"])
def test_text_message_provider_that_cannot_be_used_is_named(url):
    assert complaint(SMS_URL=url) == "SMS_URL must be like twilio://SID:TOKEN@+441234567890, or not set."
    environment.check("production", FULL | {"SMS_URL": "twilio://AC1:token@+441234567890"})


@pytest.mark.parametrize("secret", ["word", ":x", "name:short"])
def test_secret_of_the_mail_providers_calls_must_be_one(secret):
    assert complaint(MAIL_HOOK_SECRET=secret).startswith("MAIL_HOOK_SECRET must be like name:password")
    environment.check("production", FULL | {"MAIL_HOOK_SECRET": "name:" + "x" * 20})


def test_provider_whose_key_is_missing_stops_the_start():
    done = start(FULL | {"EMAIL_URL": "anymail://postmark", "DATABASE_URL": "sqlite:////tmp/x"}, "-c", GET_CONNECTION)
    assert "POSTMARK_SERVER_TOKEN" in done.stderr


GET_CONNECTION = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "practice.settings"
import django
django.setup()
from practice.opening import refuse_unsafe_start
from practice import opening
opening.refuse_demo_accounts = lambda: None
refuse_unsafe_start()
"""

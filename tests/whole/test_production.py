"""A production start, with every setting given: what it serves, and what it refuses to serve."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from practice.servers import valkey
from tests.__main__ import production_environment
from tests.layers import ROOT
from tests.whole.test_make_run import free_port

WORKER = ["-m", "celery", "-A", "practice", "worker", "--pool", "solo", "--without-mingle", "--without-gossip"]


@pytest.fixture(scope="module")
def environ(tmp_path_factory) -> Iterator[dict[str, str]]:
    """Everything that production asks for; the database is new and up to date."""
    folder = tmp_path_factory.mktemp("production")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with valkey() as redis_url:
        given = kept | production_environment()
        given |= {"REDIS_URL": redis_url, "DATABASE_URL": f"sqlite:///{folder}/practice.sqlite3"}
        given |= {"STATIC_ROOT": f"{folder}/staticfiles"}
        run(given, "manage.py", "migrate", "--verbosity", "0").check_returncode()
        run(given, "manage.py", "collectstatic", "--noinput", "--verbosity", "0").check_returncode()
        yield given


def run(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)


def ask(port: int, path: str, scheme: str = "https") -> tuple[int, dict[str, str]]:
    """Status and headers of an answer, as a proxy in front gets them for a visitor who came by this scheme."""
    headers = {"Host": "practice.example", "X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.7"}
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers)
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the site did not come up")


def gunicorn(port: int) -> list[str]:
    return ["-m", "gunicorn", "practice.wsgi:application", "--bind", f"127.0.0.1:{port}"]


@pytest.fixture
def demo_account(environ) -> Iterator[None]:
    shell(environ, "User.objects.create_user('owner@demo.example', 'demo-practice-1')")
    yield
    shell(environ, "User.objects.filter(email='owner@demo.example').delete()")


def shell(environ: dict[str, str], line: str) -> None:
    run(environ, "manage.py", "shell", "-c", f"from accounts.models import User; {line}").check_returncode()


@pytest.fixture
def site(environ) -> Iterator[int]:
    """The port of a real web server behind one proxy of our own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, *gunicorn(port)], cwd=ROOT, env=environ | {"TRUSTED_PROXIES": "1"})
    yield port
    process.terminate()
    process.wait(30)


def test_site_is_served_with_safe_cookies_and_headers(site):
    status, headers = ask(site, "/accounts/login/")
    assert status == 200
    assert headers["Set-Cookie"].startswith("__Host-csrftoken=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= set(headers["Set-Cookie"].split("; "))
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_plain_http_is_led_to_https_except_for_the_question_whether_we_live(site):
    assert ask(site, "/healthz", scheme="http")[0] == 200
    status, headers = ask(site, "/", scheme="http")
    assert (status, headers["Location"]) == (301, "https://practice.example/")


def test_demo_account_stops_web_server_and_worker(environ, demo_account):
    for command in (gunicorn(free_port()), WORKER):
        done = run(environ, *command)
        assert done.returncode != 0
        assert "The database has a demo account (owner@demo.example)" in done.stderr + done.stdout

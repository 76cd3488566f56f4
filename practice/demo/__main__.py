"""`make run`: prepares the demo, starts all of its parts, and ends them all together.

Asks the environment for PORT, DATABASE_URL and REDIS_URL only; every other setting is the demo's own.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from practice import environment
from practice.demo import inbox
from practice.servers import ServerFailed, die_with_parent, private_folder, stop, valkey_server

SIGN_INS = ["owner", "therapist", "desk", "client", "new"]
PASSWORD = "demo-practice-1"


class Stopped(Exception):
    """Somebody asked the demo to end."""


class PartEnded(Exception):
    """One part ended by itself, so the others have to end too."""


def main() -> int:
    end_on_signals()
    try:
        run(os.environ.get("PORT", "8000"))
    except Stopped:
        print("The demo has ended.", flush=True)
        return 0
    except (ServerFailed, PartEnded) as wrong:
        print(wrong, file=sys.stderr, flush=True)
        return 1


def end_on_signals() -> None:
    if os.environ.get("MAKELEVEL"):
        die_with_parent()  # kill -9 on make must not leave the demo behind
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop_once)


def stop_once(number: int, frame: object) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the ending
    raise Stopped


def run(port: str) -> None:
    with contextlib.ExitStack() as parts:
        listener = parts.enter_context(listen(port))
        processes: dict[str, subprocess.Popen[bytes]] = {}
        redis_url = os.environ.get("REDIS_URL", "")
        if not redis_url:
            redis_url, processes["broker"] = parts.enter_context(valkey_server())
        mail_port = parts.enter_context(inbox.receiving())
        settle(port, redis_url, mail_port)
        parts.callback(environment.RUNNING_ENV.unlink, missing_ok=True)
        prepare()
        beat_folder = parts.enter_context(private_folder("beat-"))
        processes["web server"] = parts.enter_context(part(web_command(listener), pass_fds=[listener.fileno()]))
        processes["worker"] = parts.enter_context(part(worker_command(beat_folder)))
        ask_for_sweep()
        wait_for_site(int(port), processes)
        welcome(port)
        watch(processes)


def listen(port: str) -> socket.socket:
    """Take the port before anything is started, so that a taken one costs one sentence."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ServerFailed(f"PORT must be a number from 1 to 65535, not “{port}”.")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(port)))
    except OSError as wrong:
        listener.close()
        raise ServerFailed(
            f"Port {port} cannot be used ({wrong.strerror}). Choose another: make run PORT=8001"
        ) from None
    return listener


def settle(port: str, redis_url: str, mail_port: int) -> None:
    """Make the environment the demo's own; a shell beside it finds the running servers in var/."""
    for name in [*environment.REQUIRED, "DEBUG", "SECRET_KEY_FALLBACKS", "CSRF_TRUSTED_ORIGINS"]:
        if name != "DATABASE_URL":
            os.environ.pop(name, None)
    environment.write_private(environment.DEMO_ENV, {"DEMO": "1"} | environment.new_keys())
    environment.load_env_file(environment.DEMO_ENV)
    running = {
        "REDIS_URL": redis_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    environment.RUNNING_ENV.unlink(missing_ok=True)
    environment.write_private(environment.RUNNING_ENV, running)
    os.environ.update(running)
    os.environ["DJANGO_SETTINGS_MODULE"] = "practice.settings"


def prepare() -> None:
    """Bring the database up to date; give an empty one the demo practice."""
    manage("migrate", "--verbosity", "0")
    manage("load_demo")


def ask_for_sweep() -> None:
    """The worker's first work, so that it shows at once that it lives; beat's first sweep comes half a minute later."""
    from practice.celery import app

    with app.connection_for_write() as connection:
        try:
            app.send_task("outbox.tick", connection=connection)
        except (OSError, *connection.connection_errors):
            raise ServerFailed(f"The broker at {os.environ['REDIS_URL']} does not answer.") from None


def manage(*words: str) -> None:
    """A command in a process of its own: what it leaves in memory is no business of a process that only waits."""
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=environment.BASE_DIR, preexec_fn=die_with_parent)
    if done.returncode:
        raise ServerFailed(f"`manage.py {words[0]}` did not work, so the demo cannot start.")


def web_command(listener: socket.socket) -> list[str]:
    return [
        *[sys.executable, "-m", "gunicorn", "practice.wsgi:application", "--bind", f"fd://{listener.fileno()}"],
        *["--graceful-timeout", "5", "--log-level", "warning", "--access-logfile", "/dev/null"],
    ]


def worker_command(beat_folder: Path) -> list[str]:
    return [
        # Celery warns whoever is root; on a machine where one tries things out that is nobody's concern.
        *[sys.executable, "-W", "ignore:You're running the worker with superuser"],
        *["-m", "celery", "--quiet", "-A", "practice", "worker", "--beat"],
        *["--schedule", str(beat_folder / "schedule"), "--concurrency", "1", "--loglevel", "WARNING"],
        *["--without-gossip", "--without-mingle"],
    ]


@contextlib.contextmanager
def part(command: list[str], pass_fds: list[int] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """One part of the demo in a session of its own, so that Ctrl-C reaches it only through us."""
    process = subprocess.Popen(
        command,
        cwd=environment.BASE_DIR,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,
        pass_fds=pass_fds or [],
    )
    try:
        yield process
    finally:
        stop(process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # children that outlived their parent


def wait_for_site(port: int, processes: dict[str, subprocess.Popen[bytes]], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_alive(port):
        expect_all(processes)
        if time.monotonic() > end:
            raise PartEnded(f"The site did not answer within {seconds:.0f} seconds.")
        time.sleep(0.1)


def is_alive(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def expect_all(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise PartEnded(f"The {name} ended by itself (code {process.returncode}), so the demo ends too.")


def watch(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    while True:
        expect_all(processes)
        time.sleep(0.3)


def welcome(port: str) -> None:
    site = f"http://127.0.0.1:{port}"
    people = "".join(f"\n    {name}@demo.example" for name in SIGN_INS)
    print(
        f"\n  The practice is open: {site}/\n"
        f"  Its messages arrive at {site}/demo/mail/\n"
        f"  The practice's side is {site}/admin/\n\n"
        f"  Sign in with the password {PASSWORD} as{people}\n\n"
        "  Ctrl-C ends everything.\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

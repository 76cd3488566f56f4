"""`make run` from an empty folder, as a stranger would start it: no Redis, no PostgreSQL, a space in the path."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.layers import ROOT
from tests.whole.visitor import Visitor

NEEDED = ["sh", "make", "sed", "touch", "env", "uname", "cat", "rm", "mkdir"]
FROM_OUTSIDE = ("HOME", "LANG", "LC_ALL", "PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT")


class Demo(NamedTuple):
    """One `make run`: what it started carries its mark in the environment, or was seen below it while it ran."""

    make: subprocess.Popen[str]
    port: int
    mark: str
    log: Path
    seen: list[psutil.Process]

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[psutil.Process]:
        return [process for process in {*self.seen, *psutil.process_iter()} if self.owns(process)]

    def owns(self, process: psutil.Process) -> bool:
        try:
            is_dead = not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
            return not is_dead and (process in self.seen or process.environ().get("PRACTICE_MARK") == self.mark)
        except psutil.Error:
            return False

    def look_below(self) -> None:
        """Valkey writes its title over its environment, so its mark is gone later."""
        self.seen.extend(psutil.Process(self.make.pid).children(recursive=True))

    def named(self, word: str) -> psutil.Process:
        """The first-started process with this word in its command."""
        found = [process for process in self.processes() if word in " ".join(process.cmdline())]
        return min(found, key=lambda process: process.create_time())


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """What a clean clone would hold, in a folder with a space in its name."""
    copy = tmp_path_factory.mktemp("whole") / "a clean copy"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> str:
    """A PATH that has make, a shell and Python, and no server at all."""
    programs = tmp_path_factory.mktemp("bin")
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    (programs / "python3").symlink_to(Path(sys.executable).resolve())
    return str(programs)


@pytest.fixture
def start(folder, path, tmp_path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def begin(port: int | None = None) -> Demo:
        mark, log = uuid.uuid4().hex, tmp_path / f"log-{len(started)}"
        passed_on = {name: value for name, value in os.environ.items() if name.startswith(FROM_OUTSIDE)}
        environ = passed_on | {"PATH": path, "PRACTICE_MARK": mark, "PORT": str(port or free_port())}
        command = ["make", "-C", str(folder), "run"]
        with log.open("w") as output:
            make = subprocess.Popen(
                command, env=environ, stdout=output, stderr=output, text=True, start_new_session=True
            )
        started.append(Demo(make, int(environ["PORT"]), mark, log, []))
        return started[-1]

    yield begin
    for demo in started:
        for process in demo.processes():
            process.kill()
        demo.make.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def wait_for(what: Callable[[], bool], seconds: float, why: Callable[[], str] = str) -> float:
    """Seconds until it was so."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {why()}"
        time.sleep(0.1)
    return time.monotonic() - began


def wait_until_open(demo: Demo, seconds: float) -> float:
    def is_open() -> bool:
        assert demo.make.poll() is None, demo.log.read_text()
        return "The practice is open" in demo.log.read_text()

    took = wait_for(is_open, seconds, demo.log.read_text)
    demo.look_below()
    Visitor(demo.site).open("/")
    return took


def expect_nothing_left(demo: Demo, *, seconds: float = 10) -> None:
    wait_for(lambda: demo.make.poll() is not None, 30, demo.log.read_text)
    wait_for(lambda: demo.processes() == [], seconds, lambda: str([process.cmdline() for process in demo.processes()]))


def mail_about(visitor: Visitor, address: str, words: str, seconds: float = 60) -> str:
    """The text of the newest message to this address that has these words in it, once it has arrived."""
    reader = Visitor(visitor.site)

    def arrived() -> bool:
        for link in reader.open(f"/demo/mail/?to={address}").page.links:
            if re.fullmatch(r"/demo/mail/\d+/", link) and words in reader.open(link).text:
                return True
        return False

    wait_for(arrived, seconds, lambda: reader.text)
    return reader.text


def sign_up(visitor: Visitor, address: str) -> None:
    """From the sign-up page to an address confirmed with the code from the mail."""
    asked = {"email": address, "password1": "a quiet river 42", "name": "Sam Field", "date_of_birth": "1980-05-01"}
    visitor.submit("email", **asked)
    code = re.search(r"\b[A-Z0-9]{4}-?[A-Z0-9]{4}\b", mail_about(visitor, address, "code").partition("As text")[2])
    assert code
    visitor.submit("code", code=code[0])


def test_from_an_empty_folder_to_a_booking_and_back_to_nothing(start):
    """The first start of all, packages included; then a stranger books, and the message about it arrives."""
    demo = start()
    took = wait_until_open(demo, seconds=600)
    print(f"\nfirst start: {took:.1f} s")
    visitor = Visitor(demo.site).open("/book/consultation/").press("start")
    assert visitor.at == f"{demo.site}/accounts/signup/"
    sign_up(visitor, "sam@example.com")
    assert visitor.at.startswith(f"{demo.site}/book/done/")
    assert "First conversation" in visitor.open("/my/").text
    asked = time.monotonic()
    mail_about(visitor, "sam@example.com", "Your booking is confirmed")
    print(f"message about the booking: {time.monotonic() - asked:.1f} s")
    os.killpg(demo.make.pid, signal.SIGINT)
    expect_nothing_left(demo)


def test_a_later_start_is_quick_and_leaves_nothing_after_sigterm(start):
    demo = start()
    took = wait_until_open(demo, seconds=30)
    print(f"\nlater start: {took:.1f} s")
    demo.named("practice.demo").terminate()
    expect_nothing_left(demo)


@pytest.mark.parametrize("word", ["gunicorn", "celery", "valkey-server"])
def test_when_one_part_dies_all_end(start, word):
    demo = start()
    wait_until_open(demo, seconds=60)
    demo.named(word).kill()
    expect_nothing_left(demo)
    assert "ended by itself" in demo.log.read_text()


@pytest.mark.parametrize("word", ["make", "practice.demo"])
def test_killing_the_one_in_charge_leaves_nothing(start, word):
    demo = start()
    wait_until_open(demo, seconds=60)
    demo.named(word).kill()
    # Nobody is left to press them: a worker in the midst of a round (25 seconds at most) ends it first.
    expect_nothing_left(demo, seconds=40)


def test_a_taken_port_costs_one_sentence(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        demo = start(port=taken.getsockname()[1])
        expect_nothing_left(demo)
        said = [line for line in demo.log.read_text().splitlines() if not line.startswith("make")]
    assert said == [f"Port {demo.port} cannot be used (Address already in use). Choose another: make run PORT=8001"]

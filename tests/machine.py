"""What the browser tests need of the machine: found, installed by root on Debian, or asked for in one line."""

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = ["chromium", "fonts-dejavu-core"]
BY_HAND = f"sudo apt-get update && sudo apt-get install -y {' '.join(PACKAGES)}"


class NotReady(RuntimeError):
    """The machine lacks something that only its administrator can install."""


def chromium() -> str | None:
    """The browser's program: CHROMIUM, the distribution's, or one that Playwright has downloaded."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    found = [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in names)]
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found += [str(path) for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)]
    return next((program for program in found if program and os.access(program, os.X_OK)), None)


def make_ready() -> None:
    """Have a browser before the first test; NotReady says the one line that brings it."""
    if chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' and '.join(PACKAGES)} from the distribution …", flush=True)
        install()
    if chromium() is None:
        raise NotReady(f"The browser tests need Chromium. An administrator installs it with:\n  {BY_HAND}")


def install() -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet, stdout=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)

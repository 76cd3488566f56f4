"""A real Chromium for every browser test. A page that logs an error or breaks its own content policy fails its test."""

import os

import pytest

from tests.machine import chromium

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in the thread that the tests run in

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}
QUIET = ["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": chromium(), "args": [*QUIET, "--no-first-run", *as_root]}


@pytest.fixture(scope="session")
def base_url():
    """The plugin brings one in a form that pytest warns of; our tests name the live server themselves."""


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"viewport": SIZES["desktop"], "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def page(page):
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


@pytest.fixture(params=list(SIZES))
def each_size(request, page):
    """The page, once as wide as a desk and once as narrow as a phone."""
    page.set_viewport_size(SIZES[request.param])
    return page

"""The documents are true in what can be looked up: links, commands, settings, the tree."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from practice.environment import REQUIRED
from tests.__main__ import PARTS
from tests.layers import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
OF_THE_TOOLS = {"MAKE_TEST", "DJANGO_SETTINGS_MODULE", "TMPDIR", "MAKELEVEL"}
"""Read, but never by somebody who runs the site."""


def each_document() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", [pytest.param(p, id=str(p.relative_to(ROOT))) for p in PAGES])


def anchors(document: Path) -> set[str]:
    """What a heading is called by, as GitHub makes it."""
    titles = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def rows(text: str) -> list[str]:
    """The names in the first cells of a page's tables."""
    return re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)


@each_document()
def test_links_lead_somewhere(document):
    broken = []
    for link in filter(None, (one or other for one, other in LINK.findall(document.read_text("utf-8")))):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@each_document()
def test_commands_are_there(document):
    text = document.read_text("utf-8")
    code = "\n".join(re.findall(r"```(?:sh)?\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = set(re.findall(r"^ *make ([a-z]+)", code, re.MULTILINE))
    managed = set(re.findall(r"manage\.py ([a-z_]+)", code) + re.findall(r"^ *practice ([a-z_]+)", code, re.MULTILINE))
    parts = {word for words in re.findall(r"python -m tests ([a-z ]+)", code) for word in words.split()}
    assert (made - targets, managed - set(get_commands()), parts - {*PARTS, "lint"}) == (set(), set(), set())


@each_document()
def test_files_named_in_code_are_there(document):
    """Such as `bookings/diary.py`: a path from the top, from an app, or from the document."""
    named = set(
        re.findall(r"`([\w.]+/[\w./-]+\.(?:py|txt|html|js|scss|yaml|json|conf|service))`", document.read_text("utf-8"))
    )
    assert {
        name
        for name in named
        if not any((folder / name).exists() for folder in (ROOT, ROOT / "static", document.parent))
    } == set()


def settings_read() -> set[str]:
    """Every name that the settings, gunicorn's file and the demo take from the environment."""
    found: set[str] = set(REQUIRED)
    for name in ("practice/settings.py", "practice/environment.py", "gunicorn.conf.py", "practice/demo/__main__.py"):
        text = (ROOT / name).read_text()
        found |= set(re.findall(r"\benv\.\w+\(\s*[\"']([A-Z_]+)[\"']", text))
        found |= set(re.findall(r"environ(?:\.get|\.setdefault)?[\[(]\"([A-Z_]+)\"", text))
    return found - OF_THE_TOOLS


def test_table_of_settings_is_what_the_code_reads():
    assert sorted(rows((ROOT / "docs/operators/settings.md").read_text("utf-8"))) == sorted(settings_read())


def test_example_of_an_environment_has_what_production_reads():
    text = (ROOT / ".env.example").read_text()
    needed = set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))
    offered = set(re.findall(r"^#([A-Z_]+)=", text, re.MULTILINE))
    assert needed == set(REQUIRED)
    assert offered <= settings_read()


def test_tree_in_the_readme_is_the_tree():
    drawn = re.search(r"## Where things are\n\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert drawn
    *folders, files = drawn[1].strip().splitlines()
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    there = {name.partition("/")[0] for name in listed if "/" in name and not name.startswith(".")}
    named = {line.partition("/")[0] for line in folders}
    assert [name for name in files.split() if not (ROOT / name).exists()] == []
    assert {name for name in named if not (ROOT / name).is_dir()} == set()
    assert there <= named

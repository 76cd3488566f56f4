"""Keeps the house in order by reading the source: who imports whom, how long things are, what is not done here."""

import ast
import functools
import sys
from pathlib import Path

import pytest

from tests import layers
from tests.layers import APPS, ROOT, dotted, layer, sources

CLOCKS = {
    "timezone.now",
    "datetime.now",
    "dt.datetime.now",
    "date.today",
    "dt.date.today",
    "timezone.localdate",
    "time.time",
}


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or place.is_dir()


@functools.cache
def imported(path: Path) -> set[str]:
    """Dotted names of the modules that one imports; `from bookings import diary` is bookings.diary."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = from_where(node, path)
            found |= {f"{base}.{alias.name}" if is_module(f"{base}.{alias.name}") else base for alias in node.names}
    return found


def from_where(node: ast.ImportFrom, path: Path) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def ours(path: Path) -> set[str]:
    return {name for name in imported(path) if name.split(".")[0] in APPS}


def each(*, with_tests: bool = False) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", [pytest.param(p, id=dotted(p)) for p in sources(with_tests=with_tests)])


@each()
def test_every_module_has_its_layer(path):
    assert layer(dotted(path)) is not None, "put it in the table of tests/layers.py"
    assert not layers.FORBIDDEN & set(dotted(path).split("."))


@each()
def test_imports_go_downwards(path):
    module = dotted(path)
    wrong = [
        f"{module} -> {name}"
        for name in sorted(ours(path))
        if not may_import(module, name) and f"{module} -> {name}" not in layers.MAY_IMPORT
    ]
    assert wrong == []


def may_import(module: str, name: str) -> bool:
    app, other = module.split(".")[0], name.split(".")[0]
    if APPS.index(other) > APPS.index(app):
        return False
    return name == other or (layer(name) or 0) <= (layer(module) or 0)


@each()
def test_pure_modules_need_only_python(path):
    if layer(dotted(path)) == 0:
        allowed = set(sys.stdlib_module_names) | set(APPS) | layers.PURE_PACKAGES
        assert {name for name in imported(path) if name.split(".")[0] not in allowed} == set()


@each()
def test_clock_is_read_at_the_edges_only(path):
    if (layer(dotted(path)) or 0) < 5:
        called = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
        assert called & CLOCKS == set()


@each(with_tests=True)
def test_nothing_listens_to_signals(path):
    wrong = {name for name in imported(path) if name.split(".")[-1] == "signals" or name == "django.dispatch"}
    assert wrong == set()


@each(with_tests=True)
def test_no_task_waits_in_the_broker(path):
    words = {keyword.arg for node in ast.walk(tree(path)) if isinstance(node, ast.Call) for keyword in node.keywords}
    assert words & {"eta", "countdown"} == set()


@each()
def test_module_says_what_it_owns(path):
    assert ast.get_docstring(tree(path)) or not path.read_text().strip()


@each()
def test_modules_and_functions_stay_short(path):
    module = dotted(path)
    if module not in layers.LONG_MODULES:
        assert len(path.read_text().splitlines()) <= 400
    long = {
        f"{module}.{node.name}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    }
    assert long <= set(layers.LONG_FUNCTIONS)


def test_room_is_still_needed():
    """A reason outlives its cause easily; then it goes."""
    edges = {f"{dotted(path)} -> {name}" for path in sources() for name in ours(path)}
    modules = {dotted(path) for path in sources()}
    functions = {
        f"{dotted(path)}.{node.name}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert set(layers.MAY_IMPORT) <= edges
    assert set(layers.LONG_MODULES) <= modules
    assert set(layers.LONG_FUNCTIONS) <= functions

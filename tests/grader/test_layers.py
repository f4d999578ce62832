"""The packages of grader, from the top down: each imports only from those below it, as CONTRIBUTING.md shows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.base import paths

LEVELS = (
    (
        "__main__",
        "cli",
        "commands",
        "notebook",
    ),  # the command line itself: `__main__` calls `cli`, which calls commands
    ("course", "learner"),
    ("reports",),
    ("engine",),
    ("language",),
    ("answers",),
    ("kata",),
    ("base",),
)
GRADER = paths.checkout().root / "grader"
RANK = {package: level for level, packages in enumerate(reversed(LEVELS)) for package in packages}
MODULES = sorted(path for path in GRADER.rglob("*.py") if path != GRADER / "__init__.py")


def package_of(path: Path) -> str:
    return path.relative_to(GRADER).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """The packages of grader that a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("grader."))


def may_import(importing: str, package: str) -> bool:
    if importing == package or package not in RANK or RANK[package] < RANK[importing]:
        return True
    return (importing, package) in {("__main__", "cli"), ("cli", "commands")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(GRADER)))
def test_a_module_imports_only_from_packages_below_its_own(path: Path) -> None:
    importing = package_of(path)
    assert [package for package in imported(path) if not may_import(importing, package)] == []


def test_no_module_lies_loose_in_grader_but_the_command_line() -> None:
    assert {path.name for path in GRADER.glob("*.py")} == {"__init__.py", "__main__.py", "cli.py"}


def test_every_package_has_its_level() -> None:
    assert {package_of(path) for path in MODULES} == set(RANK)


def test_an_import_upward_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def f():\n    from grader.engine import run\n")
    assert list(imported(module)) == ["engine"]
    assert not may_import("kata", "engine")

"""`make grade` installs once, and again when the versions change: read off what make would run."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from grader.base import paths


def planned(folder: Path, target: str) -> str:
    """The commands that make would run."""
    done = subprocess.run(["make", "-n", target], capture_output=True, text=True, cwd=folder, check=True)
    return done.stdout


def test_it_installs_when_nothing_is_there_and_when_versions_changed_and_else_not(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(paths.checkout().root / name, tmp_path)
    assert "pip install" in planned(tmp_path, "grade")
    (tmp_path / ".venv").mkdir()
    for stamp in ("installed", "installed-dev"):
        (tmp_path / ".venv" / stamp).touch()
    assert "pip install" not in planned(tmp_path, "grade")
    assert "pip install" not in planned(tmp_path, "test")
    later = time.time() + 10
    for name in ("pyproject.toml", "constraints.txt"):
        os.utime(tmp_path / name, (later, later))
        assert "pip install" in planned(tmp_path, "grade")
        assert "pip install" in planned(tmp_path, "test")
        os.utime(tmp_path / name, (0, 0))


def test_constraints_pin_every_package_and_nothing_of_cuda() -> None:
    lines = (paths.checkout().root / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert all("==" in pin and "nvidia" not in pin and "cuda" not in pin for pin in pins)

"""`make grade` installs once, and again when the versions change: read off what make would run."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from grader.base import paths


def planned(folder: Path, *arguments: str) -> str:
    """The commands that make would run."""
    done = subprocess.run(["make", "-n", *arguments], capture_output=True, text=True, cwd=folder, check=True)
    return done.stdout


def test_it_installs_when_nothing_is_there_and_when_versions_changed_and_else_not(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(paths.checkout().root / name, tmp_path)
    assert "pip install" in planned(tmp_path, "grade")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
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


def test_a_venv_whose_python_is_gone_or_too_old_is_built_anew(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(paths.checkout().root / name, tmp_path)
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "installed").touch()
    python = tmp_path / ".venv" / "bin" / "python"
    for target in ("/nowhere/python3", "/bin/false"):
        python.unlink(missing_ok=True)
        python.symlink_to(target)
        plan = planned(tmp_path, "grade")
        assert "the Python of .venv is gone or older than 3.11: rebuilding .venv" in plan
        assert plan.index("rm -rf .venv") < plan.index("pip install")
    python.unlink()
    python.symlink_to(sys.executable)
    assert "rm -rf" not in planned(tmp_path, "grade")
    assert "rm -rf" not in planned(tmp_path, "grade", f"PYTHON={sys.executable}")
    newer = tmp_path / "python-of-tomorrow"
    newer.write_text("#!/bin/sh\necho 99.0\n")
    newer.chmod(0o755)
    assert "older than 99.0: rebuilding .venv" in planned(tmp_path, "grade", f"PYTHON={newer}")


def test_constraints_pin_every_package_and_nothing_of_cuda() -> None:
    lines = (paths.checkout().root / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert all("==" in pin and "nvidia" not in pin and "cuda" not in pin for pin in pins)

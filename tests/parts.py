"""Run the parts of `make test`, `make prove` or `make proofs` in turn, and print how long each took."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

BIN = Path(sys.executable).parent
GRADER = ("pytest", "-q", "-n", "2", "--dist", "worksteal", "tests/grader")
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "test": {
        "ruff check": ("ruff", "check", "."),
        "ruff format": ("ruff", "format", "--check", "."),
        "mypy": ("mypy",),
        "fast tests, and the proofs whose inputs changed": (*GRADER, "-m", "not prove", "--proofs", "changed"),
    },
    "prove": {
        "all proofs and slow tests": (*GRADER, "-m", "prove or proof", "--check-proofs"),
    },
    "proofs": {
        "proofs whose inputs changed": (*GRADER, "-m", "proof", "--proofs", "changed", "--write-proofs"),
    },
}
# Python keeps compiled modules even if the caller has switched that off: otherwise pytest recompiles hypothesis (4 s).
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
NOTHING_CHOSEN = 5  # pytest's exit status if no test was selected


def lines(target: str) -> Iterator[str]:
    """Run the parts of a target and yield a line about each that passed.

    Raises:
        subprocess.CalledProcessError: a part failed. The parts after it do not run.
    """
    for name, (program, *arguments) in PARTS[target].items():
        print(f"\n== {name} ==", flush=True)
        started, before = time.perf_counter(), cpu_seconds()
        done = subprocess.run([BIN / program, *arguments], check=False, env=ENVIRONMENT)
        if done.returncode and not (done.returncode == NOTHING_CHOSEN and target == "proofs"):
            raise subprocess.CalledProcessError(done.returncode, f"{program} {' '.join(arguments)}")
        yield f"{time.perf_counter() - started:6.0f} s {cpu_seconds() - before:6.0f} CPU s  {name}"


def cpu_seconds() -> float:
    """CPU time of all finished parts."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Run the target named on the command line."""
    (target,) = sys.argv[1:]
    started, told = time.perf_counter(), []
    try:
        told.extend(lines(target))
    except subprocess.CalledProcessError as failed:
        print(f"\nmake {target} failed: {failed.cmd}")
        return 1
    print(f"\nmake {target}:", *told, sep="\n")
    print(f"{time.perf_counter() - started:6.0f} s {cpu_seconds():6.0f} CPU s  together")
    return 0


if __name__ == "__main__":
    sys.exit(main())

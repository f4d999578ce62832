"""`grade class --scheduler`: a class comes out of a cluster as it does here, and a lost worker loses nothing."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from classes import small_class, without_seconds
from conftest import grade

from grader.base import paths


class Cluster:
    """A scheduler of Dask's and two workers, on this machine."""

    def __init__(self, place: Path) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        told = place / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told))
        while not (text := told.read_text() if told.exists() else "").endswith("}"):  # it is made first, written then
            assert self.processes[0].poll() is None
            time.sleep(0.05)
        self.address = json.loads(text)["address"]
        self.workers = [self._start("worker", self.address, "--nthreads", "1", "--no-nanny") for _ in range(2)]

    def _start(self, what: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "distributed.cli.dask_" + what, *words, "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=paths.checkout().root, **quiet)
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self.processes):  # the scheduler last: a worker tells it that it goes
            process.terminate()
            process.wait(60)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(tmp_path)
    yield started
    started.close()


def test_a_cluster_gives_the_same_files_even_when_it_loses_a_worker(tmp_path: Path, cluster: Cluster) -> None:
    place, here, there = small_class(tmp_path / "class", 30), tmp_path / "here", tmp_path / "there"
    assert grade("class", place, "--out", here, "--only", 1).returncode == 0
    command = [sys.executable, "-P", "-m", "grader", "class", place, "--out", there, "--only", 1]
    run = subprocess.Popen(
        [*map(str, command), "--scheduler", cluster.address],
        cwd=paths.checkout().root,
        stdout=subprocess.PIPE,
        text=True,
    )
    while len(list(there.glob("*/result.json"))) < 5:
        assert run.poll() is None
        time.sleep(0.02)
    lost = cluster.workers[0]
    below = psutil.Process(lost.pid).children(recursive=True)
    assert below, "it was at work"
    lost.kill()
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 0
    assert "30 graded, 0 unchanged" in said
    assert without_seconds(there) == without_seconds(here)
    assert psutil.wait_procs(below, timeout=20)[1] == [], "what graded for the lost worker ends with it"


def test_hidden_checks_and_secret_seeds_reach_the_workers(tmp_path: Path, cluster: Cluster) -> None:
    from test_class_run import HIDDEN, ONE, SECRET

    place = small_class(tmp_path / "class", 3)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / f"test_{ONE}").write_text(HIDDEN)
    terms = ("--only", 1, "--secret", tmp_path / "secret", "--hidden", tmp_path / "hidden")
    for name, more in (("here", ()), ("there", ("--scheduler", cluster.address))):
        done = grade("class", place, "--out", tmp_path / name, *terms, *more)
        assert "3 graded" in done.stdout, done.stderr
    assert without_seconds(tmp_path / "there") == without_seconds(tmp_path / "here")


def test_a_scheduler_that_is_not_there_is_told_in_a_line(tmp_path: Path) -> None:
    place = small_class(tmp_path / "class", 1)
    done = grade("class", place, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert done.stderr.startswith("grade: no Dask scheduler responds at tcp://127.0.0.1:9")
    assert done.stderr.count("\n") == 1

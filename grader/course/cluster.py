"""Grades a class on a Dask cluster: every worker has this checkout and grades like this machine.

A task contains the submission and the terms, never an exam's secret, and returns the result, so no shared disk is
needed. If a worker is lost, Dask reruns its tasks.
"""

import itertools
import logging
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.base.errors import UsageError
from grader.base.plain_text import line
from grader.base.results import Outcome
from grader.course.grading import Grader, Task
from grader.course.grading_terms import Terms
from grader.course.jobs import Pool, outcome
from grader.kata.digest import kata_digest

SECONDS_TO_CONNECT = 10
AHEAD = 8  # tasks beyond two a thread: enough that no worker waits, and few enough for a class larger than the memory

_here = threading.local()  # on a worker: this thread's grader, and the terms that it was started for


def on_a_cluster(terms: Terms, address: str) -> Pool:
    """Grade on the workers of a scheduler.

    Raises:
        UsageError: Dask is not installed, nothing answers at the address, or the scheduler has no workers.
    """
    client = _connect(address)

    def pool(tasks: Iterator[Task]) -> Iterator[Outcome]:
        from distributed import as_completed

        ours = kata_digest()
        submitted: dict[str, Task] = {}
        completed = as_completed(loop=client.loop)

        def submit(count: int) -> None:
            for task in itertools.islice(tasks, count):
                future = client.submit(_graded, task, terms, ours, pure=False)
                submitted[future.key] = task
                completed.add(future)

        with client:
            submit(2 * sum(client.nthreads().values()) + AHEAD)
            while submitted:
                future = next(completed)
                yield _outcome(submitted.pop(future.key), future)
                submit(1)

    return pool


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("--scheduler needs Dask: pip install -e '.[class]'") from error
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # errors are part of the returned value
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler responds at {address} ({line(str(error))})") from error
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except TimeoutError as error:
        client.close()
        raise UsageError(f"the scheduler at {address} has no workers: dask worker {address}") from error
    return client


def _outcome(task: Task, future: Any) -> Outcome:
    error = future.exception()
    if error is None:
        found = future.result()
        assert isinstance(found, Outcome)
        return found
    if isinstance(error, UsageError):
        raise error
    return Outcome(task.student, task.slot, broken=line(f"the cluster gave up: {type(error).__name__}: {error}"))


def _graded(task: Task, terms: Terms, theirs: str) -> Outcome:
    """Grade on a worker with this thread's grader; make a new one if the terms have changed."""
    if kata_digest() != theirs:
        raise UsageError(
            f"the checkout on {socket.gethostname()} has a different version than this one; update one of them"
        )
    if getattr(_here, "terms", None) != terms.digest:
        if hasattr(_here, "grader"):
            _here.grader.close()
        _here.scratch = tempfile.TemporaryDirectory(prefix="kata-class-")
        _here.grader, _here.terms = Grader(terms, Path(_here.scratch.name)), terms.digest
    return outcome(_here.grader, task)

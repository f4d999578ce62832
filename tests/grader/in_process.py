"""Call commands in this process, with worker processes that all tests share."""

import contextlib
import os
import subprocess
import sys
import tempfile
import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from grader import cli
from grader.base import paths
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.kata.digest import kata_digest


class Shared(Workers):
    """Workers that return to the pool when a command closes them."""

    def __init__(self, pool: "Pool", *, sandbox: bool) -> None:
        # The inputs of a check are drawn once for all tests: `test_drawn_once` shows that no result differs.
        super().__init__(curriculum.exercises(), sandbox=sandbox, many=True)
        self._pool = pool

    def lent(self, *, accept_weak: bool) -> "Shared":
        """The same workers for the next command, with its own say about a weak sandbox."""
        self._accept_weak = accept_weak
        return self

    def close(self) -> None:
        """Return them to the pool, or end them if their warm process has died."""
        if self._warm is not None and self._warm.poll() is None:
            self._pool.free[self.sandboxed].append(self)
        else:
            self.end()

    def end(self) -> None:
        """End their processes."""
        super().close()


class Pool:
    """Warm workers for this checkout and for every copy with the same digest.

    Each is used by one command at a time. Commands that need other options get workers of their own.
    """

    def __init__(self) -> None:
        self.free: dict[bool, list[Shared]] = defaultdict(list)  # by whether they are sandboxed
        self._own = paths.checkout()
        self._digest = kata_digest()

    def take(self, chosen: Sequence[Exercise], **options: Any) -> Workers:
        """Get workers for a command: the supply that `cli.run` expects."""
        with paths.use(self._own):
            known = curriculum.exercises()
        same = paths.checkout() == self._own or kata_digest() == self._digest
        alone = bool(options.get("hidden")) or not options.get("fork", True)
        if alone or not same or not {_worth(each) for each in chosen} <= {_worth(each) for each in known}:
            return Workers(chosen, **options)
        sandbox = options.get("sandbox", False)
        with paths.use(self._own):
            workers = self.free[sandbox].pop() if self.free[sandbox] else Shared(self, sandbox=sandbox)
        return workers.lent(accept_weak=options.get("accept_weak", False))

    def close(self) -> None:
        """End all that are free."""
        for workers in [each for free in self.free.values() for each in free]:
            workers.end()


def call(
    arguments: Sequence[str], pool: Pool, *, root: Path, cwd: Path, env: Mapping[str, str], typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Call a command in a checkout. Return its status and output as if it were a process."""
    before = Path.cwd()
    with mock.patch.dict(os.environ, env), standard_streams(typed) as printed:
        os.chdir(cwd)
        checkout = paths.checkout() if root == paths.checkout().root else paths.Checkout(root)
        try:
            status = cli.run(arguments, checkout=checkout, workers=pool.take)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except Exception:
            traceback.print_exc()
            status = 1
        finally:
            os.chdir(before)
    return subprocess.CompletedProcess(["grade", *arguments], status, *printed)


@contextlib.contextmanager
def standard_streams(typed: str) -> Iterator[list[str]]:
    """Feed text to standard input. When the block ends, the list holds what went to standard output and error."""
    printed: list[str] = []
    with contextlib.ExitStack() as opened:
        files = [opened.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write(typed.encode())
        files[0].seek(0)
        streams, descriptors = (sys.stdin, sys.stdout, sys.stderr), [os.dup(number) for number in range(3)]
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        sys.stdin, sys.stdout, sys.stderr = own = (
            os.fdopen(0, encoding="utf-8", closefd=False),
            os.fdopen(1, "w", encoding="utf-8", closefd=False),
            os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1),
        )
        try:
            yield printed
        finally:
            for stream in own[1:]:
                stream.close()
            sys.stdin, sys.stdout, sys.stderr = streams
            for number, descriptor in enumerate(descriptors):
                os.dup2(descriptor, number)
                os.close(descriptor)
            for file in files[1:]:
                file.seek(0)
                printed.append(file.read().decode().replace("\r\n", "\n"))


def _worth(exercise: Exercise) -> tuple[str, float, bool]:
    """What workers need to know about an exercise besides its checks, which the digest covers."""
    return exercise.name, exercise.points, exercise.assigned

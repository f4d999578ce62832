"""The graders of a class run on this machine, one per job; `cluster` is the alternative."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import Outcome
from grader.course.grading import Grader, Task
from grader.course.grading_terms import Terms

Pool = Callable[[Iterator[Task]], Iterator[Outcome]]  # grades submissions in any order


def on_this_machine(terms: Terms, jobs: int, scratch: Path) -> Pool:
    """Grade with this many parallel jobs, each with its own warm workers."""

    def pool(tasks: Iterator[Task]) -> Iterator[Outcome]:
        done: queue.SimpleQueue[Outcome | BaseException | None] = queue.SimpleQueue()
        taking, stopped = threading.Lock(), threading.Event()
        graders: list[Grader] = []

        def next_task() -> Task | None:
            with taking:
                return None if stopped.is_set() else next(tasks, None)

        def work() -> None:
            grader = None
            try:
                while (task := next_task()) is not None:
                    if grader is None:
                        grader = Grader(terms, scratch)
                        graders.append(grader)
                    done.put(outcome(grader, task))
                done.put(None)
            except OSError as error:
                done.put(UsageError(f"the run cannot continue in {paths.shown(scratch)}: {error.strerror}"))
            except BaseException as error:  # passed on to the waiting thread, which would otherwise wait forever
                done.put(error)

        _allow_many_files()
        threads = [threading.Thread(target=work, daemon=True) for _ in range(jobs)]
        for thread in threads:
            thread.start()
        try:
            working = jobs
            while working:
                event = done.get()
                if isinstance(event, BaseException):
                    raise event
                if event is None:
                    working -= 1
                else:
                    yield event
        finally:
            stopped.set()
            for grader in graders:
                grader.close()

    return pool


def _allow_many_files() -> None:
    """Raise the limit of open files: each job keeps two pipes for each exercise's known mistakes."""
    try:
        import resource
    except ImportError:  # Windows, where a class cannot be graded
        return
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def outcome(grader: Grader, task: Task) -> Outcome:
    """Grade one submission; an error is reported and does not stop the others."""
    try:
        return Outcome(task.student, task.slot, grader.grade(task))
    except UsageError as error:
        return Outcome(task.student, task.slot, broken=str(error))

"""`grade watch`: decides what to grade after each save and each key, and reports events. Prints nothing.

One thread runs the checks and one watches the files; the results of both arrive in one queue. A result is reported only
if the files are unchanged since.
"""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from grader.base import paths
from grader.base.errors import UsageError
from grader.base.results import RunResult
from grader.engine import run
from grader.engine.attempts import Progress
from grader.engine.cancellation import Cancellation
from grader.engine.worker_processes import CAN_FORK, Workers
from grader.kata import assignment, curriculum, stubs
from grader.kata.curriculum import Exercise
from grader.kata.submission import read_folder
from grader.learner import hints, state
from grader.learner.hints import Hint
from grader.learner.state import State
from grader.learner.watching.saves import Ended, Files, Polls, Saved, Saves, look


@dataclass(frozen=True)
class Key:
    """A key was pressed: h, l, n, q or Ctrl-C ("c-c"). Other keys do nothing."""

    name: str


@dataclass(frozen=True)
class Redraw:
    """The terminal was resized, or used by another program (`resumed`)."""

    resumed: bool = False


@dataclass(frozen=True)
class Grading:
    """An exercise is being graded; `others` that build on it follow in the background."""

    exercise: Exercise
    others: bool = False


@dataclass(frozen=True)
class Verdict:
    """The result of an exercise as it is saved now.

    Attributes:
        result: the run, of this exercise alone.
        first: it has never passed before.
        goes_on: where to go on, if it passed: the next unfinished exercise; None where all have passed.
    """

    exercise: Exercise
    result: RunResult
    first: bool
    goes_on: Exercise | None


@dataclass(frozen=True)
class Others:
    """The results of exercises that build on the saved one."""

    result: RunResult


@dataclass(frozen=True)
class Listing:
    """The learner asked for the list."""

    remembered: State


@dataclass(frozen=True)
class Hinted:
    """The learner asked for a hint."""

    exercise: Exercise
    hint: Hint


@dataclass(frozen=True)
class AllPassed:
    """The learner asked for the next exercise, and there is none."""


@dataclass(frozen=True)
class Note:
    """A line about the folder, the system or the grader; one that `stays` applies to all later results."""

    line: str
    stays: bool = False


@dataclass(frozen=True)
class Quit:
    """The learner quits."""


Happening = Grading | Progress | Verdict | Others | Listing | Hinted | AllPassed | Note | Redraw | Quit


@dataclass(frozen=True)
class _Found:
    """The result of the run with this number, or why there is none."""

    number: int
    what: Progress | RunResult | BaseException


class Watch:
    """One `grade watch`: iterate over `happenings`; `tell` sends it keys and changes of the terminal. Close it.

    Args:
        fork: whether the checks run in a process that forks.
    """

    def __init__(self, *, fork: bool = CAN_FORK) -> None:
        self._folder, self._fork = paths.checkout().exercises, fork
        self._queue: queue.SimpleQueue[Saved | Polls | Ended | Key | Redraw | _Found] = queue.SimpleQueue()
        self._seen = look(self._folder)
        self._saves = Saves(self._folder, self._seen, self._queue.put)
        self._workers = Workers(curriculum.exercises(), fork=fork, many=True)
        self._focus = state.load().unfinished() or curriculum.exercises()[0]
        self._waiting: set[str] = set()  # exercises without a result for their current file
        self._running: tuple[Exercise, ...] = ()
        self._number = 0
        self._cancellation = Cancellation()
        self._digests: dict[str, str] = {}
        self._looked_ahead = False  # whether the focus is the next exercise, shown but not graded yet
        self._graded = self._broke = False

    def tell(self, event: Key | Redraw) -> None:
        """Send a key or a change of the terminal, from any thread or signal handler."""
        self._queue.put(event)

    def close(self) -> None:
        """End everything that it has started."""
        self._saves.stop()
        self._cancellation.ask()
        self._workers.close()

    def happenings(self) -> Iterator[Happening]:
        """Yield events until the learner quits.

        Raises:
            UsageError: the files cannot be looked at any more, or nothing can be graded here.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        self._saves.start()
        if not self._fork:
            says = "this system cannot fork: every save starts a new process, which takes a few seconds"
            yield Note(says, stays=True)
        yield from self._grade_focus()
        while True:
            event = self._queue.get()
            if isinstance(event, Key) and event.name == "q":
                yield Quit()
                return
            yield from self._react(event)

    def _react(self, event: Saved | Polls | Ended | Key | Redraw | _Found) -> Iterator[Happening]:
        match event:
            case Saved(files):
                yield from self._saved(files)
            case _Found(number, what) if number == self._number:
                yield from self._found(what)
            case Polls(why):
                yield Note(why, stays=True)
            case Ended(error):
                raise UsageError(f"the folder can no longer be watched ({error}); restart grade watch") from error
            case Redraw(resumed):
                yield event
                if resumed and self._running:  # its timers continued while it was suspended
                    yield from self._start(self._running)
            case Key("h"):
                with state.changing() as remembered:
                    hint = hints.next_hint(self._focus, remembered)
                yield Hinted(self._focus, hint)
                yield from map(Note, remembered.notes)
            case Key("c-c"):
                raise KeyboardInterrupt
            case Key("l"):
                yield Listing(state.load())
            case Key("n"):
                yield from self._next()

    def _saved(self, files: Files) -> Iterator[Happening]:
        """Grade what was saved, and then what builds on it; cancel runs on older files."""
        was_gone = self._seen.folder is None
        if files.folder is None:
            self._seen = Files(None, self._seen.stamps)
            self._stop()
            if not was_gone:
                yield Note(f"the folder {paths.shown(self._folder)} is gone; waiting until it is back")
            return
        numbers, self._seen = files.changed_since(self._seen), files
        changed = [exercise for exercise in curriculum.exercises() if exercise.number in numbers]
        if changed and self._focus not in changed:
            self._focus = changed[0]
        names = {exercise.name for exercise in changed}
        outdated = [e for e in curriculum.exercises() if e in changed or names & set(curriculum.ancestors(e))]
        self._waiting |= {exercise.name for exercise in outdated if self._written(exercise)}
        if changed or was_gone:
            yield from self._grade_focus()

    def _next(self) -> Iterator[Happening]:
        following = self._focus if self._looked_ahead else state.load().unfinished(after=self._focus)
        if following is None:
            yield AllPassed()
            return
        self._focus = following
        yield from self._grade_focus()

    def _grade_focus(self) -> Iterator[Happening]:
        yield from self._start((self._focus,))

    def _start(self, chosen: tuple[Exercise, ...]) -> Iterator[Happening]:
        """Start a run, replacing a current one."""
        self._stop()
        self._running = chosen
        self._looked_ahead = self._looked_ahead and chosen != (self._focus,)
        self._waiting -= {exercise.name for exercise in chosen}
        self._digests = state.digests(chosen)
        threading.Thread(target=self._run, args=[self._number, chosen, self._cancellation], daemon=True).start()
        yield Grading(chosen[0], others=chosen != (self._focus,))

    def _stop(self) -> None:
        """Cancel the current run; ignore its results."""
        self._cancellation.ask()
        self._waiting |= {exercise.name for exercise in self._running}
        self._running = ()
        self._cancellation = Cancellation()
        self._number += 1

    def _run(self, number: int, chosen: tuple[Exercise, ...], cancellation: Cancellation) -> None:
        try:
            submission = read_folder(self._folder)
            for event in run.grade(
                submission, chosen, self._workers, seed=assignment.seed(), cancellation=cancellation
            ):
                self._queue.put(_Found(number, event))
        except BaseException as error:  # reported to the learner by the listener
            self._queue.put(_Found(number, error))

    def _found(self, what: Progress | RunResult | BaseException) -> Iterator[Happening]:
        match what:
            case Progress():
                yield what
            case RunResult():
                if (now := look(self._folder)) != self._seen:  # saved since, but the event has not arrived
                    number = self._number
                    yield from self._saved(now)
                    if number != self._number:
                        return
                self._graded, self._broke = True, False
                yield from self._verdict(what)
            case BaseException():
                yield from self._broken(what)

    def _verdict(self, result: RunResult) -> Iterator[Happening]:
        chosen, self._running = self._running, ()
        kept = state.keep(result, self._digests)
        if chosen == (self._focus,):
            passed = result.exercises[0].status == "passed"
            onward = state.load().unfinished(after=self._focus) if passed else None
            yield Verdict(self._focus, result, self._focus.name in kept.first, onward)
            yield from map(Note, read_folder(self._folder).notes(chosen))
            self._focus, self._looked_ahead = onward or self._focus, onward is not None
        else:
            yield Others(result)
        yield from map(Note, kept.notes)
        if waiting := tuple(e for e in curriculum.exercises() if e.name in self._waiting):
            yield from self._start(waiting)

    def _broken(self, error: BaseException) -> Iterator[Happening]:
        """If the worker is gone, retry once with a new one; then report it and wait for the next save."""
        if look(self._folder).folder is None:
            return  # reported when it is noticed
        if not isinstance(error, UsageError | OSError) or not self._graded:
            raise error  # a save cannot fix this, for example a missing torch
        chosen, again = self._running, not self._broke
        self._running, self._broke = (), again
        self._workers.close()
        self._workers = Workers(curriculum.exercises(), fork=self._fork, many=True)
        if again:
            yield from self._start(chosen)
            yield Note("the process that runs the checks had ended; a new one was started")
        else:
            yield Note(f"nothing could be graded: {error}; the next save tries again")

    def _written(self, exercise: Exercise) -> bool:
        """Return whether the file is more than the stub."""
        path = self._folder / exercise.file
        try:
            return path.is_file() and not stubs.is_stub(exercise, path.read_bytes())
        except (OSError, UsageError):
            return False

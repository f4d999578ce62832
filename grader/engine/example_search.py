"""The search for a failing example of one check: the number of examples, the first failure, and the smallest so far.

hypothesis generates and shrinks; this module limits the number of calls, so that two runs with one seed end the same
way.
"""

import contextlib
import functools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis.errors import HypothesisException, StopTest

from grader.answers import learner_lines
from grader.answers.channel import Lost
from grader.answers.local_answers import NotThere, Problem
from grader.answers.steps import Misuse
from grader.base import values_as_text
from grader.engine.observation import observed
from grader.language.comparisons import Mismatch
from grader.language.script import SCRIPT, Script

__tracebackhide__ = True
MOST_WORDS = 200
_ADDRESS = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)
Arguments = dict[str, Any]  # of one example, by name


@dataclass(frozen=True)
class Failure:
    """One example on which a check failed.

    Attributes:
        raised: what came out of the check.
        script: what was done to the answer, and can be written as Python.
        printed: the end of what the answer printed during this example.
        observation: what the check saw of the first failing example, as data to compare other answers with.
    """

    raised: BaseException
    script: Script
    printed: str
    observation: dict[str, Any]

    @classmethod
    def now(cls, raised: BaseException, example: int = 1) -> "Failure":
        """Make a failure from the current example; `example` counts the examples so far, including this one."""
        return cls(raised, SCRIPT.snapshot(), SCRIPT.printed, observation(raised, example))


class Budget:
    """How many calls the checks of one exercise may spend on shrinking a failing example.

    Calls, not seconds, so that the same seed ends at the same example; none of the known mistakes takes 200. If an
    answer is so slow that they take seconds all the same, the first failing example is reported as it is, because the
    smallest one found by then would differ from run to run.
    """

    CALLS_A_CHECK = 150
    CALLS = 300
    SECONDS = 3.0  # CPU seconds; three times as many wall-clock seconds, so that a busy machine changes nothing

    def __init__(self) -> None:
        self.calls = self.CALLS
        self.seconds = self.SECONDS

    @property
    def late(self) -> bool:
        """Return whether the time is over."""
        return self.seconds <= 0

    @contextlib.contextmanager
    def spending(self) -> Iterator[None]:
        """Count the block as one call."""
        self.calls -= 1
        clock, processor = time.monotonic(), time.process_time()
        try:
            yield
        finally:
            self.seconds -= max((time.monotonic() - clock) / 3, time.process_time() - processor)


class Settled(BaseException):
    """Ends a search although hypothesis would continue."""


class Search:
    """The examples of one check, one after another; `begin` starts a new search.

    Attributes:
        drawn: the arguments of all examples of the seed at hand, where they are known beforehand.
        on_passed: called after each example that has passed.
        example: the check's own function, watched; each of its runs is one example.
    """

    drawn: "Sequence[Arguments] | None" = None
    on_passed: Callable[[], None] = staticmethod(lambda: None)
    example: Callable[..., Any]

    def __init__(self) -> None:
        self.begin(Budget())

    def begin(self, budget: Budget | None, most: int | None = None) -> None:
        """Forget earlier findings.

        Args:
            budget: calls for making a failing example smaller; none: the first failing example ends the search.
            most: examples after which the search ends though none has failed.
        """
        self.budget, self.most = budget, most
        self.tried = self.shrunk = 0
        self.first: Failure | None = None
        self.smallest: Failure | None = None
        SCRIPT.accepted.clear()

    @property
    def failure(self) -> Failure | None:
        """The failing example to report."""
        return self.first if self.budget is None or self.budget.late else self.smallest

    def watching(self, inner_test: Callable[..., Any]) -> Callable[..., Any]:
        """Watch the check's own function."""

        @functools.wraps(inner_test)
        def run_example(*args: Any, **kwargs: Any) -> Any:
            SCRIPT.begin()
            try:
                with self._counted():
                    result = inner_test(*args, **kwargs)
                SCRIPT.run()  # a step that no comparison has read may have raised an error
                self.on_passed()
                return result
            except (Settled, HypothesisException, StopTest):  # the end of the search, or of a rejected example
                raise
            except BaseException as raised:
                self.note(raised)
                if self.budget is None or isinstance(raised, NotImplementedError | NotThere | Problem | Lost | Misuse):
                    raise Settled from raised  # it does not depend on the input, or shrinking is off
                raise

        self.example = run_example
        return run_example

    def note(self, raised: BaseException) -> None:
        """Keep a failing example; hypothesis only tries smaller ones after a failure."""
        failure = Failure.now(raised, max(self.tried, 1))
        if self.first is None:
            self.first = self.smallest = failure
        elif _kind(raised) == _kind(self.first.raised):
            self.smallest = replace(failure, observation=self.first.observation)

    def _counted(self) -> contextlib.AbstractContextManager[None]:
        """Count one more example, or end the search."""
        if self.first is None:
            if self.tried == self.most:
                raise Settled
            self.tried += 1
            return contextlib.nullcontext()
        assert self.budget is not None
        if self.shrunk == Budget.CALLS_A_CHECK or not self.budget.calls or self.budget.late:
            raise Settled
        self.shrunk += 1
        return self.budget.spending()


def observation(raised: BaseException, example: int) -> dict[str, Any]:
    """Return the observation of a failing check as data.

    The words of an error that the answer itself raises are each author's own: only its kind counts. The words of
    Python's and torch's errors tell which operation failed, and on which shapes: their kind alone says too little.
    """
    if isinstance(raised, Mismatch):
        came = raised.came
        seen = {"says": raised.difference, "came": observed(came)}
        if isinstance(came, BaseException):
            seen["says"] = raised.difference.partition(":")[0]
        if raised.refusal:  # which of the calls that should raise an error did not: these are not counted as steps
            seen["wanted"] = raised.expected
    elif isinstance(raised, Problem):
        seen = {"says": raised.difference}
    else:
        lines = learner_lines.of_traceback(raised.__traceback__)
        deliberate = bool(lines) and lines[-1].text.startswith(("raise", "assert"))
        seen = {"error": type(raised).__name__, "words": "its own" if deliberate else _words(raised)}
    return {"example": example, "step": SCRIPT.length, **seen}


def _words(raised: BaseException) -> str:
    """Return the first line of an error message, without addresses, which differ between processes."""
    return _ADDRESS.sub("0x...", values_as_text.message(raised).partition("\n")[0])[:MOST_WORDS]


def _kind(raised: BaseException) -> tuple[object, ...]:
    """Return what hypothesis treats as the same failure: the type of exception and the line that raised it."""
    trace = raised.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (type(raised), trace and (trace.tb_frame.f_code.co_filename, trace.tb_lineno))

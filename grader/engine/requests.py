"""What the warm process is asked to do: typed requests, which cross to it as JSON lines."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class CheckAnswer:
    """Fork a process that runs checks on one answer.

    Attributes:
        exercise: the name of the exercise.
        seed: seed of the checks' inputs and of initial weights.
        memory_bytes: memory limit of the process.
        folder: folder of the answers.
        checks: names of the checks to run, in order.
        standing_on: exercises for which the reference solution is used.
        given: exercises that the assignment gives away; their reference solution is used, too.
        sandboxed: whether the answers run in a sandboxed worker, whose connection comes with the request.
        shrink: look for the smallest failing input.
        until_failure: stop at the first check that fails.
        check_seconds: CPU seconds per check.
        call_seconds: wall-clock seconds for one request to the worker.
        cpu_seconds: CPU seconds that the worker may use in total.
    """

    exercise: str
    seed: int
    memory_bytes: int
    folder: str
    checks: tuple[str, ...]
    standing_on: tuple[str, ...]
    given: tuple[str, ...]
    sandboxed: bool
    shrink: bool
    until_failure: bool
    check_seconds: float
    call_seconds: float
    cpu_seconds: int


@dataclass(frozen=True)
class FindMistakes:
    """Fork a process that compares observations with the known mistakes, until the pipe for its questions closes.

    Attributes:
        exercise: the name of the exercise.
        seed: seed with which the observations are made.
        memory_bytes: memory limit of the process.
    """

    exercise: str
    seed: int
    memory_bytes: int


@dataclass(frozen=True)
class Observed:
    """A question to that process: what the checks observed of one answer.

    Attributes:
        observations: what each check observed, by its name; None if it passed.
        errors: names of the checks of error handling.
    """

    observations: dict[str, Any]
    errors: tuple[str, ...]


@dataclass(frozen=True)
class DrawInputs:
    """Draw the inputs of an exercise's checks, for all processes that are forked later.

    Attributes:
        exercise: the name of the exercise.
        seed: seed of the inputs.
        scripts: also put the checks' scripts together, as sandboxed workers are sent them.
    """

    exercise: str
    seed: int
    scripts: bool


@dataclass(frozen=True)
class EndProcess:
    """Wait for a forked process, then kill it.

    Attributes:
        process: its number.
        patience: seconds to wait.
    """

    process: int
    patience: float


ForkRequest = CheckAnswer | FindMistakes  # what a process is forked for
Request = ForkRequest | DrawInputs | EndProcess
_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (CheckAnswer, FindMistakes, DrawInputs, EndProcess)}


def as_json(request: Request) -> dict[str, Any]:
    """A request as JSON data."""
    return {type(request).__name__: asdict(request)}


def from_json(data: dict[str, Any]) -> Request:
    """The request that `as_json` made into this data."""
    ((name, fields),) = data.items()
    request: Request = _KINDS[name](**fields)
    return request

"""The protocol between grader and worker: the files of an answer, scripts to run, and the outcomes of their steps.

The grader sends examples, each with a seed and numbered steps. The worker runs them in order and returns one outcome
per step, up to the first unexpected error; it never sends requests. The grader trusts nothing from the worker:
malformed data raises `WireError`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.answers import remote_errors, wire
from grader.answers.captured_output import MOST_PRINTED
from grader.answers.steps import Outcome, Step, Work
from grader.answers.wire import Reader, WireError, Writer

MOST_COUNTED = 1 << 60
LIBRARIES = ("random", "numpy", "torch")


@dataclass(frozen=True)
class Numbered:
    """A step, its number in the example, and the name by which later text refers to its result."""

    number: int
    step: Step
    label: str | None = None


@dataclass(frozen=True)
class Example:
    """Steps to run.

    Attributes:
        steps: in order.
        seed: of a new example; None: they go on with the last one.
        wanted: the numbers of the steps whose values are sent back; None: all.
        alone: run on answers that are imported for this example only.
    """

    steps: tuple[Numbered, ...]
    seed: int | None
    wanted: frozenset[int] | None = None
    alone: bool = False


@dataclass(frozen=True)
class Reply:
    """The outcomes of one example.

    Attributes:
        outcomes: of the steps that ran, in order.
        printed: the end of what the answer printed.
    """

    outcomes: tuple[Outcome, ...]
    printed: str = ""


# ---- from the grader ----


def files_frame(files: Mapping[str, bytes]) -> bytes:
    """Make the first frame: the files of an answer, by name."""
    sizes = [[name, len(text)] for name, text in files.items()]
    return wire.frame({"files": sizes}, list(files.values()))


def files_of(header: Mapping[str, Any], data: bytes | bytearray) -> dict[str, bytes]:
    """Read the files from the first frame; their texts are concatenated."""
    files, at = {}, 0
    for name, size in header["files"]:
        files[name] = bytes(data[at : at + size])
        at += size + -size % wire.ALIGNMENT
    return files


def script_frame(examples: Sequence[Example]) -> bytes:
    """Make a frame with scripts.

    Raises:
        wire.Unsendable: a check passes what is no data.
    """
    writer = Writer(layouts=True)
    told = [
        {
            "seed": example.seed,
            "wanted": None if example.wanted is None else sorted(example.wanted),
            "alone": example.alone,
            "steps": [_step_form(numbered, writer) for numbered in example.steps],
        }
        for example in examples
    ]
    return wire.frame({"run": told, "t": writer.metas}, writer.body)


def _step_form(numbered: Numbered, writer: Writer) -> list[Any]:
    step = numbered.step
    values = [writer.value(step.target), writer.value(list(step.args)), writer.value(step.kwargs)]
    flags = [step.seed, step.may_raise, step.watched, step.counted]
    return [numbered.number, numbered.label, step.operation, step.name, *values, *flags]


def scripts_of(header: Mapping[str, Any], data: bytearray) -> list[Example]:
    """Read the scripts, in the worker."""
    reader = Reader(header["t"], data, layouts=True)
    return [
        Example(
            tuple(_numbered(form, reader) for form in told["steps"]),
            told["seed"],
            None if told["wanted"] is None else frozenset(told["wanted"]),
            told["alone"],
        )
        for told in header["run"]
    ]


def _numbered(form: Sequence[Any], reader: Reader) -> Numbered:
    number, label, operation, name, target, args, kwargs, *flags = form
    target, args, kwargs = reader.value(target), reader.value(args), reader.value(kwargs)
    return Numbered(number, Step(operation, target, name, tuple(args), kwargs, *flags), label)


# ---- from the worker ----


def reply_frame(replies: Sequence[Reply], examples: Sequence[Example]) -> bytes:
    """Make a frame with outcomes; a value that is not data, or too large, becomes an error that says so."""
    writer = Writer(layouts=False)
    told = [
        {
            "printed": reply.printed,
            "outcomes": [
                _outcome_form(outcome, writer, example.wanted is None or numbered.number in example.wanted)
                for outcome, numbered in zip(reply.outcomes, example.steps, strict=False)
            ],
        }
        for reply, example in zip(replies, examples, strict=True)
    ]
    try:
        return wire.frame({"ran": told, "t": writer.metas}, writer.body)
    except wire.Unsendable as error:
        if not any(reply.outcomes for reply in replies):
            raise
        return reply_frame(
            [_too_large(reply, example, error) for reply, example in zip(replies, examples, strict=True)], examples
        )


def _too_large(reply: Reply, example: Example, error: wire.Unsendable) -> Reply:
    """End the example at the value that was too large to send."""
    steps = [numbered.step for numbered in example.steps]
    first = next((at for at, step in enumerate(steps) if not step.may_raise), len(steps) - 1)
    before = (Outcome(error=error, work=Work() if step.counted else None) for step in steps[: first + 1])
    return Reply(tuple(before), reply.printed)


def _outcome_form(outcome: Outcome, writer: Writer, wanted: bool) -> list[Any]:
    error, value = outcome.error, None
    if error is None and wanted:
        try:
            value = writer.value(outcome.value)
        except wire.Unsendable as unsendable:
            error = unsendable
    work = outcome.work
    return [
        value,
        None if error is None else remote_errors.told(error),
        [[writer.value(place), writer.value(now)] for place, now in outcome.changed],
        list(outcome.moved),
        None if work is None else [work.flops, work.operators, work.kept],
    ]


def replies_of(
    header: Mapping[str, Any],
    data: bytearray,
    examples: Sequence[Example],
    path_of: Callable[[str], str | None],
) -> list[Reply]:
    """Read the outcomes and check their form.

    Args:
        header: of the frame.
        data: its tensors.
        examples: what the worker was asked to run.
        path_of: the path of an answer's file, by its name, for the lines of errors.

    Raises:
        WireError: there are more or fewer than were asked for, or one is of a wrong form.
    """
    told = header.get("ran")
    if not isinstance(told, list) or len(told) != len(examples):
        raise WireError("outcomes of other examples than were asked for")
    reader = Reader(header.get("t"), data, layouts=False)
    return [_reply(form, example, reader, path_of) for form, example in zip(told, examples, strict=True)]


def _reply(form: Any, example: Example, reader: Reader, path_of: Callable[[str], str | None]) -> Reply:
    match form:
        case {"printed": str(printed), "outcomes": list(forms)} if len(form) == 2 and len(printed) <= MOST_PRINTED:
            outcomes = tuple(_outcome(outcome, reader, path_of) for outcome in forms)
        case _:
            raise WireError("outcomes of a wrong form")
    steps = [numbered.step for numbered in example.steps]
    ended = next((at for at, (o, s) in enumerate(zip(outcomes, steps, strict=False)) if ends(o, s)), None)
    if len(outcomes) != (len(steps) if ended is None else ended + 1):
        raise WireError(f"{len(outcomes)} outcomes of {len(steps)} steps")
    if any((outcome.work is None) is step.counted for outcome, step in zip(outcomes, steps, strict=False)):
        raise WireError("work of a step that is not counted, or none of one that is")
    return Reply(outcomes, printed)


def ends(outcome: Outcome, step: Step) -> bool:
    """Return whether an example ends here, with an unexpected error."""
    return outcome.error is not None and not step.may_raise


def _outcome(form: Any, reader: Reader, path_of: Callable[[str], str | None]) -> Outcome:
    match form:
        case [value, error, list(changed), list(moved), work] if len(changed) <= 100:
            pass
        case _:
            raise WireError("an outcome of a wrong form")
    if not set(map(str, moved)) <= set(LIBRARIES) or len(moved) > len(LIBRARIES):
        raise WireError("random states of unknown libraries")
    return Outcome(
        reader.value(value),
        None if error is None else remote_errors.rebuilt(error, path_of),
        tuple(_change(change, reader) for change in changed),
        tuple(moved),
        _work(work),
    )


def _change(form: Any, reader: Reader) -> tuple[int | str, Any]:
    match form:
        case [int(place) | str(place), now] if type(place) is not bool:
            return place, reader.value(now)
    raise WireError("a changed argument of a wrong form")


def _work(form: Any) -> Work | None:
    match form:
        case None:
            return None
        case [int(flops), int(operators), int(kept)] if _are_counts(form):
            return Work(flops, operators, kept)
    raise WireError("counts of a wrong form")


def _are_counts(form: list[int]) -> bool:
    return bool not in map(type, form) and all(0 <= count < MOST_COUNTED for count in form)

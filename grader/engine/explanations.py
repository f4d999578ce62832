"""Turns a failing example into a finding: who is at fault, the learner's line, and the message."""

from collections.abc import Collection
from dataclasses import replace
from types import FrameType

from grader.answers import learner_lines
from grader.answers.local_answers import NotThere, Problem
from grader.base import values_as_text
from grader.base.results import Finding
from grader.engine import remarks
from grader.engine.example_search import Failure
from grader.language.comparisons import Mismatch
from grader.language.script import SCRIPT, Script


def finding(
    failure: Failure,
    exercise: str,
    replaced: Collection[str] = (),
    memory_bytes: int | None = None,
    source: str = "",
) -> Finding:
    """Explain why a check did not pass.

    Args:
        failure: the example to report.
        exercise: the exercise that is graded: only its own NotImplementedError means «not started».
        replaced: the exercises replaced by references: what only the learner's own file has is «blocked».
        memory_bytes: the limit under which it ran, for the message.
        source: the text of the learner's file.
    """
    raised = _first_cause(failure.raised)
    if isinstance(raised, NotThere):
        return Finding("not_started" if raised.exercise == exercise else "error", difference=str(raised))
    if isinstance(raised, Problem):
        if raised.lacking in replaced:
            difference = f"{raised.difference}; it cannot run with the reference solution for {raised.lacking}"
            return Finding("blocked", difference=difference, traceback=raised.code, where=raised.where)
        return Finding(
            "error",
            difference=raised.difference,
            traceback=raised.code,
            where=raised.where,
            observation=failure.observation,
        )
    example, printed = _example(failure.script), failure.printed or None
    slip = ""
    if isinstance(raised, Mismatch):
        lines = learner_lines.of_traceback(raised.__cause__.__traceback__) if raised.__cause__ else []
        return Finding(
            "failed",
            example=example,
            expected=raised.expected,
            got=raised.got,
            difference=raised.difference,
            traceback=learner_lines.written(lines),
            where=lines[-1].place if lines else None,
            printed=printed,
            observation=failure.observation,
        )
    lines = learner_lines.of_traceback(raised.__traceback__)
    if isinstance(raised, NotImplementedError) and lines and lines[-1].path.stem == exercise:
        return Finding("not_started", where=lines[-1].place)
    elsewhere = lines and lines[-1].path.stem != exercise  # in the file of an earlier exercise
    own = "" if elsewhere else source
    if out_of_memory(raised):
        limit = f" of {memory_bytes / 2**30:.0f} GiB" if memory_bytes else ""
        difference = f"it asked for more memory than the limit{limit}"
    elif isinstance(raised, RecursionError):
        difference = "the recursion goes too deep (RecursionError)"
    elif isinstance(raised, EOFError) and "reading a line" in str(raised):
        difference = "it asks for input (EOFError), but there is none: remove input()"
    elif remarks.is_not_initialised(raised, own):
        difference = f"`super().__init__()` is missing at the start of `__init__` ({values_as_text.error(raised)})"
    else:
        difference = f"{'your code' if lines else 'this call'} raised {values_as_text.error(raised)}"
        slip = remarks.remark(raised, source if isinstance(raised, TypeError) else own)
        difference += f". {slip}" if slip else ""
    return Finding(
        "error" if lines else "failed",
        example=example,
        got=values_as_text.error(raised),
        difference=difference,
        traceback=learner_lines.written(lines),
        where=lines[-1].place if lines else None,
        printed=printed,
        observation=None if slip else failure.observation,  # the message gives the cause, so no known mistake is needed
    )


def without_references(found: Finding) -> Finding:
    """Remove from a finding everything that an answer could have read from references next to it."""
    hidden = "an error" if found.status == "error" else found.difference
    if found.observation is not None and "error" in found.observation:
        hidden = f"your code raised {found.observation['error']}"
    return replace(found, printed=None, difference=hidden, got=None if found.status == "error" else found.got)


def after_earlier_calls(found: Finding) -> Finding:
    """Add to a finding that its example passes if no other call comes before it."""
    example = f"# after the calls of earlier examples; without them this passes\n{found.example}"
    question = "without the calls before it this passes: is something kept from them?"
    return replace(found, example=example, difference=f"{found.difference}; {question}")


def unfinished(frame: FrameType | None) -> Finding:
    """Make the finding of an answer at its deadline: the call, and the line."""
    lines = learner_lines.of_frame(frame)
    return Finding(
        "timeout",
        example=_example(SCRIPT, whole=True),
        traceback=learner_lines.written(lines),
        where=lines[-1].place if lines else None,
    )


def out_of_memory(raised: BaseException) -> bool:
    """Return whether an allocation failed: Python's own error, NumPy's, or torch's."""
    return isinstance(raised, MemoryError) or (isinstance(raised, RuntimeError) and "allocate memory" in str(raised))


def _first_cause(raised: BaseException) -> BaseException:
    """Return the first exception of ours from hypothesis's groups (an answer that differs between two equal calls)."""
    while isinstance(raised, BaseExceptionGroup):
        raised = raised.exceptions[0]
    return raised


def _example(script: Script, *, whole: bool = False) -> str | None:
    try:
        return script.written(whole=whole)
    except Exception as error:  # a repr of the learner's own objects may raise anything
        return f"(the call cannot be shown: {type(error).__name__})"

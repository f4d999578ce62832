"""The words that checks are written in: do something with the answer, and say what should have come of it."""

from grader.language.call_record import RECORD, begin
from grader.language.calls import assign, backward, build, call, each, given
from grader.language.comparisons import (
    RESULT,
    Mismatch,
    attribute,
    holds,
    no_return,
    of_kind,
    same,
    same_dtype,
    same_shape,
)
from grader.language.error_checks import accepted, accepts, raises
from grader.language.side_effects import leaves_alone

__all__ = [
    "RECORD",
    "RESULT",
    "Mismatch",
    "accepted",
    "accepts",
    "assign",
    "attribute",
    "backward",
    "begin",
    "build",
    "call",
    "each",
    "given",
    "holds",
    "leaves_alone",
    "no_return",
    "of_kind",
    "raises",
    "same",
    "same_dtype",
    "same_shape",
]

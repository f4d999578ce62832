"""The words that checks are written in: do something with the answer, and say what should have come of it."""

from grader.checking.calls import assign, backward, build, call, each, given
from grader.checking.comparisons import (
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
from grader.checking.effects import leaves_alone
from grader.checking.record import RECORD, begin
from grader.checking.refusals import accepted, accepts, raises

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

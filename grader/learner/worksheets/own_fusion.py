"""Runs the fusion of a worksheet with the learner's exercise 2, in a process of its own. No printing here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.learner.own_process.command import only_record
from grader.learner.worksheets.fusion import FusionSheet

LIMIT_SECONDS = 20.0  # time to import NumPy on a busy machine
EXERCISE, WHAT = "ex02_one_fusion", "the same fusion"
HEAD = "The same numbers with your {short}:"
EXACT = 1e-9  # for tenths in float64


@dataclass(frozen=True)
class OwnTrace:
    """The learner's `trace_fusion` on a sheet."""

    joined: tuple[float, ...]
    summed: tuple[float, ...]
    fused: tuple[float, ...]


def run(sheet: FusionSheet, folder: Path) -> OwnTrace | None:
    """Run exercise 2 of a folder on the numbers of a sheet; None if it is not written yet.

    Raises:
        AnswersFailed: it raised, returned something else than a trace, ended the process, or never came back.
    """
    order = {
        "folder": str(folder.absolute()),
        "arguments": [_tenths(part) for part in (sheet.left, sheet.right, sheet.weight, sheet.bias)],
    }
    record = only_record("worksheets.own_fusion_worker", order, EXERCISE, LIMIT_SECONDS)
    return OwnTrace(*(tuple(record[field]) for field in ("joined", "summed", "fused"))) if record else None


def rows(own: OwnTrace) -> list[tuple[str, Sequence[float]]]:
    """List the steps of a trace, with their numbers."""
    return [("joined", own.joined), ("summed", own.summed), ("fused", own.fused)]


def differences(sheet: FusionSheet, own: OwnTrace) -> tuple[str, ...]:
    """List the differences between a trace and the sheet, as the worksheet explains them."""
    steps = (own.joined, *((number,) for number in own.summed), *((number,) for number in own.fused))
    if len(steps) != len(sheet.questions):
        sizes = f"{len(own.summed)} sums and {len(own.fused)} results of tanh"
        return (f"it returned {sizes} for {len(sheet.bias)} outputs",)
    exact = (replace(question, tolerance=EXACT) for question in sheet.questions)
    return tuple(
        f"{question.asks.partition(' =')[0]}: {question.wrong(step)}"
        for question, step in zip(exact, steps, strict=True)
        if not question.is_right(step)
    )


def _tenths(part: tuple[int, ...] | tuple[tuple[int, ...], ...]) -> list[object]:
    return [_tenths(row) if isinstance(row, tuple) else row / 10 for row in part]

"""Runs the tree of a worksheet with the learner's exercise 8 and hand-set weights, in a process of its own."""

from collections.abc import Sequence
from pathlib import Path

from grader.learner.own_process.command import only_record
from grader.learner.worksheets.tree import NEAR, TreeSheet

LIMIT_SECONDS = 60.0  # importing torch on a busy machine, and then one small tree
EXERCISE, WHAT = "ex08_tree", "the same tree"
HEAD = "The same bits with your {short}, with these weights:"

Levels = tuple[tuple[float, ...], ...]  # of each level, all its numbers in order


def run(sheet: TreeSheet, folder: Path) -> Levels | None:
    """Run exercise 8 of a folder on the bits of a sheet; None if it is not written yet.

    Returns:
        h1 and h2 of every node, level by level.

    Raises:
        AnswersFailed: it raised, ended the process, or never came back.
    """
    order = {"folder": str(folder.absolute()), "bits": sheet.bits}
    record = only_record("worksheets.own_tree_worker", order, EXERCISE, LIMIT_SECONDS)
    return tuple(tuple(level) for level in record["levels"]) if record else None


def rows(own: Levels) -> list[tuple[str, Sequence[float]]]:
    """List the levels, with their numbers."""
    return [(f"level {number}", level) for number, level in enumerate(own, start=1)]


def differences(sheet: TreeSheet, own: Levels) -> tuple[str, ...]:
    """List the differences between the levels and the sheet, as the worksheet explains them."""
    expected = [tuple(number for node in level for number in node) for level in sheet.nodes]
    if [len(level) for level in own] != [len(level) for level in expected]:
        return (f"your levels have {[len(level) for level in own]} numbers, not {[len(level) for level in expected]}",)
    questions = iter(question for question in sheet.questions if len(question.answer) == 2 and "node" in question.asks)
    found = []
    for level in own:
        for node in zip(level[::2], level[1::2], strict=True):
            question = next(questions)
            if any(abs(a - b) > NEAR for a, b in zip(node, question.answer, strict=True)):
                found.append(f"{question.asks.partition(',')[0]}: {question.wrong(node)}")
    return tuple(found)

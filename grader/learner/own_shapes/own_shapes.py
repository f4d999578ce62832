"""The shapes of one name in the learner's own code, as far as it is written, computed in a process of its own."""

import queue
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.base.errors import UsageError
from grader.kata import corpus, curriculum
from grader.learner.own_process.command import OwnProcess

LIMIT_SECONDS = 30.0  # time to import torch on a busy machine, and for a few small calls
STEPS = ("ex03_windows", "ex04_flat_mlp", "ex05_flatten_consecutive", "ex07_fusion", "ex08_tree")
NOT_WRITTEN, FAILED = "not written", "failed"


@dataclass(frozen=True)
class Line:
    """One call of one exercise: its text, the shape before and after, or one line about an error.

    `state` is empty where the call worked, else NOT_WRITTEN or FAILED.
    """

    exercise: str
    call: str
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    sees: str = ""
    state: str = ""
    problem: str = ""


def lines(folder: Path, name: str) -> Iterator[Line]:
    """Run the exercises in a folder on a name, and yield the shapes of each call.

    Raises:
        UsageError: the name has a character that the names in data/names.txt lack, or the assignment has no exercise
            with shapes.
    """
    known = set("".join(corpus.load_names()))
    if not name or (unknown := [character for character in name if character not in known]):
        what = f"no name in data/names.txt contains {unknown[0]!r}" if name else "an empty name has no shapes"
        raise UsageError(f"{what}: grade shapes needs a name with the letters {min(known)} to {max(known)}")
    here = {exercise.name for exercise in curriculum.exercises()}
    steps = [step for step in STEPS if step in here]
    if not steps:
        raise UsageError("grade shapes runs exercises 3, 4, 5, 7 and 8, but this assignment includes none of them")
    order = {"folder": str(folder.absolute()), "name": name, "steps": steps}
    with OwnProcess("own_shapes.worker", order, errors=subprocess.DEVNULL) as process:
        left = list(steps)
        while left:
            try:
                record = process.records.get(timeout=LIMIT_SECONDS)
            except queue.Empty:
                yield Line(left[0], "", state=FAILED, problem=f"did not return within {LIMIT_SECONDS:.0f} s")
                return
            if record is None or "failed" in record:
                problem = "ended the process" if record is None else record["failed"]
                yield Line(left[0], "", state=FAILED, problem=problem)
                return
            if "done" in record:
                left.remove(record["done"])
                continue
            before, after = (tuple(record.pop(key, ())) for key in ("before", "after"))
            yield Line(**record, before=before, after=after)

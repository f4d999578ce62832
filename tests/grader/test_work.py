"""Work is counted where the answer runs: alike in every style and mode of torch, in this process and in the sandbox."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import by_number, pool, spoil
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from grader.answers.answer_modules import AnswerModules
from grader.answers.counted_work import counted
from grader.answers.executor import Executor
from grader.answers.steps import Name, Step, Work
from grader.base.results import RunResult
from grader.base.source import Source
from grader.engine import run
from grader.engine.attempts import Limits
from grader.engine.worker_processes import CAN_FORK
from grader.kata.submission import read_folder

LAYER = nn.Linear(4, 8)
X = torch.ones(2, 3, 4)
STYLES: dict[str, Callable[[], Tensor]] = {
    "linear": lambda: LAYER(X),
    "matmul": lambda: X @ LAYER.weight.T + LAYER.bias,
    "einsum": lambda: torch.einsum("btc,hc->bth", X, LAYER.weight),
    "convolution": lambda: functional.conv1d(X.transpose(1, 2), LAYER.weight[:, :, None]),
    "vmap": lambda: torch.vmap(lambda row: row @ LAYER.weight.T)(X),
    "row by row": lambda: torch.stack([functional.linear(row, LAYER.weight) for row in X.flatten(0, 1)]),
}
PATIENT = Limits(check_seconds=60, exercise_seconds=300)  # of a slow machine
STEP = "node = self.tree.embedding(torch.tensor([token]))"
WHOLE_TREE = "self.tree(torch.zeros(1, self.tree.context, dtype=torch.int64))"
needs_linux = pytest.mark.skipif(not CAN_FORK, reason="the sandbox needs Linux")


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_does_the_work_that_torch_counts(style: str, mode: Callable[[], torch.no_grad]) -> None:
    with mode(), counted() as ours:
        STYLES[style]()
    with mode(), FlopCounterMode(display=False) as counter:
        STYLES[style]()
    assert ours.work.flops == counter.get_total_flops() == 2 * 6 * 4 * 8


def test_a_loop_calls_more_operators_for_the_same_work() -> None:
    with torch.no_grad(), counted() as at_once:
        STYLES["linear"]()
    with torch.no_grad(), counted() as looped:
        STYLES["row by row"]()
    assert looped.work.flops == at_once.work.flops
    assert looped.work.operators >= at_once.work.operators + 5


def test_tensors_kept_for_a_backward_pass_are_counted() -> None:
    with counted() as recorded:
        LAYER(X).tanh()
    with torch.no_grad(), counted() as free:
        LAYER(X).tanh()
    assert recorded.work.kept > 0
    assert free.work.kept == 0


def test_copying_arguments_and_results_is_not_counted() -> None:
    executor = Executor(AnswerModules({"it": Source("it.py", b"def it(x):\n    return x")}.get))
    executor.begin(0)
    executor.run(0, Step("read", Name("it", "__name__")))  # an answer is imported before its work is counted
    done = executor.run(1, Step("call", Name("it", "it"), None, (X.transpose(0, 2),), watched=True, counted=True))
    assert done.error is None
    assert done.work == Work()


@pytest.mark.prove
@needs_linux
@pytest.mark.parametrize("stands_on_references", [False, True])
def test_work_is_counted_in_the_sandbox_and_in_references_on_this_side(
    solved: Path, stands_on_references: bool
) -> None:
    """A reference that a stream keeps is changed by the check, and must not be counted less than the answer's own."""
    spoil(solved, 12, STEP, f"{WHOLE_TREE}; {STEP}")
    exercise, submission = by_number(12), read_folder(solved)
    with pool().take([exercise], sandbox=True, accept_weak=True, many=True) as workers:
        if stands_on_references:
            result, _ = run.grade_alone(submission, exercise, workers, limits=PATIENT, diagnose=False)
        else:
            *_, whole = run.grade(submission, [exercise], workers, limits=PATIENT, shrink=False)
            assert isinstance(whole, RunResult)
            result = whole.exercises[0]
    failed = [check.check.name for check in result.checks if check.finding.status != "passed"]
    assert failed == ["test_one_fusion_per_level_and_step"]

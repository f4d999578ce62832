"""The process that runs the learner's `trace_fusion` once: the order on standard input, a record on the original
output.
"""

from typing import Any

import numpy as np

from grader.base.json_lines import Records
from grader.learner.own_process.worker import answers_of, carry_out
from grader.learner.worksheets.own_fusion import EXERCISE


def trace(order: dict[str, Any], records: Records) -> None:
    """Run the answer, and report the result."""
    made = getattr(answers_of(order), EXERCISE).trace_fusion(*(np.array(argument) for argument in order["arguments"]))
    records.send(joined=_numbers(made.joined), summed=_numbers(made.summed), fused=_numbers(made.fused))


def _numbers(array: Any) -> list[float]:
    return [float(number) for number in np.asarray(array, dtype=np.float64).ravel()]


if __name__ == "__main__":
    carry_out(trace, EXERCISE)

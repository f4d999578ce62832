"""The process that runs the learner's tree once, on bits, with the weights of lesson 8."""

from typing import Any

import torch

from data.parity import parity_tree
from grader.base.json_lines import Records
from grader.learner.own_process.worker import answers_of, carry_out
from grader.learner.worksheets.own_tree import EXERCISE


def trace(order: dict[str, Any], records: Records) -> None:
    """Run the answer, and send the values of each level."""
    bits = torch.tensor([[int(bit > 0) for bit in order["bits"]]])
    tree = parity_tree(getattr(answers_of(order), EXERCISE).FusionTree, len(order["bits"])).eval()
    with torch.no_grad():
        levels = tree.level_outputs(bits)[1:]
    records.send(levels=[level.flatten().tolist() for level in levels])


if __name__ == "__main__":
    carry_out(trace, EXERCISE)

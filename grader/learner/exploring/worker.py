"""The process that reads the learner's trained tree for `grade explore`, and compares it with the learner's code."""

from pathlib import Path
from typing import Any

import torch

from grader.base.json_lines import Records
from grader.learner.own_process.worker import answers_of, carry_out
from grader.learner.portrait import exported_tree
from grader.learner.training.recipes import CONTEXT

WINDOWS = 200


def read(order: dict[str, Any], records: Records) -> None:
    """Send the tree's matrices, or None if a page would compute other results than the learner's code."""
    torch.set_num_threads(1)
    answers = answers_of(order)
    vocabulary = list(answers.ex03_windows.build_vocabulary(order["words"]))
    tree = exported_tree.trained(answers, Path(order["model"]), len(vocabulary))
    parts = exported_tree.matrices(tree.state_dict())
    windows = torch.randint(len(vocabulary), (WINDOWS, CONTEXT), generator=torch.Generator().manual_seed(0))
    error = exported_tree.error(parts, tree, windows)
    records.send(
        vocabulary=vocabulary,
        group=tree.group,
        lengths=exported_tree.lengths(tree),
        exported=exported_tree.base64_of(parts) if error < exported_tree.CLOSE else None,
    )


if __name__ == "__main__":
    carry_out(read)

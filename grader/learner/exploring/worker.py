"""The process that reads the learner's trained tree for `grade explore`, and compares it with the learner's code."""

from pathlib import Path
from typing import Any

import torch

from grader.answers.local_answers import Answers
from grader.base.json_lines import Records
from grader.kata import curriculum
from grader.learner.own_process.worker import carry_out
from grader.learner.portrait import exported_tree
from grader.learner.training.worker import CONTEXT, EMBEDDING, HIDDEN

WINDOWS = 200


def read(order: dict[str, Any], records: Records) -> None:
    """Send the tree's matrices, or None if a page would compute other results than the learner's code."""
    torch.set_num_threads(1)
    answers = Answers(Path(order["folder"]), [lesson.name for lesson in curriculum.lessons()])
    answers.take(Path(order["folder"]), [*curriculum.given(), *order["standing_on"]])
    vocabulary = list(answers.ex03_windows.build_vocabulary(order["words"]))
    tree = answers.ex08_tree.FusionTree(len(vocabulary), CONTEXT, EMBEDDING, HIDDEN)
    tree.load_state_dict(torch.load(order["model"], weights_only=True))
    tree.eval()
    parts = exported_tree.matrices(tree.state_dict())
    windows = torch.randint(len(vocabulary), (WINDOWS, CONTEXT), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        error = (exported_tree.logits(parts, windows).softmax(-1) - tree(windows).softmax(-1)).abs().max().item()
    records.send(
        vocabulary=vocabulary,
        group=tree.group,
        lengths=[CONTEXT // tree.group**level for level in range(len(tree.levels) + 1)],
        exported=exported_tree.base64_of(parts) if error < exported_tree.CLOSE else None,
    )


if __name__ == "__main__":
    carry_out(read)

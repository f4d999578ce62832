"""The learner's trained tree for the page, compared with the learner's own code in a process of its own."""

import queue
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.base import paths
from grader.base.errors import UsageError
from grader.kata import corpus
from grader.learner.own_process.command import OwnProcess
from grader.learner.portrait.figures import Order
from grader.learner.training import training_record

LIMIT_SECONDS = 60.0  # importing torch on a busy machine, and then a few windows

Exported = tuple[tuple[tuple[int, ...], str], ...]


@dataclass(frozen=True)
class PageTree:
    """A trained tree that a page can compute; `exported` is from `exported_tree.base64_of`."""

    vocabulary: tuple[str, ...]
    group: int
    lengths: tuple[int, ...]
    exported: Exported
    validation_loss: float


def own_tree(folder: Path, model: Path) -> PageTree | str:
    """Read the tree that `grade train` saved, or say why it cannot be shown."""
    record = training_record.read(model)
    if record is None:
        return "You have no trained tree yet: grade train makes one, once exercises 3 to 10 are written."
    if record.words is None:
        return f"{paths.shown(model)} was trained on the artificial language, but the page is about words: grade train."
    try:
        words = corpus.load(record.data)
    except UsageError as error:
        return f"The words that your tree was trained on cannot be read: {error}."
    order = Order(str(folder.absolute()), record.standing_on, str(model.absolute()), tuple(words))
    with OwnProcess("exploring.worker", asdict(order), errors=subprocess.DEVNULL) as process:
        try:
            found = process.records.get(timeout=LIMIT_SECONDS)
        except queue.Empty:
            return f"Your tree did not answer within {LIMIT_SECONDS:.0f} s."
    if found is None:
        return "Your tree cannot be shown: the answers ended the process."
    if "failed" in found:
        return f"Your tree cannot be shown: {found['failed'].splitlines()[0]}."
    if found["exported"] is None:
        return "Your tree cannot be shown: a tree as in the contract gives different results with its weights."
    exported = tuple((tuple(shape), numbers) for shape, numbers in found["exported"])
    return PageTree(
        tuple(found["vocabulary"]), found["group"], tuple(found["lengths"]), exported, record.validation_loss
    )

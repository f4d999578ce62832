"""The process that trains with the learner's own code: exercises 3 to 10 on words from the order, or 5 to 9 on the
language.

The order is one JSON line on standard input; a second line asks to stop. Records are JSON lines on the original
standard output.
"""

import io
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from grader.base.atomic_files import write_whole
from grader.base.json_lines import Records
from grader.learner.own_process.worker import answers_of, carry_out
from grader.learner.training import examples, training_record
from grader.learner.training.checkpoint import Checkpoint
from grader.learner.training.published_run import PublishedRun
from grader.learner.training.recipes import CONTEXT, EMBEDDING, FIRST_LOOK, HIDDEN, RECIPES, Published
from grader.learner.training.staged_run import StagedRun
from grader.learner.training.training_record import TrainingRecord

CHUNK_SECONDS = 0.25
CHECKPOINT_SECONDS = 10.0  # the most work that a kill can lose
NAMES = 10


class Run(Protocol):
    """A recipe in progress."""

    done: int
    total: int

    def advance(self, steps: int) -> float:
        """Take some steps; return their mean loss."""
        ...

    def tree(self) -> dict[str, torch.Tensor]:
        """Return the current tree as a state of the learner's FusionTree."""
        ...

    def state(self) -> dict[str, Any]:
        """Return everything that later steps depend on."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from such a state."""
        ...


@dataclass
class History:
    """The seconds of training so far, and the losses, as a `TrainingRecord` stores them."""

    seconds: float = 0.0
    curve: list[tuple[int, float]] = field(default_factory=list)


def train_as_ordered(order: dict[str, Any], records: Records) -> None:
    """Train until done or told to stop, and report the progress."""
    if order["device"] == "auto":
        order["device"] = "cuda" if torch.cuda.is_available() else "cpu"
    if order["device"] == "cuda" and not torch.cuda.is_available():
        records.send(refused="torch finds no CUDA device: use --device cpu")
        return
    stop = threading.Event()
    threading.Thread(target=await_stop, args=[stop], daemon=True).start()
    torch.set_num_threads(order["threads"])
    train(answers_of(order), order, records, stop)


def await_stop(stop: threading.Event) -> None:
    """Wait for the second line of standard input, or its end, which asks to stop."""
    sys.stdin.readline()
    stop.set()


def train(answers: Any, order: dict[str, Any], records: Records, stop: threading.Event) -> None:
    """Make windows, split, build the tree, train, compute losses, draw names: each step with the learner's exercise."""
    training, seed, out = answers.ex09_training, order["seed"], Path(order["out"])
    words = order["words"]
    data = (
        examples.from_letters(CONTEXT) if words is None else examples.from_words(answers.ex03_windows, words, CONTEXT)
    )
    torch.manual_seed(seed)
    model = answers.ex08_tree.FusionTree(len(data.vocabulary), CONTEXT, EMBEDDING, HIDDEN)
    run = prepared(answers, order, data, model)
    checkpoint = Checkpoint(out, order["run"])
    history = History() if order["fresh"] else take_up(run, checkpoint)
    records.send(
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        training=len(data.training.targets),
        validation=len(data.validation.targets),
        done=run.done,
        steps=run.total,
        device=order["device"],
    )
    go_on(run, history, records, stop, checkpoint)
    model.cpu().load_state_dict(model.state_dict() | run.tree())  # it may contain more, such as a count of batches
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    write_whole(out, buffer.getvalue())
    if run.done == run.total:
        checkpoint.remove()
    generator = torch.Generator().manual_seed(seed + 1)
    training_loss = training.mean_loss(model, data.training.windows, data.training.targets)
    validation_loss = training.mean_loss(model, data.validation.windows, data.validation.targets)
    training_record.write(
        out,
        TrainingRecord(
            model=training_record.digest(buffer.getvalue()),
            data=order["data"],
            words=None if words is None else training_record.digest_of_words(words),
            standing_on=tuple(order["standing_on"]),
            recipe=order["recipe"],
            seed=seed,
            done=run.done,
            steps=run.total,
            seconds=history.seconds,
            curve=tuple(history.curve),
            training_loss=training_loss,
            validation_loss=validation_loss,
        ),
    )
    records.send(
        done=run.done,
        seconds=history.seconds,
        training_loss=training_loss,
        validation_loss=validation_loss,
        least=data.least,
        names=[
            answers.ex10_sampling.sample_word(model, data.vocabulary, CONTEXT, generator=generator)
            for _ in range(0 if words is None else NAMES)
        ],
    )


def prepared(answers: Any, order: dict[str, Any], data: examples.Data, model: Any) -> Run:
    """Return the recipe of an order, ready for its first step."""
    device = torch.device(order["device"])
    on_device = data.training.on(device)
    recipe = RECIPES.get(order["recipe"], FIRST_LOOK)
    if isinstance(recipe, Published):
        chosen = Published(order["steps"] or recipe.steps, recipe.batch)
        return PublishedRun(chosen, answers.ex09_training, model.to(device), on_device, order["seed"])

    def new_tree() -> dict[str, torch.Tensor]:
        tree = answers.ex08_tree.FusionTree(len(data.vocabulary), CONTEXT, EMBEDDING, HIDDEN)
        state: dict[str, torch.Tensor] = tree.state_dict()
        return state

    try:
        return StagedRun(recipe, new_tree, on_device, order["seed"])
    except KeyError as lacking:
        needs = f"--recipe {order['recipe']} needs the attribute names of exercises 6 to 8"
        raise ValueError(f"the state_dict of FusionTree has no {lacking}; {needs}") from lacking


def take_up(run: Run, checkpoint: Checkpoint) -> History:
    """Restore a run to its last state; return what it has used so far."""
    left = checkpoint.load()
    if left is None:
        return History()
    run.restore(left["run"])
    return History(left["seconds"], left.get("curve", []))


def go_on(run: Run, history: History, records: Records, stop: threading.Event, checkpoint: Checkpoint) -> None:
    """Train in chunks of about a quarter second, so that progress is visible and a stop falls between two steps.

    The seconds of the history are of training; what saving takes is not among them.
    """
    chunk, saved = 10, time.monotonic()

    def save() -> None:
        checkpoint.save({"run": run.state(), "seconds": history.seconds, "curve": history.curve})

    while run.done < run.total and not stop.is_set():
        started, before = time.perf_counter(), run.done
        loss = run.advance(chunk)
        took = time.perf_counter() - started
        history.seconds += took
        history.curve.append((run.done, loss))
        try:
            records.send(step=run.done, loss=loss)
        except BrokenPipeError:  # the command was killed: no one reads this, but the model is saved anyway
            stop.set()
        chunk = max(10, int((run.done - before) * CHUNK_SECONDS / max(took, 1e-4)))
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            save()
            saved = time.monotonic()
    if run.done < run.total:
        save()


if __name__ == "__main__":
    carry_out(train_as_ordered)

"""The process that trains with the learner's own code: exercises 3 to 10, on words that come with the order.

The order is one JSON line on standard input; a second line asks to stop. Records leave as JSON lines on what was
standard output.
"""

import io
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import torch

from grader import checkout, curriculum
from grader.checking import explain
from grader.checking.answers import Answers
from grader.checking.examples import Failure
from grader.checking.worker import Records
from grader.whole_file import write_whole

CONTEXT, EMBEDDING, HIDDEN, BATCH = 8, 24, 128, 32
SPLIT_SEED = 42  # makemore's split
CHUNK_SECONDS = 0.25
NAMES = 10


def main() -> None:
    """Take the order, train, and tell how it went."""
    records = Records(os.dup(1))
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    stop = threading.Event()
    threading.Thread(target=await_stop, args=[stop], daemon=True).start()
    torch.set_num_threads(1)  # layers this small are slower on two threads
    names = [exercise.name for exercise in curriculum.exercises()]
    answers = Answers(Path(order["folder"]), checkout.SOLUTIONS, names)
    answers.take(Path(order["folder"]), order["standing_on"])
    try:
        train(answers, order, records, stop)
    except BaseException as raised:
        found = explain.finding(Failure.now(raised), exercise="")
        records.send(failed=found.difference, traceback=found.traceback)
    os._exit(0)  # no exit handler, thread or finaliser of the answers runs


def await_stop(stop: threading.Event) -> None:
    """The second line of standard input, or its end, asks to stop."""
    sys.stdin.readline()
    stop.set()


def train(answers: Any, order: dict[str, Any], records: Records, stop: threading.Event) -> None:
    """Windows, split, tree, training, losses, names: each by the learner's exercise."""
    windows, tree, training = answers.ex03_windows, answers.ex08_tree, answers.ex09_training
    words, steps, seed = order["words"], order["steps"], order["seed"]
    vocabulary = windows.build_vocabulary(words)
    split = windows.split_words(words, SPLIT_SEED)
    train_part, validation_part = (windows.make_windows(part, vocabulary, CONTEXT) for part in split[:2])
    torch.manual_seed(seed)
    model = tree.FusionTree(len(vocabulary), CONTEXT, EMBEDDING, HIDDEN)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    records.send(parameters=parameters, training=len(train_part[0]), validation=len(validation_part[0]))
    started = time.perf_counter()
    done = run_steps(training, model, train_part, steps, seed, records, stop)
    seconds = time.perf_counter() - started
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    write_whole(Path(order["out"]), buffer.getvalue())
    generator = torch.Generator().manual_seed(seed + 1)
    records.send(
        done=done,
        seconds=seconds,
        parameters=parameters,
        training_loss=training.mean_loss(model, *train_part),
        validation_loss=training.mean_loss(model, *validation_part),
        names=[
            answers.ex10_sampling.sample_word(model, vocabulary, CONTEXT, generator=generator) for _ in range(NAMES)
        ],
    )


def run_steps(
    training: Any, model: Any, part: Any, steps: int, seed: int, records: Records, stop: threading.Event
) -> int:
    """Train in chunks of about a quarter second, so that progress shows and a stop falls between two steps."""
    generator = torch.Generator().manual_seed(seed)
    done, chunk = 0, 10
    while done < steps and not stop.is_set():
        started, first, count = time.perf_counter(), done, min(chunk, steps - done)
        losses = training.train(
            model,
            *part,
            steps=count,
            batch_size=BATCH,
            learning_rate=lambda step, first=first: training.step_decay(first + step, steps),
            generator=generator,
        )
        done += count
        records.send(step=done, loss=sum(losses) / len(losses))
        chunk = max(10, int(count * CHUNK_SECONDS / max(time.perf_counter() - started, 1e-4)))
    return done


if __name__ == "__main__":
    main()

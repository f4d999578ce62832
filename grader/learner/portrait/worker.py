"""The process that examines the learner's trained tree, and trains the learner's flat model for comparison.

The order is one JSON line on standard input; records are JSON lines on the original standard output.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from grader.base.json_lines import Records
from grader.engine import explanations
from grader.engine.example_search import Failure
from grader.kata import curriculum
from grader.learner.own_process.worker import answers_of, carry_out
from grader.learner.portrait import exported_tree, influence
from grader.learner.portrait.figures import Example, LevelMap, ModelFigures, Portrait, Seen
from grader.learner.portrait.level_maps import COMPARED, level_map
from grader.learner.race import worker as race_worker
from grader.learner.race.race import Lane, flat_of_equal_size
from grader.learner.training import examples
from grader.learner.training.recipes import CONTEXT, EMBEDDING, HIDDEN

FLAT_STEPS, FLAT_BATCH = 1_000, 256  # nine passes over the course's names, as in a race
MEASURED_WINDOWS = 200
EXAMPLES, EXPECTED = 4, 5
SEED = 0
FLAT = "ex04_flat_mlp"


def look(order: dict[str, Any], records: Records) -> None:
    """Examine the tree, and report the figures."""
    torch.set_num_threads(1)
    records.send(**asdict(portrait(answers_of(order), Path(order["model"]), order["words"], records)))


def portrait(answers: Any, model: Path, words: list[str], records: Records) -> Portrait:
    """Compute all figures of a tree."""
    data = examples.from_words(answers.ex03_windows, words, CONTEXT)
    vocabulary = list(data.vocabulary)
    tree = exported_tree.trained(answers, model, len(vocabulary))
    here = {lesson.name for lesson in curriculum.lessons()}  # a handout may have only some
    flat, steps, no_flat = None, 0, "" if FLAT in here else "not part of this course"
    try:
        flat, steps = trained_flat(answers, data, records) if not no_flat else (None, 0)
    except Exception as raised:  # the tree can be examined without it
        no_flat = explanations.finding(Failure.now(raised), exercise="").difference or type(raised).__name__
    rows, shortest = long_windows(data.validation)
    windows = data.validation.windows[rows]
    spread = rows[:: max(1, len(rows) // EXAMPLES)].tolist()
    shown = list(dict.fromkeys([first_letters(data.validation), *spread]))[:EXAMPLES]
    parts = exported_tree.matrices(tree.state_dict())
    error = exported_tree.error(parts, tree, windows)
    word = text_of(data.validation.windows[shown[0]], vocabulary)
    return Portrait(
        vocabulary=tuple(vocabulary),
        group=tree.group,
        lengths=tuple(exported_tree.lengths(tree)),
        maps=tuple(maps(tree, data, vocabulary)),
        tree=figures(tree, data.validation, windows),
        flat=figures(flat, data.validation, windows) if flat else None,
        no_flat=no_flat,
        windows=len(windows),
        shortest=shortest,
        flat_steps=steps,
        examples=tuple(
            Example(
                "".join(vocabulary[token] for token in data.validation.windows[row].tolist()),
                vocabulary[int(data.validation.targets[row])],
                seen(tree, data.validation.windows[row], vocabulary),
                seen(flat, data.validation.windows[row], vocabulary) if flat else None,
            )
            for row in shown
        ),
        word=word,
        longer=tuple(
            (ending, expects(tree, window_of(ending, data.vocabulary), vocabulary))
            for ending in (word[-(tree.group**level) :] for level in range(len(tree.levels) + 1))
        ),
        exported=exported_tree.base64_of(parts) if error < exported_tree.CLOSE else None,
        exported_error=error,
    )


def trained_flat(answers: Any, data: examples.Data, records: Records) -> tuple[nn.Module, int]:
    """Train the learner's flat model at the tree's size like in a race; return it with its steps."""
    lane = flat_of_equal_size(Lane("", "tree", len(data.vocabulary), CONTEXT, EMBEDDING, HIDDEN, SEED))
    torch.manual_seed(SEED)
    flat = answers.ex04_flat_mlp.FlatMLP(lane.vocabulary, lane.context, lane.embedding, lane.hidden)
    training, validation = data.training, data.validation
    learnt = race_worker.Examples(training.windows, training.targets, validation.windows, validation.targets, None, [])
    epochs = max(1, round(FLAT_STEPS * FLAT_BATCH / len(training.targets)))
    race_worker.train(flat, learnt, FLAT_BATCH, epochs, SEED, records)
    flat.eval()
    return flat, race_worker.steps_of(len(training.targets), FLAT_BATCH, epochs)


def long_windows(validation: examples.Examples) -> tuple[Tensor, int]:
    """Select distinct windows with the most characters, so that each place has one to replace.

    Returns:
        Their rows, and how many characters each holds at least.
    """
    filled = (validation.windows != 0).sum(1)
    shortest = int(filled.max())
    while shortest > 1 and int((filled >= shortest).sum()) < MEASURED_WINDOWS // 4:
        shortest -= 1
    rows = torch.nonzero(filled >= shortest).flatten()
    return rows[first_of_each(validation.windows[rows])][:MEASURED_WINDOWS], shortest


def first_letters(validation: examples.Examples) -> int:
    """Make the row of a word's first characters, up to the length of a window."""
    ends = (validation.lengths - 1).clamp_max(CONTEXT)
    starts = validation.lengths.cumsum(0) - validation.lengths
    word = int(ends.argmax())
    return int(starts[word] + ends[word])


def first_of_each(rows: Tensor) -> Tensor:
    """Return the index of the first occurrence of each distinct row, in order."""
    distinct, numbers = rows.unique(dim=0, return_inverse=True)
    first = torch.full((len(distinct),), len(rows)).scatter_reduce(0, numbers, torch.arange(len(rows)), "amin")
    return first.sort().values


def figures(model: nn.Module, validation: examples.Examples, windows: Tensor) -> ModelFigures:
    """Compute the figures of a whole model."""
    vocab_size = asked(model, windows[:1]).shape[1]
    table = dict(model.named_parameters())["embedding.weight"]
    try:
        gradient = tuple(influence.by_gradient(model, table, windows).mean(0).tolist())
    except Exception:  # an answer's look-up may require a table with V rows
        gradient = None
    return ModelFigures(
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        validation_loss=race_worker.measure(model, validation.windows, validation.targets).mean().item(),
        by_replacing=tuple(influence.by_replacing(model, windows, vocab_size).mean(0).tolist()),
        by_gradient=gradient,
    )


def seen(model: nn.Module, window: Tensor, vocabulary: list[str]) -> Seen:
    """Run one window through one model."""
    moved = influence.by_replacing(model, window[None], len(vocabulary))[0].tolist()
    return Seen(tuple(moved), expects(model, window, vocabulary))


def expects(model: nn.Module, window: Tensor, vocabulary: list[str]) -> tuple[tuple[str, float], ...]:
    """Return the most likely next characters and their probabilities."""
    likeliest = asked(model, window[None]).softmax(-1)[0].topk(min(EXPECTED, len(vocabulary)))
    pairs = zip(likeliest.indices.tolist(), likeliest.values.tolist(), strict=True)
    return tuple((vocabulary[token], probability) for token, probability in pairs)


def maps(tree: Any, data: examples.Data, vocabulary: list[str]) -> list[LevelMap]:
    """Make a map of each level: its most common pieces without `.`, else with `.` before the beginning."""
    windows, targets = data.training.windows, data.training.targets
    found = []
    for level in range(len(tree.levels) + 1):
        sees = tree.group**level
        after: dict[str, Counter[str]] = {}
        for piece, token in zip(windows[:, -sees:].tolist(), targets.tolist(), strict=True):
            after.setdefault("".join(vocabulary[each] for each in piece), Counter())[vocabulary[token]] += 1
        by_count = sorted(after, key=lambda piece: ("." in piece, -after[piece].total(), piece))
        pieces = by_count[:COMPARED]
        inputs = torch.stack([window_of(piece, data.vocabulary) for piece in pieces])
        with torch.no_grad():
            vectors = tree.level_outputs(inputs)[level].reshape(len(pieces), CONTEXT // sees, -1)[:, -1]
        found.append(level_map(level, pieces, vectors, [after[piece].most_common(1)[0][0] for piece in pieces]))
    return found


def window_of(text: str, vocabulary: dict[str, int]) -> Tensor:
    """Make the window that ends with a text, with nothing before it."""
    tokens = [vocabulary[character] for character in text][-CONTEXT:]
    return torch.tensor([0] * (CONTEXT - len(tokens)) + tokens)


def text_of(window: Tensor, vocabulary: list[str]) -> str:
    """Return the characters of a window, without the padding."""
    return "".join(vocabulary[token] for token in window.tolist() if token)


@torch.no_grad()
def asked(model: Callable[[Tensor], Tensor], windows: Tensor) -> Tensor:
    """Return the logits of a model."""
    return model(windows)


if __name__ == "__main__":
    carry_out(look)

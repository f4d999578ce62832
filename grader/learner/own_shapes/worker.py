"""The process that runs the learner's code for `grade shapes`: the order on standard input, a record per call."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.answers.local_answers import NotThere
from grader.base.json_lines import Records
from grader.engine import explanations
from grader.engine.example_search import Failure
from grader.kata import corpus
from grader.learner.own_process.worker import answers_of, carry_out
from grader.learner.own_shapes.own_shapes import FAILED, NOT_WRITTEN
from grader.learner.training.recipes import CONTEXT, EMBEDDING, HIDDEN

Say = Callable[..., None]


def show(order: dict[str, Any], records: Records) -> None:
    """Run each available exercise; an error affects only its own lines."""
    answers = answers_of(order)
    words = corpus.load_names()
    vocabulary = [".", *sorted(set("".join(words)))]
    tokens = [0] * CONTEXT + [vocabulary.index(character) for character in order["name"]]
    window = torch.tensor([tokens[-CONTEXT:]])
    text = "".join(vocabulary[token] for token in window[0].tolist())
    for step in order["steps"]:

        def say(call: str, before: Any, after: Tensor, sees: str = "", exercise: str = step) -> None:
            records.send(exercise=exercise, call=call, before=list(before), after=list(after.shape), sees=sees)

        try:
            STEPS[step](getattr(answers, step), window, text, vocabulary, order["name"], say)
        except NotThere:
            records.send(exercise=step, call="", state=NOT_WRITTEN)
        except Exception as raised:
            found = explanations.finding(Failure.now(raised), exercise=step)
            if found.status == "not_started":
                records.send(exercise=step, call="", state=NOT_WRITTEN)
            else:
                where = f" ({found.where})" if found.where else ""
                problem = f"{(found.difference or type(raised).__name__).splitlines()[0]}{where}"
                records.send(exercise=step, call="", state=FAILED, problem=problem)
        records.send(done=step)


def windows(answer: Any, window: Tensor, text: str, vocabulary: list[str], name: str, say: Say) -> None:
    """Exercise 3: one window per character of the name, and one for its end."""
    numbered = {character: token for token, character in enumerate(vocabulary)}
    inputs, targets = answer.make_windows([name], numbered, CONTEXT)
    say("make_windows, inputs", [len(name)], inputs)
    say("make_windows, targets", [len(name)], targets)


def flat(answer: Any, window: Tensor, text: str, vocabulary: list[str], name: str, say: Say) -> None:
    """Exercise 4: the whole window in one step."""
    model = answer.FlatMLP(len(vocabulary), CONTEXT, EMBEDDING, HIDDEN).eval()
    say("FlatMLP, all at once", window.shape, model(window), text)


def flatten(answer: Any, window: Tensor, text: str, vocabulary: list[str], name: str, say: Say) -> None:
    """Exercise 5: join neighbours level by level, without layers in between."""
    x = torch.zeros(1, CONTEXT, EMBEDDING)
    layer = answer.FlattenConsecutive(2)
    while x.dim() == 3:
        after = layer(x)
        say("FlattenConsecutive(2)", x.shape, after)
        if after.dim() == x.dim() and after.shape[1] >= x.shape[1]:
            return  # it does not get shorter, so the loop would not end
        x = after


def fusion(answer: Any, window: Tensor, text: str, vocabulary: list[str], name: str, say: Say) -> None:
    """Exercise 7: one fusion."""
    x = torch.zeros(1, CONTEXT, EMBEDDING)
    say(f"Fusion({EMBEDDING}, {HIDDEN})", x.shape, answer.Fusion(EMBEDDING, HIDDEN).eval()(x))


def tree(answer: Any, window: Tensor, text: str, vocabulary: list[str], name: str, say: Say) -> None:
    """Exercise 8: the whole tree."""
    model = answer.FusionTree(len(vocabulary), CONTEXT, EMBEDDING, HIDDEN).eval()
    before = window
    for number, level in enumerate(model.level_outputs(window)):
        sees = 2**number
        pieces = " ".join(text[start : start + sees] for start in range(0, CONTEXT, sees))
        say(f"FusionTree, level {number}" if number else "FusionTree, embedding", before.shape, level, pieces)
        before = level
    say("FusionTree, scores", before.shape, model(window))


STEPS: dict[str, Callable[[Any, Tensor, str, list[str], str, Say], None]] = {
    "ex03_windows": windows,
    "ex04_flat_mlp": flat,
    "ex05_flatten_consecutive": flatten,
    "ex07_fusion": fusion,
    "ex08_tree": tree,
}

if __name__ == "__main__":
    carry_out(show)

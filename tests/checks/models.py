"""What checks hand to an answer that runs a model: small models and generators, and what these must be left as.

A model is made by the very lines that a failing example shows.
"""

import contextlib
import functools
import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from grader.answers.random_state import torch_seeded
from grader.language.vocabulary import RECORD, call, given, holds

T = TypeVar("T")

PLAIN = ""
NORMALISED = "nn.BatchNorm1d({features}), "
DROPPING = "nn.Dropout(0.5), "


def small_model(
    *after: str,
    seed: int = 0,
    vocab_size: int = 5,
    context: int = 2,
    middle: str = PLAIN,
    dtype: torch.dtype = torch.float64,
    training: bool = True,
) -> nn.Sequential:
    """A model of tokens (B, context) that tells the positions apart: embedding, `middle`, linear.

    Args:
        after: lines of Python that change `model` once it is made.
        seed: of the initial weights.
        vocab_size: tokens that it reads and scores.
        context: tokens in a window.
        middle: the layer before the last: PLAIN (none), NORMALISED or DROPPING, which differ in the two modes.
        dtype: float32 or float64.
        training: the mode that it comes in.
    """
    features = 2 * context
    layers = f"nn.Embedding({vocab_size}, 2), nn.Flatten(), {middle.format(features=features)}"
    form = (".double()" if dtype == torch.float64 else "") + ("" if training else ".eval()")
    text = "\n".join([f"nn.Sequential({layers}nn.Linear({features}, {vocab_size})){form}", *after])
    names: dict[str, Any] = {"torch": torch, "nn": nn}
    with torch_seeded(seed):
        exec(_compiled(f"model = {text}"), names)
    RECORD.add(lambda _: [f"torch.manual_seed({seed})"])
    model: nn.Sequential = names["model"]
    return given(model, "model", text)


@functools.cache
def _compiled(text: str) -> types.CodeType:
    return compile(text, "<model>", "exec")


def run(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call an answer that runs a model. The global random state, from which dropout draws, and an answer too that
    should not, is the same each time: so that the same mistake gives the same numbers in every run.
    """
    with torch_seeded(314_159):
        return call(function, *args, **kwargs)


def gradients_kept(model: nn.Sequential) -> list[bool]:
    """A list that grows with each batch that the model scores: whether its logits could still be differentiated."""
    kept: list[bool] = []

    def note(layer: nn.Module, args: object, logits: Tensor) -> None:
        kept.append(logits.requires_grad)

    model[-1].register_forward_hook(note)
    RECORD.add(lambda _: ["model[-1].register_forward_hook(lambda layer, x, logits: print(logits.requires_grad))"])
    return kept


def generator_of(seed: int) -> torch.Generator:
    """A generator, named in the example."""
    return given(torch.Generator().manual_seed(seed), "generator", f"torch.Generator().manual_seed({seed})")


def same_draws(generator: torch.Generator, seed: int, draw: Callable[[torch.Generator], object], wanted: int) -> None:
    """Expect that a generator of this seed has made so many draws of one kind, no more and no fewer.

    Args:
        generator: the one that the answer was given.
        seed: its seed.
        draw: makes one draw.
        wanted: how many there should be.
    """
    fresh = torch.Generator().manual_seed(seed)
    made = 0
    while not torch.equal(fresh.get_state(), generator.get_state()) and made <= 2 * wanted + 1:
        draw(fresh)
        made += 1
    found = made <= 2 * wanted + 1
    came = f"has made {made}" if found else "is in a state that no such draws lead to"
    holds(
        made == wanted,
        f"the generator should have made {wanted} draw{'s' * (wanted != 1)}, and {came}",
        expected=f"draws: {wanted}",
        got=f"draws: {made if found else 'of another kind'}",
    )


@contextlib.contextmanager
def puts_back_the_mode(model: nn.Module, *, may_fail: bool = True) -> Iterator[None]:
    """Expect that the block leaves `model.training` as it was, also where the block ends in an error.

    Args:
        model: the model.
        may_fail: whether an error is part of the check; otherwise it is told.
    """
    before = model.training
    try:
        yield
    except NotImplementedError:
        raise
    except Exception:
        if not may_fail:
            raise
        # which kind it is depends on how the answer is written
    shown = "model.training is {}"
    holds(
        model.training == before,
        f"the model came in {'training' if before else 'evaluation'} mode and is left in the other one",
        expected=shown.format(before),
        got=shown.format(model.training),
    )

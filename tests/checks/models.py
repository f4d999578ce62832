"""What checks hand to an answer that runs a model: small models and generators, and the mode that must be put back.

A model is made by the very lines that a failing example shows.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from grader.checking.expect import RECORD, given, holds
from grader.sandbox.randomness import seeded

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
    with seeded(seed):
        exec(f"model = {text}", names)
    RECORD.add(lambda: [f"torch.manual_seed({seed})"])
    model: nn.Sequential = names["model"]
    return given(model, "model", text)


def gradients_kept(model: nn.Sequential) -> list[bool]:
    """A list that grows with each batch that the model scores: whether its logits could still be differentiated."""
    kept: list[bool] = []

    def note(layer: nn.Module, args: object, logits: Tensor) -> None:
        kept.append(logits.requires_grad)

    model[-1].register_forward_hook(note)
    RECORD.add(lambda: ["model[-1].register_forward_hook(lambda layer, x, logits: print(logits.requires_grad))"])
    return kept


def generator_of(seed: int) -> torch.Generator:
    """A generator, named in the example."""
    return given(torch.Generator().manual_seed(seed), "generator", f"torch.Generator().manual_seed({seed})")


@contextlib.contextmanager
def puts_back_the_mode(model: nn.Module) -> Iterator[None]:
    """Expect that the block leaves `model.training` as it was, also where the block ends in an error."""
    before = model.training
    try:
        yield
    except NotImplementedError:
        raise
    except Exception:
        pass  # which kind it is depends on how the answer is written
    shown = "model.training is {}"
    holds(
        model.training == before,
        f"the model came in {'training' if before else 'evaluation'} mode and is left in the other one",
        expected=shown.format(before),
        got=shown.format(model.training),
    )

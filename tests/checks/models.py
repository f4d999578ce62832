"""Small models and generators that checks pass to an answer, and checks that an answer leaves them unchanged.

A failing example shows the same lines that create the model, once for the answer and once for the oracle.
"""

import functools
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn

from grader.answers.random_state import torch_seeded
from grader.answers.steps import Name
from grader.language import Handle, call, given, holds, now, read, same, seeded, seen, state, state_of
from grader.language.comparisons import looked

PLAIN = ""
NORMALISED = "nn.BatchNorm1d({features}), "
DROPPING = "nn.Dropout(0.5), "


class Model(NamedTuple):
    """A model made twice: one for the answer and one for the oracle."""

    handle: Handle
    here: nn.Sequential


def small_model(
    *after: str,
    seed: int = 0,
    vocab_size: int = 5,
    context: int = 2,
    middle: str = PLAIN,
    dtype: torch.dtype = torch.float64,
    training: bool = True,
) -> Model:
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
    made = f"nn.Sequential({layers}nn.Linear({features}, {vocab_size})){form}"
    names: dict[str, Any] = {"torch": torch, "nn": nn}
    with torch_seeded(seed):
        exec(_compiled("\n".join([f"model = {made}", *after])), names)
    return Model(given("model", made, *after, seed=seed), names["model"])


@functools.cache
def _compiled(text: str) -> types.CodeType:
    return compile(text, "<model>", "exec")


def run(function: Name, *args: Any, **kwargs: Any) -> Handle:
    """Call an answer that runs a model. The global random state, from which dropout draws, and an answer too that
    should not, is the same each time: so that the same mistake gives the same numbers in every run.
    """
    with seeded(314_159):
        return call(function, *args, **kwargs)


def gradients_kept() -> Handle:
    """Return a list that grows with each batch that `model` scores: whether its logits require gradients."""
    hook = "model[-1].register_forward_hook(lambda layer, x, logits: recorded.append(logits.requires_grad))"
    return given("recorded", "[]", hook)


def generator_of(seed: int) -> Handle:
    """Make a generator, named in the example."""
    return given("generator", f"torch.Generator().manual_seed({seed})")


def same_draws(generator: Handle, seed: int, draw: Callable[[torch.Generator], object], wanted: int) -> None:
    """Expect that a generator of this seed has made so many draws of one kind, no more and no fewer.

    Args:
        generator: the one that the answer was given.
        seed: its seed.
        draw: makes one draw.
        wanted: how many there should be.
    """

    def made_by(used: torch.Generator) -> None:
        fresh = torch.Generator().manual_seed(seed)
        made, most = 0, 2 * wanted + 1
        while not torch.equal(fresh.get_state(), used.get_state()) and made <= most:
            draw(fresh)
            made += 1
        found = made <= most
        came = f"made {made}" if found else f"is in a state that no number of such draws up to {most} leads to"
        holds(
            made == wanted,
            f"the generator should have made {wanted} draw{'s' * (wanted != 1)}, and {came}",
            expected=f"draws: {wanted}",
            got=f"draws: {made if found else f'more than {most}, or of another kind'}",
        )

    looked(now(generator), made_by)


def mode_is_put_back(model: Handle, before: bool) -> None:
    """Expect that `model.training` has its previous value."""

    def is_so(training: Any) -> None:
        shown = "model.training is {}"
        holds(
            training == before,
            f"the model was in {'training' if before else 'evaluation'} mode and is now in the other mode",
            expected=shown.format(before),
            got=shown.format(training),
        )

    looked(read(model, "training"), is_so)


def is_unchanged(model: Model) -> None:
    """Expect that all parameters and buffers of a model have their initial values."""
    after = state(model.handle)
    for name, value in model.here.state_dict().items():
        came = seen(lambda told, name=name: state_of(told).state_dict.get(name), after)
        same(came, value, what=f"the model's `{name}`")

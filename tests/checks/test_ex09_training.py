"""Exercise 9: a mean over examples, the two modes and how they are restored, and a loop that equals plain SGD.

With a single example the drawn rows do not matter, and with rate 0 nothing but the rows matters. So a mistake in one
line of the loop shows in the check of that line.
"""

import re
from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any

import oracles
import pytest
import torch
from callers import CHANGED, LATER, gradients_flow, halved, object_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from models import (
    DROPPING,
    NORMALISED,
    PLAIN,
    Model,
    generator_of,
    gradients_kept,
    is_unchanged,
    mode_is_put_back,
    run,
    same_draws,
    small_model,
)
from strategies import FLOATS, LAYOUTS, SEEDS, laid_out, or_just, tokens
from torch import Tensor, nn

from grader import language
from grader.base import values_as_text
from grader.language import (
    Answers,
    Handle,
    Mismatch,
    accepts,
    aside,
    attribute,
    call,
    common_slip,
    do,
    gradient,
    holds,
    leaves_alone,
    looked,
    now,
    raises,
    read,
    refused,
    same,
    seeded,
    seen,
    train,
)

MODES = st.booleans()
UNFIT_LENGTHS = st.sampled_from([(0, 0), (3, 2), (2, 3), (1, 4)])
NO_EXAMPLES = ["example", "input", "target", "empty", 0, "Example", "Input", "Empty"]  # any of these words will do


def examples(count: int, seed: int, layout: str = "dense") -> tuple[Tensor, Tensor]:
    """Make windows of two of the tokens 0 to 4, and their targets."""
    targets = tokens(count, 1, 5, seed + 1)[:, 0]
    return laid_out(tokens(count, 2, 5, seed), layout), targets if layout == "dense" else laid_out(targets, "strided")


def rate(schedule: str) -> Callable[[int], float]:
    """Evaluate a schedule for the oracle from the text that creates it for the answer."""
    made: Callable[[int], float] = eval(schedule)
    return made


def asked(schedule: str, **sizes: int) -> dict[str, Any]:
    """Arguments of `train`: a schedule, named in the example, and sizes."""
    return {**sizes, "learning_rate": language.given("rate", schedule)}


def same_losses(losses: Handle, expected: list[float], part: Callable[[int, float], str]) -> None:
    """Compare each step's loss; the message names the first step at which they part.

    Args:
        losses: what `train` returned.
        expected: each step's loss.
        part: of a step and its loss, what may be wrong.
    """
    looked(losses, lambda got: are_the_same_losses(got, expected, part))


def are_the_same_losses(got: Any, expected: list[float], part: Callable[[int, float], str]) -> None:
    """Compare them where they are values."""
    difference = f"train returns {type(got).__name__}, expected a list{common_slip(got)}"
    holds(isinstance(got, list), difference, expected=expected, got=got)
    for step, (loss, wanted) in enumerate(zip(got, expected, strict=False)):
        try:
            same(loss, wanted, what=f"the loss of step {step}")
        except Mismatch as mismatch:
            if not isinstance(loss, float):
                raise Mismatch(mismatch.difference, expected=expected, got=got) from None
            digits = values_as_text.digits_apart(wanted, loss)
            rows = (marked(losses, step, digits) for losses in (expected, got))
            difference = f"the loss of step {step}: {rounded(wanted, digits)} expected, {rounded(loss, digits)} got"
            raise Mismatch(f"{difference}; {part(step, loss)}", expected=next(rows), got=next(rows), came=got) from None
    same(len(got), len(expected), what="the number of losses")


def rounded(loss: Any, digits: int) -> str:
    """Write a loss with enough digits to distinguish it from another one."""
    return values_as_text.number(loss, digits)


def marked(losses: list[Any], step: int, digits: int) -> str:
    """Write all losses, with that of one step between » and «."""
    words = [rounded(loss, digits) for loss in losses]
    words[step] = f"»{words[step]}«"
    return f"[{', '.join(words)}]"


def of_one_example(step: int, _: float) -> str:
    """Say what may be wrong if every step uses the same rows."""
    if step == 0:
        return "no update should come before it"
    return f"earlier losses agree, so the update of step {step - 1} or the loss of step {step} is wrong"


def of_many_examples(step: int, _: float) -> str:
    """Say what may be wrong if each step draws rows and updates the parameters."""
    if step == 0:
        return "no update should come before it, so look at the rows and the loss"
    return (
        f"earlier losses agree, so look at the update of step {step - 1}, and at the rows and the loss of step {step}"
    )


def same_parameters(model: Model, expected: nn.Module) -> None:
    """Compare each parameter of the model that was trained with the oracle's."""
    for name, parameter in expected.named_parameters():
        same(attribute(model.handle, name), parameter, what=f"`{name}`")


def trained(
    model: Model, inputs: Tensor, targets: Tensor, schedule: str, sizes: dict[str, int], seed: int = 0
) -> tuple[nn.Module, list[float]]:
    """Train the oracle's copy of the model, and return it with the loss of each step."""
    generator = torch.Generator().manual_seed(seed)
    return oracles.sgd(
        model.here,
        inputs,
        targets,
        steps=sizes["steps"],
        batch_size=sizes["batch_size"],
        learning_rate=rate(schedule),
        generator=generator,
    )


def run_train(
    answers: Answers, model: Model, inputs: Tensor, targets: Tensor, schedule: str, sizes: dict[str, int], seed: int
) -> Handle:
    """Call the answer's `train` on the model."""
    generator, arguments = generator_of(seed), asked(schedule, **sizes)
    return run(answers.ex09_training.train, model.handle, inputs, targets, generator=generator, **arguments)


@pytest.mark.worth(0.5, "mean")
def test_short_last_batch(answers: Answers) -> None:
    """With five examples in batches of four, the last one has the same weight as each of the others: a fifth."""
    inputs, targets = examples(5, 0)
    model = small_model(training=False)
    expected = oracles.mean_cross_entropy(model.here, inputs, targets)
    same(run(answers.ex09_training.mean_loss, model.handle, inputs, targets, batch_size=4), expected)


@pytest.mark.worth(1.25, "mean")
@settings(max_examples=12)
@given(st.integers(1, 7), st.sampled_from([3, 4, 2, 5, 1, 9]), SEEDS, LAYOUTS, st.sampled_from([0, 0, 10_000, -10_000]))
@example(3, 2, 0, "dense", 10_000)
def test_mean_over_all_examples(
    answers: Answers, count: int, batch_size: int, seed: int, layout: str, shift: int
) -> None:
    """`mean_loss` is the mean cross-entropy over all examples, as a float, for any batch size and for logits of any
    size: adding a number to all of them changes nothing.
    """
    inputs, targets = examples(count, seed, layout)
    model = small_model(*[f"model[-1].bias.data += {shift}"] * bool(shift), seed=seed, training=False)
    expected = oracles.mean_cross_entropy(model.here, inputs, targets)
    same(run(answers.ex09_training.mean_loss, model.handle, inputs, targets, batch_size=batch_size), expected)


@pytest.mark.worth(0.75, "evaluation")
@settings(max_examples=10)
@given(st.sampled_from([NORMALISED, DROPPING]), st.integers(2, 5), SEEDS, MODES)
def test_loss_is_measured_in_evaluation_mode(
    answers: Answers, middle: str, count: int, seed: int, training: bool
) -> None:
    """`mean_loss` runs the model in evaluation mode: batch normalisation uses its running statistics, and dropout drops
    nothing.
    """
    inputs, targets = examples(count, seed)
    model = small_model(seed=seed, middle=middle, training=training)
    expected = oracles.mean_cross_entropy(model.here, inputs, targets)
    same(run(answers.ex09_training.mean_loss, model.handle, inputs, targets), expected)
    alone = oracles.mean_cross_entropy(model.here, inputs[:1], targets[:1])
    got = run(answers.ex09_training.mean_loss, model.handle, inputs[:1].clone(), targets[:1].clone())
    same(got, alone, what="the loss of a single example")


@pytest.mark.worth(0.5, "evaluation")
@settings(max_examples=4)
@given(st.integers(1, 3), SEEDS)
def test_loss_is_measured_without_gradients(answers: Answers, batch_size: int, seed: int) -> None:
    """`mean_loss` runs the model without gradients: nothing is recorded for a backward pass. Afterwards
    gradients are recorded as before.
    """
    model = small_model(seed=seed)
    inputs, targets = examples(3, seed)
    recorded = gradients_kept()
    loss = run(answers.ex09_training.mean_loss, model.handle, inputs, targets, batch_size=batch_size)
    same(loss, oracles.mean_cross_entropy(model.here, inputs, targets))
    holds(
        not seen(any, now(recorded)),
        "the model's logits are recorded for gradients",
        expected="logits.requires_grad is False",
        got="logits.requires_grad is True",
    )
    gradients_flow(call(model.handle, inputs), "`mean_loss`")


def measured(answers: Answers, training: bool) -> Model:
    """Return a model that `mean_loss` has measured once, back in its mode, because an answer that does nothing would
    also leave the mode unchanged.
    """
    model, (inputs, targets) = small_model(middle=NORMALISED, training=training), examples(3, 0)
    loss = run(answers.ex09_training.mean_loss, model.handle, inputs, targets)
    same(loss, oracles.mean_cross_entropy(model.here, inputs, targets))
    train(model.handle, not training)
    train(model.handle, training)
    return model


@pytest.mark.worth(0.5, "mode")
@settings(max_examples=6)
@given(MODES, st.integers(1, 4))
def test_measuring_puts_the_mode_back(answers: Answers, training: bool, batch_size: int) -> None:
    """`mean_loss` returns the loss and leaves the model in the mode it was in, training or evaluation."""
    model = measured(answers, training)
    run(answers.ex09_training.mean_loss, model.handle, *examples(3, 0), batch_size=batch_size)
    mode_is_put_back(model.handle, training)
    do([f"model[0].train({not training})"])  # whatever a part of it is in: what counts is the model's own mode
    run(answers.ex09_training.mean_loss, model.handle, *examples(3, 0), batch_size=batch_size)
    mode_is_put_back(model.handle, training)


@pytest.mark.worth(0.5, "mode")
@settings(max_examples=16)
@given(MODES, st.sampled_from(["token", "target", "batch size"]), st.sampled_from([0, 2]), st.sampled_from([1, 3]))
def test_measuring_puts_the_mode_back_after_an_error(
    answers: Answers, training: bool, unknown: str, place: int, batch_size: int
) -> None:
    """`mean_loss` returns the loss and leaves the model in its mode even if the model or the loss raises an error."""
    inputs, targets = examples(3, 0)
    model = measured(answers, training)
    if unknown == "batch size":
        batch_size = 0
    else:
        (inputs[:, 0] if unknown == "token" else targets)[place] = 7
    with seeded(314_159):
        refused(answers.ex09_training.mean_loss, model.handle, inputs, targets, batch_size=batch_size)
    mode_is_put_back(model.handle, training)


@pytest.mark.worth(0.15, "refuses", kind="errors")
@settings(max_examples=3)
@given(st.integers(-2, 0))
def test_measuring_refuses_a_batch_size_below_one(answers: Answers, batch_size: int) -> None:
    """In `mean_loss`, a batch_size below 1 raises a ValueError whose message includes `batch_size` and its value."""
    function = answers.ex09_training.mean_loss
    with aside():
        accepts(function, small_model().handle, *examples(3, 0), batch_size=1)
    raises(
        ValueError,
        function,
        small_model().handle,
        *examples(3, 0),
        batch_size=batch_size,
        naming=["batch"],
        values=[batch_size],
    )


@pytest.mark.worth(0.15, "refuses", kind="errors")
@settings(max_examples=8)
@given(UNFIT_LENGTHS, st.sampled_from([1, 3]))
@example((3, 2), 1)
def test_measuring_refuses_no_examples_and_unequal_lengths(
    answers: Answers, lengths: tuple[int, int], batch_size: int
) -> None:
    """In `mean_loss`, no examples, or different numbers of inputs and targets, raise a ValueError that says so."""
    inputs, targets = examples(5, 0)
    values = list(lengths) if any(lengths) else NO_EXAMPLES
    with aside():
        accepts(answers.ex09_training.mean_loss, small_model().handle, inputs, targets, batch_size=batch_size)
    arguments = small_model().handle, inputs[: lengths[0]], targets[: lengths[1]]
    raises(ValueError, answers.ex09_training.mean_loss, *arguments, values=values, batch_size=batch_size)


@pytest.mark.worth(0.25, "effects", "mean")
@settings(max_examples=8)
@given(st.integers(0, 1), st.sampled_from([NORMALISED, PLAIN]), FLOATS)
def test_measuring_changes_nothing(answers: Answers, seed: int, middle: str, dtype: torch.dtype) -> None:
    """`mean_loss` changes neither inputs nor targets nor the model, and leaves the global random state alone. Nothing
    is kept: the loss is that of the examples and the weights of now.
    """
    inputs, targets = examples(4, seed)
    model = small_model(
        "model[0].weight.grad = torch.ones_like(model[0].weight)", seed=seed, middle=middle, dtype=dtype
    )

    def is_close(made: Handle, inputs: Tensor, targets: Tensor, when: str) -> None:
        expected = oracles.mean_cross_entropy(model.here, inputs, targets)

        def fits(got: Any) -> None:
            close = isinstance(got, float) and abs(got - expected) < 1e-5 * max(1.0, expected)
            digits = 12 if dtype == torch.float64 else 4  # the others depend on the order in which one adds
            shown = round(got, digits) if isinstance(got, float) else got
            holds(close, f"the mean loss is wrong {when}", expected=round(expected, digits), got=shown)

        looked(made, fits)

    mean_loss, of_model = answers.ex09_training.mean_loss, f"for a {dtype} model"
    with leaves_alone(inputs=inputs, targets=targets):
        is_close(call(mean_loss, model.handle, inputs, targets, batch_size=3), inputs, targets, of_model)
    is_unchanged(model)
    before = torch.ones(5, 2, dtype=dtype)
    same(gradient(model.handle, "0.weight"), before, what="the gradient that was there before")
    objects = object_of("inputs", inputs), object_of("targets", targets)
    is_close(call(mean_loss, model.handle, *objects, batch_size=3), inputs, targets, of_model)
    halved(model.handle)
    with torch.no_grad():
        for parameter in model.here.parameters():
            parameter.mul_(0.5)
    is_close(call(mean_loss, model.handle, *objects, batch_size=3), inputs, targets, "after the weights were halved")
    do(["inputs.add_(1).remainder_(5)", "targets.add_(1).remainder_(5)"])
    inputs, targets = (inputs + 1) % 5, (targets + 1) % 5
    is_close(call(mean_loss, model.handle, *objects, batch_size=3), inputs, targets, f"in {CHANGED}")


@pytest.mark.worth(1, "decay")
@settings(max_examples=30)
@given(
    or_just(st.integers(1, 20), 200_000),
    st.integers(0, 8),
    st.integers(-1, 1),
    st.sampled_from([(0.5, 0.25), (1, 3)]),
)
def test_step_decay_around_the_boundary(
    answers: Answers, steps: int, eighths: int, beside: int, rates: tuple[float, float]
) -> None:
    """`step_decay` is `initial` while step < boundary * steps, and `final` from there on."""
    initial, final = map(float, rates)
    boundary = eighths / 8
    step = max(int(boundary * steps) + beside, 0)
    got = call(answers.ex09_training.step_decay, step, steps, initial=initial, final=final, boundary=boundary)
    same(got, initial if 8 * step < eighths * steps else final)


@pytest.mark.worth(0.5, "decay")
@settings(max_examples=10)
@given(st.sampled_from([(0, 8), (5, 8), (6, 8), (7, 8), (149_999, 200_000), (150_000, 200_000), (0, 1), (0, 0)]))
def test_step_decay_by_default(answers: Answers, place: tuple[int, int]) -> None:
    """By default `step_decay` is 0.1 for the first three quarters of the steps and 0.01 from there on; with steps = 0
    it is 0.01.
    """
    step, steps = place
    same(call(answers.ex09_training.step_decay, step, steps), 0.1 if step * 4 < steps * 3 else 0.01)


@pytest.mark.worth(1.75, "sgd")
@settings(max_examples=8)
@given(st.integers(1, 4), st.sampled_from([0.1, 0.5, 2.0]), SEEDS, FLOATS)
@example(2, 0.1, 0, torch.float64)
@example(2, 0.1, 2, torch.float64)
def test_one_step(answers: Answers, batch_size: int, size: float, seed: int, dtype: torch.dtype) -> None:
    """One step of `train` subtracts the rate times the gradient of the mean cross-entropy from each parameter, however
    large the gradient is.
    """
    inputs, targets = examples(1, seed)
    # not in float32, where gradients of 1,000 cancel to within its rounding
    large = ["model[-1].weight.data *= 1000"] * (seed < 3 and dtype == torch.float64)
    model = small_model(*large, seed=seed, dtype=dtype)
    schedule, sizes = f"lambda step: {size}", {"steps": 1, "batch_size": batch_size}
    expected, _ = trained(model, inputs, targets, schedule, sizes)
    run_train(answers, model, inputs, targets, schedule, sizes, seed)
    same_parameters(model, expected)


def rows_with_loss(model: nn.Module, inputs: Tensor, targets: Tensor, size: int, loss: float) -> list[int]:
    """Find rows whose mean loss this is: a batch, at most four rows, or all; an empty list if there are none."""
    rows = range(len(inputs))
    alone = [oracles.mean_cross_entropy(model, inputs[row, None], targets[row, None]) for row in rows]
    counts = [size, 1, 2, 3, 4] if size <= 4 else [1, 2, 3, 4]
    batches = [batch for count in counts for batch in combinations_with_replacement(rows, count)]
    fitting = (
        list(batch)
        for batch in [*batches, rows]
        if abs(sum(alone[row] for row in batch) / len(batch) - loss) < 1e-9 * max(1.0, loss)
    )
    return next(fitting, [])


@pytest.mark.worth(1, "rows")
@settings(max_examples=8)
@given(st.integers(2, 8), st.integers(1, 4) | st.none(), st.integers(1, 4), SEEDS, LAYOUTS)
def test_each_step_draws_its_rows(
    answers: Answers, count: int, batch_size: int | None, steps: int, seed: int, layout: str
) -> None:
    """Each step draws its rows by `torch.randint(len(inputs), (batch_size,), generator=generator)`, and only once."""
    inputs, targets = examples(count, seed, layout)
    model, generator = small_model(seed=seed), generator_of(seed)
    size = batch_size or 32
    _, expected = trained(model, inputs, targets, "lambda step: 0.0", {"steps": steps, "batch_size": size}, seed)
    draws = torch.Generator().manual_seed(seed)
    rows = [torch.randint(count, (size,), generator=draws).tolist() for _ in range(steps)]
    arguments = asked("lambda step: 0.0", steps=steps) | ({} if batch_size is None else {"batch_size": batch_size})
    got = run(answers.ex09_training.train, model.handle, inputs, targets, generator=generator, **arguments)

    def drawn(step: int, loss: float) -> str:
        draw = f"draw {step + 1} of the generator is [{', '.join(map(str, rows[step][:8]))}{', ...' * (size > 8)}]"
        others = rows_with_loss(model.here, inputs, targets, size, loss)
        return f"it is the loss of rows {others}, but {draw}" if others else f"{of_many_examples(step, loss)}: {draw}"

    same_losses(got, expected, drawn)
    same_draws(generator, seed, lambda drawing: torch.randint(count, (size,), generator=drawing), steps)


@pytest.mark.worth(0.75, "schedule")
@settings(max_examples=6)
@given(st.integers(0, 4), st.integers(1, 3), SEEDS)
def test_each_step_asks_for_its_own_rate(answers: Answers, only: int, more: int, seed: int) -> None:
    """The rate of each step is learning_rate(step), with steps counted from 0; at rate 0 nothing changes."""
    inputs, targets = examples(1, seed)
    model, generator = small_model(seed=seed), generator_of(seed)
    steps, schedule = only + more + 1, f"lambda step: 1.0 if step == {only} else 0.0"
    arguments = asked(schedule, steps=steps, batch_size=2)

    def moves_once(losses: Any) -> None:
        difference = f"train returns {type(losses).__name__}, expected a list{common_slip(losses)}"
        holds(isinstance(losses, list), difference, got=losses)
        moves = [step for step in range(len(losses) - 1) if abs(losses[step + 1] - losses[step]) > 1e-9]
        when = f"the steps {moves}" if moves else "no step"
        holds(
            moves == [only],
            f"the loss changes after {when}: only step {only} has a rate above 0",
            expected=f"{steps} losses that change after step {only} alone",
            got=losses,
        )

    looked(
        run(answers.ex09_training.train, model.handle, inputs, targets, **arguments, generator=generator), moves_once
    )


@pytest.mark.worth(0.75, "cleared")
@settings(max_examples=10)
@given(st.integers(1, 4), st.booleans(), SEEDS)
def test_gradients_are_cleared_before_each_step(answers: Answers, steps: int, stale: bool, seed: int) -> None:
    """Gradients are cleared before each step: neither those of earlier steps nor from before the call are added."""
    inputs, targets = examples(1, seed)
    old = ["for p in model.parameters(): p.grad = torch.ones_like(p)"]
    model = small_model(*old * stale, seed=seed)
    sizes = {"steps": steps, "batch_size": 2}
    expected, losses = trained(model, inputs, targets, "lambda step: 0.5", sizes)
    got = run_train(answers, model, inputs, targets, "lambda step: 0.5", sizes, seed)
    same_losses(got, losses, of_one_example)
    same_parameters(model, expected)


@pytest.mark.worth(0.5, "cleared")
@settings(max_examples=10)  # all there are
@given(
    st.sampled_from(["unused", "unused, with an old gradient", "frozen", "frozen, with an old gradient"]),
    st.integers(0, 1),
)
def test_a_parameter_without_a_gradient_stays(answers: Answers, kind: str, seed: int) -> None:
    """A parameter that the loss does not use, or that is frozen, has no gradient and does not change."""
    after = {
        "unused": ["model.spare = nn.Parameter(torch.ones(2))"],
        "unused, with an old gradient": [
            "model.spare = nn.Parameter(torch.ones(2))",
            "model.spare.grad = torch.ones(2)",
        ],
        "frozen": ["model[0].weight.requires_grad_(False)"],
        "frozen, with an old gradient": [
            "model[0].weight.requires_grad_(False)",
            "model[0].weight.grad = torch.ones_like(model[0].weight)",
        ],
    }[kind]
    model = small_model(*after, seed=seed)
    name = "0.weight" if kind.startswith("frozen") else "spare"
    before = model.here.get_parameter(name).detach()
    sizes, (inputs, targets) = {"steps": 2, "batch_size": 2}, examples(3, seed)
    _, losses = trained(model, inputs, targets, "lambda step: 0.5", sizes, seed)
    got = run_train(answers, model, inputs, targets, "lambda step: 0.5", sizes, seed)

    def is_as_before(after: Tensor) -> None:
        holds(torch.equal(after, before), f"`{name}` has changed", expected=before, got=after)

    looked(attribute(model.handle, name, Tensor), is_as_before)
    same_losses(got, losses, of_many_examples)


@pytest.mark.worth(0.5, "trains")
@settings(max_examples=6)
@given(st.integers(2, 4), MODES, SEEDS)
def test_trains_in_training_mode(answers: Answers, batch_size: int, training: bool, seed: int) -> None:
    """`train` runs the model in training mode, even if it was in evaluation mode: it uses batch statistics."""
    inputs, targets = examples(1, seed)
    model = small_model(seed=seed, middle=NORMALISED, training=training)
    before = model.here.state_dict()["2.running_mean"].clone()
    sizes = {"steps": 2, "batch_size": batch_size}
    _, losses = trained(model, inputs, targets, "lambda step: 0.0", sizes)
    got = run_train(answers, model, inputs, targets, "lambda step: 0.0", sizes, seed)
    same_losses(got, losses, of_one_example)
    mean = attribute(model.handle, "2.running_mean", Tensor)
    moved = seen(lambda after: not torch.equal(after, before), mean)
    holds(moved, "the running statistics of the batch normalisation did not change")


@pytest.mark.worth(0.5, "trains", "sgd")
@settings(max_examples=6)
@given(st.integers(0, 2), MODES)
@example(1, False)
def test_ends_in_training_mode(answers: Answers, steps: int, training: bool) -> None:
    """After `train` the model is in training mode, whatever mode it was in, and there is one loss per step; no steps
    give [].
    """
    model = small_model(training=training)
    losses = run_train(answers, model, *examples(3, 0), "lambda step: 0.5", {"steps": steps, "batch_size": 2}, 0)
    holds(
        seen(lambda mode: mode is True, read(model.handle, "training")),
        "the model is not in training mode after train",
        expected="model.training is True",
        got="model.training is False",
    )

    def one_each(made: Any) -> None:
        holds(
            isinstance(made, list) and len(made) == steps and all(isinstance(loss, float) for loss in made),
            "train does not return a list with one float per step",
            expected=f"a list of {steps} floats",
            got=made,
        )

    looked(losses, one_each)


# Token 4 makes a loss that is not finite: its embedding is infinite, or its logits are too far apart for a float.
NOT_FINITE = {
    "nan": ["model[0].weight.data[4] = float('inf')"],
    "inf": [
        "model[0].weight.data[4, 0] = 4e307",
        "model[0].weight.data[4, 1] = 0",
        "model[2].weight.data[:, ::2] = torch.tensor([[2.0], [-2], [-2], [-2], [-2]])",
    ],
}


def trains(answers: Answers, seed: int) -> None:
    """Expect that valid arguments do train, because an answer that always raises an error checks nothing."""
    with aside():
        arguments = asked("lambda step: 0.1", steps=1, batch_size=2)
        model, generator = small_model(seed=seed), generator_of(seed)
        accepts(answers.ex09_training.train, model.handle, *examples(3, seed), generator=generator, **arguments)


def stops_at(answers: Answers, kind: str, inputs: Tensor, targets: Tensor, seed: int, step: int) -> None:
    """Expect the error for a loss that is not finite at that step, and the parameters from before the step."""
    model, generator = small_model(*NOT_FINITE[kind], seed=seed), generator_of(seed)
    expected, _ = trained(model, inputs, targets, "lambda step: 0.1", {"steps": step, "batch_size": 2}, seed)
    function = answers.ex09_training.train
    trains(answers, seed)
    arguments = asked("lambda step: 0.1", batch_size=2, steps=step + 3) | {"generator": generator}
    try:
        with seeded(seed):
            raises(FloatingPointError, function, model.handle, inputs, targets, values=[step], shown=True, **arguments)
    except Mismatch as mismatch:
        from_one = isinstance(mismatch.came, FloatingPointError) and re.search(rf"\b{step + 1}\b", str(mismatch.came))
        difference = f"the message includes {step + 1} and not {step}; the step was {step}, counted from 0"
        raise Mismatch(
            difference if from_one else mismatch.difference,
            expected=mismatch.expected,
            got=mismatch.got,
            came=mismatch.came,
        ) from None
    same_parameters(model, expected)


@pytest.mark.worth(0.45, "finite", kind="errors")
@settings(max_examples=6)
@given(st.sampled_from(["nan", "inf"]), SEEDS)
@example("nan", 0)
def test_stops_at_a_first_loss_that_is_not_finite(answers: Answers, kind: str, seed: int) -> None:
    """A loss of nan or inf at step 0 raises a FloatingPointError whose message includes step 0, and no parameter
    changes.
    """
    stops_at(answers, kind, torch.tensor([[4, 4]]), torch.tensor([1]), seed, 0)


@pytest.mark.worth(0.45, "finite", kind="errors")
@settings(max_examples=10)
@given(st.sampled_from(["inf", "nan"]), st.integers(0, 9), SEEDS)
@example("inf", 0, 0)
def test_stops_at_a_later_loss_that_is_not_finite(answers: Answers, kind: str, nth: int, seed: int) -> None:
    """A loss that is not finite raises a FloatingPointError whose message includes the step; the parameters are those
    from before that step.
    """
    draws, first = torch.Generator().manual_seed(seed), dict[int, int]()
    for step in range(12):
        for row in torch.randint(8, (2,), generator=draws).tolist():
            first.setdefault(row, step)
    row = sorted(first, key=first.__getitem__)[nth % len(first)]
    inputs, targets = tokens(8, 2, 4, seed), tokens(8, 1, 4, seed + 1)[:, 0]
    inputs[row], targets[row] = 4, 1
    stops_at(answers, kind, inputs, targets, seed, first[row])


@pytest.mark.worth(0.15, "refuses", kind="errors")
@settings(max_examples=8)
@given(st.sampled_from(["steps", "batch_size"]), st.integers(-2, -1), st.sampled_from([0, 2]))
def test_train_refuses_sizes_that_are_too_small(answers: Answers, name: str, size: int, steps: int) -> None:
    """In `train`, steps < 0 or batch_size < 1 raises a ValueError whose message includes the argument and its value."""
    trains(answers, 0)
    size += name == "batch_size"
    arguments = asked("lambda step: 0.1", **{"steps": steps, "batch_size": 2, name: size})
    naming = [name.partition("_")[0]]
    raises(
        ValueError,
        answers.ex09_training.train,
        small_model().handle,
        *examples(3, 0),
        naming=naming,
        values=[size],
        generator=generator_of(0),
        **arguments,
    )


@pytest.mark.worth(0.15, "refuses", kind="errors")
@settings(max_examples=8)
@given(UNFIT_LENGTHS, st.sampled_from([0, 2]))
def test_train_refuses_no_examples_and_unequal_lengths(answers: Answers, lengths: tuple[int, int], steps: int) -> None:
    """In `train`, no examples, or different numbers of inputs and targets, raise a ValueError that says so."""
    trains(answers, 0)
    inputs, targets = examples(5, 0)
    values = list(lengths) if any(lengths) else NO_EXAMPLES
    positional = small_model().handle, inputs[: lengths[0]], targets[: lengths[1]]
    arguments = asked("lambda step: 0.1", steps=steps, batch_size=2)
    function = answers.ex09_training.train
    raises(ValueError, function, *positional, values=values, generator=generator_of(0), **arguments)


@pytest.mark.worth(0.5, "effects")
@settings(max_examples=4)
@given(st.sampled_from([PLAIN, NORMALISED]), SEEDS)
def test_train_changes_only_the_model(answers: Answers, middle: str, seed: int) -> None:
    """`train` changes neither inputs nor targets, and leaves the global random state alone. Each training
    returns a new list of losses.
    """
    inputs, targets = examples(4, seed)
    model, generator = small_model(seed=seed, middle=middle), generator_of(seed)
    _, losses = trained(model, inputs, targets, "lambda step: 0.1", {"steps": 2, "batch_size": 3}, seed)
    arguments = asked("lambda step: 0.1", steps=2, batch_size=3)
    with leaves_alone(inputs=inputs, targets=targets):
        got = call(answers.ex09_training.train, model.handle, inputs, targets, generator=generator, **arguments)
    same_losses(got, losses, of_many_examples)
    sizes = {"steps": 1, "batch_size": 3}
    model = small_model(seed=seed, middle=middle)
    shorter = run_train(answers, model, inputs, targets, "lambda step: 0.1", sizes, seed)
    same_losses(shorter, losses[:1], of_many_examples)
    same(seen(len, now(got)), 2, what=f"the number of losses, {LATER}")


RATES = st.sampled_from(["lambda step: 0.5", "lambda step: 0.4 / (step + 1)", "lambda step: 0.3 * (step % 3)"])


@pytest.mark.worth(1.5, "sgd")
@settings(max_examples=8)
@given(
    st.sampled_from([PLAIN, NORMALISED]),
    st.integers(1, 8),
    st.integers(2, 4),
    st.integers(1, 5),
    RATES,
    SEEDS,
    st.booleans(),
)
def test_equals_a_loop_with_sgd(
    answers: Answers, middle: str, count: int, batch_size: int, steps: int, schedule: str, seed: int, tied: bool
) -> None:
    """The losses and parameters of `train` equal those of a loop with `torch.optim.SGD`; a parameter shared by two
    layers counts as one parameter.
    """
    inputs, targets = examples(count, seed)
    context = 1 if tied else 2
    inputs = inputs[:, :context].clone()
    model = small_model(*["model[-1].weight = model[0].weight"] * tied, seed=seed, middle=middle, context=context)
    sizes = {"steps": steps, "batch_size": batch_size}
    expected, losses = trained(model, inputs, targets, schedule, sizes, seed)
    got = run_train(answers, model, inputs, targets, schedule, sizes, seed)
    same_losses(got, losses, of_many_examples)
    same_parameters(model, expected)

"""Exercise 14: write the test that accepts every right `FlattenConsecutive` and rejects every wrong one."""

import itertools
import math
import random

import numpy as np
import torch
from torch import Tensor, nn

# BEGIN SOLUTION
GROUPS = (1, 2, 3)
WINDOWS = (1, 3)  # a batch of one, where a careless squeeze() drops an axis too many, and a real batch
LENGTHS = (1, 2, 3)  # output places: one group left, and enough of them that the second is not the last
DTYPES = (torch.float32, torch.float64)
MODES = (True, False)
LAYOUTS = (torch.clone, lambda x: x.mT.contiguous().mT)  # as it is read, and in another order in memory
CHANNELS = 2
REFUSED_GROUPS = (0, -1)
# Groups and shapes that do not fit: remainders (all windows together would fill whole groups), two axes, four axes.
REFUSED_SHAPES = ((2, (2, 3, 1)), (3, (3, 4, 2)), (3, (3, 5, 2)), (2, (2, 4)), (2, (1, 4, 2, 1)))


def _expected(x: Tensor, group: int) -> Tensor:
    """Apply the definition place by place: the channels of the neighbours one after another, the oldest first."""
    starts = range(0, x.shape[1], group)
    places = [torch.hstack([x[:, start + k] for k in range(group)]) for start in starts]
    return torch.stack(places, dim=1) if len(places) > 1 else places.pop()


def _inputs(group: int) -> list[Tensor]:
    """Make inputs of every kind, each with distinct values, so that a value shows where it came from."""
    inputs, generator = [], torch.Generator()
    for batch, length, dtype in itertools.product(WINDOWS, LENGTHS, DTYPES):
        shape = batch, length * group, CHANNELS
        for laid_out in LAYOUTS:
            x = torch.randperm(math.prod(shape), generator=generator).to(dtype).reshape(shape)
            inputs.append(laid_out(x))
    return inputs


def _random_states() -> tuple[object, ...]:
    numpy_state = np.random.get_state(legacy=False)["state"]
    return random.getstate(), numpy_state["key"].tobytes(), numpy_state["pos"], torch.get_rng_state().numpy().tobytes()


def _assert_same(*, got: Tensor, expected: Tensor) -> None:
    """Compare shape and dtype before values, so that nothing is broadcast."""
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    assert (got == expected).all()


def _assert_refused(function: type | nn.Module, argument: object) -> None:
    try:
        function(argument)
    except ValueError:
        return
    raise AssertionError


def _assert_call(layer: nn.Module, group: int, x: Tensor) -> None:
    """Check one call: its result, its argument, and its gradient.

    The gradient of each result value is that value, and must reach the place that it came from.
    """
    expected, leaf = _expected(x, group), x.clone().requires_grad_()
    got = layer(leaf)
    _assert_same(got=leaf, expected=x)
    _assert_same(got=got, expected=expected)
    got.backward(expected)
    assert leaf.grad is not None
    _assert_same(got=leaf.grad, expected=x)


def _assert_right(cls: type[nn.Module]) -> None:
    assert issubclass(cls, nn.Module)
    for group in REFUSED_GROUPS:
        _assert_refused(cls, group)
    for group, shape in REFUSED_SHAPES:
        _assert_refused(cls(group), torch.zeros(shape))
    for group in GROUPS:
        layer = cls(group)
        calls = list(itertools.product(_inputs(group), MODES))
        states = _random_states()
        for x, training in calls:
            _assert_call(layer.train(training), group, x)
        assert _random_states() == states


# END SOLUTION


def check_flatten_consecutive(cls: type[nn.Module]) -> None:
    """Test a class against exercise 5's contract of `FlattenConsecutive`; ignore the text of error messages.

    Args:
        cls: a right or a wrong class; it is built by `cls(group)`, and its objects are called as `layer(x)`.

    Returns:
        None if the class is right, however it is written.

    Raises:
        AssertionError: the class is wrong, or raises an error that the contract does not ask for.
    """
    # BEGIN SOLUTION
    try:
        _assert_right(cls)
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(repr(error)) from error
    # END SOLUTION

"""Exercise 14: write the test that tells every right `FlattenConsecutive` from every wrong one, whatever its code."""

import random

import numpy as np
import torch
from torch import Tensor, nn

# BEGIN SOLUTION
WINDOWS = (1, 3)  # a batch of one, where a careless squeeze() drops an axis too many, and a real batch
LENGTHS = (1, 2, 3)  # output places: one group left, and enough of them that the second is not the last
CHANNELS = 2


def _expected(x: Tensor, group: int) -> Tensor:
    """The definition, place by place: the channels of the neighbours one after the other, the oldest first."""
    starts = range(0, x.shape[1], group)
    places = [torch.cat([x[:, start + k] for k in range(group)], dim=-1) for start in starts]
    return torch.stack(places, dim=1) if len(places) > 1 else places[0]


def _inputs(group: int, generator: torch.Generator) -> list[Tensor]:
    """Inputs of every kind; of the values in one no two are equal, so that each says where it came from."""
    inputs = []
    for batch in WINDOWS:
        for length in LENGTHS:
            size = batch * length * group * CHANNELS
            for dtype in (torch.float32, torch.float64):
                # two of one shape, the second laid out otherwise in memory: what is kept by shape shows
                for memory in (1, 2):
                    x = torch.randperm(size, generator=generator).to(dtype).reshape(batch, length * group, CHANNELS)
                    inputs.append(x.transpose(1, memory).contiguous().transpose(1, memory))
    return inputs


def _random_states() -> tuple[object, ...]:
    numpy_state = np.random.get_state(legacy=False)["state"]
    return random.getstate(), numpy_state["key"].tobytes(), numpy_state["pos"], torch.get_rng_state().numpy().tobytes()


def _assert_same(got: object, expected: Tensor, what: str) -> None:
    """Kind, shape and dtype before values, so that nothing is broadcast."""
    assert isinstance(got, Tensor), f"{what} is no tensor"
    assert got.shape == expected.shape, f"{what} has shape {tuple(got.shape)}, expected {tuple(expected.shape)}"
    assert got.dtype == expected.dtype, f"{what} has dtype {got.dtype}, expected {expected.dtype}"
    assert torch.equal(got, expected), f"{what} is {got.tolist()}, expected {expected.tolist()}"


def _assert_refused(function: type | nn.Module, argument: object) -> None:
    try:
        function(argument)
    except ValueError:
        return
    raise AssertionError(f"no ValueError for {argument}")


def _assert_gradients(layer: nn.Module, group: int) -> None:
    """Each value of the result has another weight, which must come back as the gradient of the place it came from."""
    x = torch.zeros(2, 2 * group, CHANNELS, requires_grad=True)
    weights = torch.arange(1.0, x.numel() + 1).reshape(x.shape)
    (layer(x) * _expected(weights, group)).sum().backward()
    _assert_same(x.grad, weights, "the gradient")


def _assert_right(cls: type[nn.Module]) -> None:
    assert issubclass(cls, nn.Module), "it is no nn.Module"
    for group in (0, -1):
        _assert_refused(cls, group)
    generator = torch.Generator().manual_seed(0)
    for group in (1, 2, 3, 4):
        layer = cls(group)
        for x in _inputs(group, generator):
            for training in (True, False):
                layer.train(training)
                before, states = x.clone(), _random_states()
                _assert_same(layer(x), _expected(before, group), "the result")
                _assert_same(x, before, "the argument")
                assert _random_states() == states, "the global random state was touched"
        _assert_gradients(layer, group)
        for time in range(group + 1, 2 * group):
            _assert_refused(layer, torch.zeros(group, time, CHANNELS))  # all windows together would fill whole groups
        _assert_refused(layer, torch.zeros(group, CHANNELS))
        _assert_refused(layer, torch.zeros(1, group, CHANNELS, 1))


# END SOLUTION


def check_flatten_consecutive(cls: type[nn.Module]) -> None:
    """Judge a class by what exercise 5's contract says of `FlattenConsecutive`; the text of errors does not count.

    Args:
        cls: right or wrong; built by `cls(group)`, and its objects are called as `layer(x)`.

    Returns:
        None for a class that is right, whatever way it is written.

    Raises:
        AssertionError: the class is wrong; also where an error comes out of the class that should not.
    """
    # BEGIN SOLUTION
    try:
        _assert_right(cls)
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"it raised {type(error).__name__}: {error}") from error
    # END SOLUTION

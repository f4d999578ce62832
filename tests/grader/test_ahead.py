"""Changes of mode and dtype, and seeds, go over with the next frame, and come out as if they were asked for at once."""

import contextlib
import random
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from grader.answers import random_state
from grader.answers.answer_worker import Worker
from grader.answers.channel import Channel, Lost
from grader.answers.peer import Peer
from grader.answers.proxy import RemoteAnswers


class Block(nn.Module):
    """A module with a part, weights and a buffer, that changes its mode and dtype as torch does."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.register_buffer("seen", torch.zeros(2))
        self.norm: nn.Module | None = None

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).sum()

    def spoil(self) -> None:
        """From now on it has a `train` of its own, and a norm."""
        self.norm = nn.BatchNorm1d(2)
        self.__dict__["train"] = lambda mode=True: self.linear.train(not mode)


class Stubborn(Block):
    """A module that stays in training."""

    def train(self, mode: bool = True) -> "Stubborn":
        super().train(True)
        return self


class StubbornLinear(nn.Linear):
    """A layer that stays in float32."""

    def double(self) -> "StubbornLinear":
        return self

    _apply = lambda self, *args, **keywords: self  # noqa: E731


class Around(Block):
    """A module with a part that changes in its own way."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = StubbornLinear(2, 2)


class BothEnds:
    """A module at the far end, and this end with a mirror of it."""

    def __init__(self, near: Peer, original: nn.Module) -> None:
        self.near, self.original = near, original
        self.mirror = near.ask("make")

    def requests(self) -> int:
        """How many requests this end has made."""
        return self.near._asked

    def moved(self, change: Callable[[Any], object]) -> int:
        """Change the mirror; how many requests that took."""
        before = self.requests()
        change(self.mirror)
        return self.requests() - before

    def alike(self) -> bool:
        """Whether modes, dtypes and values are the same at both ends."""
        ours, theirs = list(self.mirror.modules()), list(self.original.modules())
        modes = [part.training for part in ours] == [part.training for part in theirs]
        pairs = zip(self.mirror.state_dict().values(), self.original.state_dict().values(), strict=True)
        return modes and all(one.dtype == other.dtype and torch.equal(one, other) for one, other in pairs)


def peer(connection: socket.socket, *, believing: bool, serves: dict[str, Callable[..., Any]]) -> Peer:
    return Peer(
        Channel(connection),
        serves=serves,
        may_read=lambda thing, name: believing,
        path_of=lambda name: None,
        believing=believing,
        seconds=5.0,
    )


@contextlib.contextmanager
def conversation(serves: dict[str, Callable[..., Any]]) -> Iterator[tuple[Peer, Peer]]:
    """This end, and the far one, which serves these operations in a thread."""
    ours, theirs = socket.socketpair()
    far = peer(theirs, believing=True, serves=serves)

    def serve() -> None:
        with contextlib.suppress(Lost):
            while True:
                far.serve(*far.channel.receive())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with ours:
        yield peer(ours, believing=False, serves={}), far
    thread.join(5)
    theirs.close()


@pytest.fixture
def both(request: pytest.FixtureRequest) -> Iterator[BothEnds]:
    original = request.param()
    serves = {"make": lambda: original, "nothing": lambda: None, "spoil": lambda: original.spoil()}
    with conversation(serves) as (near, _):
        yield BothEnds(near, original)


CHANGES: dict[str, Callable[[Any], object]] = {
    "evaluation": lambda module: module.eval(),
    "training again": lambda module: module.eval().train(),
    "double": lambda module: module.double(),
    "there and back": lambda module: module.double().float(),
    "to": lambda module: module.to(torch.float64),
    "to a dtype by name": lambda module: module.to(dtype=torch.bfloat16),
    "a part": lambda module: module.linear.double().eval(),
    "new values first": lambda module: (module.linear.weight.data.fill_(1 / 3), module.double()),
    "new values then": lambda module: (module.double(), module.linear.weight.data.fill_(1 / 3)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("both", [Block], indirect=True)
def test_a_change_as_torch_makes_it_takes_no_request(both: BothEnds, change: Callable[[Any], object]) -> None:
    wanted = Block()
    wanted.load_state_dict(both.original.state_dict())
    change(wanted)
    assert both.moved(change) == 0
    assert [part.training for part in both.mirror.modules()] == [part.training for part in wanted.modules()]
    assert [value.dtype for value in both.mirror.parameters()] == [value.dtype for value in wanted.parameters()]
    both.near.ask("nothing")
    assert both.alike()
    assert all(torch.equal(v, both.original.state_dict()[name]) for name, v in wanted.state_dict().items())


@pytest.mark.parametrize("both", [Stubborn], indirect=True)
def test_a_class_with_a_method_of_its_own_is_asked(both: BothEnds) -> None:
    assert both.moved(lambda module: module.eval()) == 1
    assert both.mirror.training
    assert both.moved(lambda module: module.double()) == 1
    assert both.alike()


@pytest.mark.parametrize("both", [Around], indirect=True)
def test_a_part_with_a_method_of_its_own_is_asked(both: BothEnds) -> None:
    assert both.moved(lambda module: module.double()) == 1
    assert (both.mirror.linear.weight.dtype, both.mirror.seen.dtype) == (torch.float32, torch.float64)


@pytest.mark.parametrize("both", [Block], indirect=True)
def test_an_object_that_is_given_a_method_later_is_asked(both: BothEnds) -> None:
    both.near.ask("spoil")
    assert both.moved(lambda module: module.train()) == 1
    assert [part.training for part in both.mirror.modules()] == [True, False, True]


@pytest.mark.parametrize("both", [Block], indirect=True)
def test_an_attribute_that_is_none_is_not_asked_for_until_it_is_something(both: BothEnds) -> None:
    assert both.moved(lambda module: module.norm) == 0
    assert both.mirror.norm is None
    both.near.ask("spoil")
    assert isinstance(both.mirror.norm, nn.BatchNorm1d)


@pytest.mark.parametrize("both", [Block], indirect=True)
@pytest.mark.filterwarnings("ignore:Complex modules")
@pytest.mark.parametrize("argument", ["cpu", torch.complex64, torch.int64, torch.ones(1)], ids=str)
def test_what_cannot_be_foreseen_is_asked(both: BothEnds, argument: Any) -> None:
    before = both.requests()
    with contextlib.suppress(TypeError):
        both.mirror.to(argument)
    assert both.requests() == before + 1


@pytest.mark.parametrize("both", [Block], indirect=True)
def test_a_mirror_that_is_dropped_has_changed_its_module(both: BothEnds) -> None:
    both.mirror.double()
    both.mirror = None
    both.near.ask("nothing")
    assert both.original.linear.weight.dtype == torch.float64  # type: ignore[union-attr]


@pytest.mark.parametrize("both", [Block], indirect=True)
def test_many_changes_are_sent_before_they_pile_up(both: BothEnds) -> None:
    def often(module: Any) -> None:
        for number in range(999):
            module.train(number % 2 == 1)

    assert 0 < both.moved(often) < 40
    both.near.ask("nothing")
    assert both.alike()


@pytest.mark.parametrize(
    "rider",
    [
        {"changes": None},
        {"changes": [None]},
        {"changes": [[1, 1, "train", "float64", True]]},
        {"changes": [[1, 1, "double", True, True]]},
        {"changes": [[1, 1, "zero_grad", "float64", True]]},
        {"changes": [[1, 1, "to", "int64", True]]},
        {"changes": [[1, 99, "train", True, True]]},
        {"changes": [[1, 1, "train", True, True]] * 999},
        {"changes": [[1, 1, "train", True, True]]},  # number 1 is no module
        {"seeding": 1},
    ],
    ids=str,
)
def test_riders_of_a_wrong_form_end_the_conversation(rider: dict[str, Any]) -> None:
    serves: dict[str, Callable[..., Any]] = {}
    with conversation(serves) as (near, far):
        serves["ride"] = lambda function: far.riders.update(rider)
        with pytest.raises(Lost) as lost:
            near.ask("ride", print)
        assert lost.value.why == "protocol"


# ---- seeds ----


@contextlib.contextmanager
def answers_that(**does: Callable[[], object]) -> Iterator[RemoteAnswers]:
    """Answers at the far end, which do these things when they are asked to."""
    ours, theirs = socket.socketpair()
    worker: list[Worker] = []

    def serve() -> None:
        with contextlib.suppress(Lost):
            worker[0].serve()

    outputs = sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__
    worker.append(Worker(theirs))
    sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__ = outputs  # type: ignore[misc]
    worker[0]._peer.serves |= does
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with ours:
        yield RemoteAnswers(ours, Path("nowhere"), [], [], 5.0)
    thread.join(5)
    theirs.close()


def test_a_seed_lasts_for_the_block_and_what_was_moved_is_named() -> None:
    drawn: list[Any] = []
    with answers_that(
        draw=lambda: drawn.append((random.random(), torch.rand(1).item())),
        shuffle=lambda: drawn.append(np.random.normal()),
        nothing=lambda: None,
    ) as answers:
        peer, states = answers._peer, random_state.kept()
        for _ in range(2):
            with answers.seeded(3) as moved:
                peer.ask("draw")
            assert moved == ["random", "torch"]
        with answers.seeded(4) as moved:
            peer.ask("nothing")
        assert moved == []
        with answers.seeded(4) as moved:
            peer.ask("shuffle")
            peer.ask("nothing")
        assert moved == ["numpy"]
        with answers.seeded(4) as moved:
            pass
        assert moved == []
        peer.ask("nothing")
        assert random_state.moved(states) == {}
    assert drawn[0] == drawn[1]


def test_a_seed_takes_no_request() -> None:
    with answers_that(nothing=lambda: None) as answers:
        before = answers._peer._asked
        with answers.seeded(3):
            answers._peer.ask("nothing")
        assert answers._peer._asked == before + 1


@pytest.mark.parametrize("left_over", [False, True], ids=["", "a number left over"])
def test_numpys_state_is_put_back_whatever_was_drawn(left_over: bool) -> None:
    outside = random_state.kept()
    try:
        np.random.seed(5)
        for drawn in range(20):
            if left_over:
                np.random.normal()
            state: tuple[Any, ...] = np.random.get_state()  # type: ignore[assignment]
            with random_state.watched(drawn % 3) as moved:
                np.random.normal(size=drawn % 4)
            assert moved == ["numpy"] * (drawn % 4 > 0)
            now: tuple[Any, ...] = np.random.get_state()  # type: ignore[assignment]
            assert np.array_equal(now[1], state[1])
            assert now[2:] == state[2:]
    finally:
        random_state.put_back(outside)

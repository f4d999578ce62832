"""The oracles of the checks, where they compute by hand what torch has too."""

import copy

import oracles
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F


def examples(count: int, vocab_size: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(count)
    inputs = torch.randint(vocab_size, (count, 3), generator=generator)
    return inputs, torch.randint(vocab_size, (count,), generator=generator)


def model_of(vocab_size: int, *middle: nn.Module) -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return nn.Sequential(nn.Embedding(vocab_size, 4), nn.Flatten(), *middle, nn.Linear(12, vocab_size)).double()


@pytest.mark.parametrize("middle", [(), (nn.BatchNorm1d(12),), (nn.Tanh(),)], ids=["plain", "normalised", "tanh"])
def test_sgd_is_that_of_torch_over_200_steps(middle: tuple[nn.Module, ...]) -> None:
    inputs, targets = examples(30, 7)
    model = model_of(7, *middle).eval()
    model.spare = nn.Parameter(torch.ones(2, dtype=torch.float64))
    model[-1].bias.requires_grad_(False)

    def schedule(step: int) -> float:
        return 0.5 / (1 + step % 10)

    mine = torch.Generator().manual_seed(5)
    got, losses = oracles.sgd(model, inputs, targets, steps=200, batch_size=8, learning_rate=schedule, generator=mine)

    theirs = torch.Generator().manual_seed(5)
    expected = copy.deepcopy(model).train()
    optimiser = torch.optim.SGD(expected.parameters(), lr=1.0)
    for step in range(200):
        rows = torch.randint(len(inputs), (8,), generator=theirs)
        loss = F.cross_entropy(expected(inputs[rows]), targets[rows])
        assert losses[step] == pytest.approx(loss.item(), abs=1e-10)
        optimiser.zero_grad()
        loss.backward()
        optimiser.param_groups[0]["lr"] = schedule(step)
        optimiser.step()
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(got.state_dict()[name], value, atol=1e-10, rtol=0)
    assert torch.equal(mine.get_state(), theirs.get_state())
    assert losses[-1] < losses[0]


def test_sgd_leaves_the_model_that_it_is_given() -> None:
    inputs, targets = examples(5, 7)
    model = model_of(7, nn.BatchNorm1d(12)).eval()
    before = copy.deepcopy(model.state_dict())
    oracles.sgd(
        model, inputs, targets, steps=2, batch_size=3, learning_rate=lambda step: 1.0, generator=torch.Generator()
    )
    assert not model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_mean_cross_entropy_is_that_of_torch() -> None:
    inputs, targets = examples(30, 7)
    model = model_of(7, nn.BatchNorm1d(12), nn.Dropout(0.5))
    with torch.no_grad():
        expected = F.cross_entropy(copy.deepcopy(model).eval()(inputs), targets).item()
    assert oracles.mean_cross_entropy(model, inputs, targets) == pytest.approx(expected, abs=1e-12)
    assert model.training


@pytest.mark.parametrize("temperature", [0.1, 1.0, 3.0])
def test_next_probabilities_are_softmax(temperature: float) -> None:
    inputs, _ = examples(30, 7)
    model = model_of(7)
    model[-1].bias.data += torch.tensor([0.0, 1000, -1000, 3, 999, 0, 0])
    with torch.no_grad():
        expected = torch.softmax(model(inputs) / temperature, dim=-1)
    torch.testing.assert_close(oracles.next_probabilities(model, inputs, temperature), expected, atol=1e-12, rtol=1e-10)


@pytest.mark.prove
def test_sampled_words_have_the_probability_of_their_characters() -> None:
    """All words of at most two characters: drawn 2,000 times as often as the chain rule says, within four sigma."""
    model = model_of(3)
    generator = torch.Generator().manual_seed(0)
    words = [
        oracles.sample_word(model, ".ab", 3, generator=generator, temperature=2.0, max_length=2) for _ in range(2000)
    ]
    of = oracles.next_probabilities(model, torch.tensor([[0, 0, 0], [0, 0, 1], [0, 0, 2]]), 2.0).tolist()
    expected = {"": of[0][0]}
    for token, character in ((1, "a"), (2, "b")):
        for following, ending in enumerate(["", "a", "b"]):
            expected[character + ending] = of[0][token] * of[token][following]
    assert sum(expected.values()) == pytest.approx(1)
    for word, probability in expected.items():
        sigma = (2000 * probability * (1 - probability)) ** 0.5
        assert abs(words.count(word) - 2000 * probability) < 4 * sigma, word


@pytest.mark.parametrize("group", [1, 2, 3])
def test_flatten_consecutive_is_a_reshape(group: int) -> None:
    x = torch.arange(2 * 6 * 5.0).reshape(2, 6, 5)
    assert torch.equal(oracles.flatten_consecutive(x, group), x.reshape(2, 6 // group, group * 5))
    assert oracles.flatten_consecutive(x, 6).shape == (2, 30)

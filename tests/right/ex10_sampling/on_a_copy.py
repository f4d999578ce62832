"""A copy of the model in evaluation mode, so nothing must be put back; characters from a generator function."""

import copy
from itertools import islice, takewhile

import torch


def _positive(temperature):
    if temperature <= 0:
        raise ValueError(f"Temperature must be positive, but it is {temperature}")


def _probabilities(judge, windows, temperature):
    with torch.no_grad():
        logits = judge(windows) / temperature
        return (logits - logits.logsumexp(dim=-1, keepdim=True)).exp()


def next_probabilities(model, windows, temperature=1.0):
    _positive(temperature)
    return _probabilities(copy.deepcopy(model).eval(), windows, temperature)


def _tokens(judge, context, generator, temperature):
    window = torch.zeros(1, context, dtype=torch.int64)
    while True:
        token = torch.multinomial(_probabilities(judge, window, temperature), 1, generator=generator)[0, 0]
        yield token.item()
        window = window.roll(-1, dims=1)
        window[0, -1] = token


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    _positive(temperature)
    character_of = {vocabulary[character]: character for character in vocabulary}
    stream = islice(_tokens(copy.deepcopy(model).eval(), context, generator, temperature), max_length)
    return "".join(character_of[token] for token in takewhile(bool, stream))

from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def evaluating(model):
    before = model.training
    model.train(False)
    try:
        yield
    finally:
        model.train(before)


def next_probabilities(model, windows, temperature=1.0):
    if temperature > 0:
        with evaluating(model):
            return nn.Softmax(dim=-1)((model(windows) * (1 / temperature)).detach())
    raise ValueError(f"a temperature of {temperature} is not above 0")


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    names = dict(zip(vocabulary.values(), vocabulary.keys(), strict=True))

    def rest(window, left):
        if left == 0:
            return ""
        token = torch.multinomial(next_probabilities(model, window, temperature), 1, generator=generator)
        character = names[token.item()]
        return "" if character == "." else character + rest(torch.cat((window, token), dim=1)[:, 1:], left - 1)

    return rest(torch.zeros((1, context), dtype=torch.long), max_length)

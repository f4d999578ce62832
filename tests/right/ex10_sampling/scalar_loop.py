"""One probability at a time in Python's own floats; the window is a tuple."""

import math

import torch


def next_probabilities(model, windows, temperature=1.0):
    if temperature <= 0:
        raise ValueError(f"the temperature has to be positive and is {temperature}")
    before = model.training
    model.eval()
    try:
        with torch.no_grad():
            logits = model(windows)
    finally:
        model.train(before)
    result = torch.empty_like(logits)
    for b, row in enumerate(logits.tolist()):
        top = max(row)
        weights = [math.exp((logit - top) / temperature) for logit in row]
        for v, weight in enumerate(weights):
            result[b, v] = weight / sum(weights)
    return result


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    window = (0,) * context
    word = []
    for _ in range(max_length):
        (row,) = next_probabilities(model, torch.tensor([window]), temperature)
        token = int(torch.multinomial(row, 1, generator=generator))
        if token == vocabulary["."]:
            break
        for character in vocabulary:
            if vocabulary[character] == token:
                word.append(character)
        window = (*window[1:], token)
    return "".join(word)

"""The window is shifted in place; the mode is switched once for the whole word; softmax in the batch's own dtype."""

import torch


def next_probabilities(model, windows, temperature=1.0):
    check_temperature(temperature)
    return in_evaluation_mode(model, lambda: model(windows).div_(temperature).softmax(dim=-1))


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    check_temperature(temperature)

    def write():
        window = torch.full((1, context), vocabulary["."])
        word = ""
        while True:
            if len(word) == max_length:
                return word
            row = (model(window)[0] / temperature).softmax(dim=0)
            token = int(torch.multinomial(row, 1, generator=generator))
            if token == vocabulary["."]:
                return word
            (character,) = [c for c in vocabulary if vocabulary[c] == token]
            word += character
            window[0, :-1] = window[0, 1:].clone()
            window[0, -1] = token

    return in_evaluation_mode(model, write)


def check_temperature(temperature):
    if temperature <= 0:
        raise ValueError(f"temperature: {temperature!r}")


def in_evaluation_mode(model, work):
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in modes:
            module.training = False
        with torch.no_grad():
            return work()
    finally:
        for module, training in modes:
            module.training = training

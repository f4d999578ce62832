"""The window and the word in NumPy arrays; softmax by `logaddexp`."""

import numpy as np
import torch


def next_probabilities(model, windows, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must not be " + repr(temperature))
    mode = model.training
    try:
        with torch.no_grad():
            logits = model.eval()(windows)
    finally:
        model.train(mode)
    scaled = logits.numpy() / temperature
    return torch.from_numpy(np.exp(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True))).to(logits.dtype)


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    if temperature <= 0:
        raise ValueError("temperature must not be " + repr(temperature))
    characters = np.array(sorted(vocabulary, key=vocabulary.__getitem__))
    window = np.zeros(context, dtype=np.int64)
    drawn = np.empty(0, dtype=np.int64)
    while drawn.size < max_length:
        probabilities = next_probabilities(model, torch.from_numpy(window)[None], temperature)
        token = torch.multinomial(probabilities, 1, generator=generator).numpy()[0]
        if token[0] == 0:
            break
        drawn = np.append(drawn, token)
        window = np.append(window[1:], token)
    return "".join(characters[drawn])

"""As few characters as a friend of short code would need."""

import torch


@torch.no_grad
def next_probabilities(model, windows, temperature=1.0):
    if temperature <= 0:
        raise ValueError(f"{temperature=}")
    t = model.training
    try:
        return (model.eval()(windows) / temperature).softmax(-1)
    finally:
        model.train(t)


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    c, s, w = sorted(vocabulary, key=vocabulary.get), "", [0] * context
    while len(s) < max_length:
        p = next_probabilities(model, torch.tensor([w]), temperature)
        if not (k := p.multinomial(1, generator=generator).item()):
            break
        s, w = s + c[k], [*w[1:], k]
    return s

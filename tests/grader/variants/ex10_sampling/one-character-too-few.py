import torch
from torch.nn import functional as F


@torch.inference_mode()
def next_probabilities(model, windows, temperature=1.0):
    if temperature <= 0.0:
        raise ValueError(f"{temperature=} must be positive")
    mode = model.training
    model.eval()
    try:
        return F.log_softmax(model(windows).div(temperature), dim=1).exp()
    finally:
        if mode:
            model.train()


@torch.inference_mode()
def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    characters = sorted(vocabulary, key=vocabulary.get)
    tokens = [0] * context
    for _ in range(1, max_length):
        row = next_probabilities(model, torch.tensor(tokens[-context:]).unsqueeze(0), temperature).squeeze(0)
        tokens.append(torch.multinomial(row, 1, generator=generator).item())
        if tokens[-1] == 0:
            tokens.pop()
            break
    return "".join(characters[token] for token in tokens[context:])

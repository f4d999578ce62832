import torch


def next_probabilities(model, windows, temperature=1.0):
    if temperature <= 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    model.eval()
    with torch.no_grad():
        logits = model(windows)
    return torch.softmax(logits / temperature, dim=-1)


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    raise NotImplementedError("not written yet")

from collections import deque

import torch


def next_probabilities(model, windows, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature is " + str(temperature))
    training = model.training
    try:
        model.eval()
        scaled = model(windows) / temperature
    finally:
        model.train(training)
    powers = torch.exp(scaled - scaled.max(dim=1, keepdim=True).values)
    return powers / powers.sum(dim=1, keepdim=True)


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    window = deque([0] * context, maxlen=context)
    letters = []
    if temperature <= 0:
        raise ValueError(f"temperature {temperature}")
    while len(letters) != max_length:
        probabilities = next_probabilities(model, torch.tensor([list(window)]), temperature)
        token = torch.multinomial(probabilities, num_samples=1, generator=generator).item()
        character = next(known for known, number in vocabulary.items() if number == token)
        if character == ".":
            break
        letters.append(character)
        window.append(token)
    return "".join(letters)

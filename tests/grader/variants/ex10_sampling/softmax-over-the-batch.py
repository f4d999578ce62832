import torch
import torch.nn.functional as F


class Writer:
    def __init__(self, model, temperature):
        if torch.tensor(temperature).sign().item() != 1:
            raise ValueError(f"`temperature` must be > 0; got {temperature}.")
        self.model, self.temperature = model, temperature

    def __enter__(self):
        self.was = self.model.training
        self.model.eval()
        return self

    def __exit__(self, kind, error, trace):
        self.model.train(self.was)

    @torch.no_grad()
    def __call__(self, windows):
        return F.softmax(self.model(windows) / self.temperature, 0)


def next_probabilities(model, windows, temperature=1.0):
    with Writer(model, temperature) as writer:
        return writer(windows)


def sample_word(model, vocabulary, context, *, generator, temperature=1.0, max_length=50):
    characters = [""] * (max(vocabulary.values()) + 1)
    for character, token in vocabulary.items():
        characters[token] = character
    word = ""
    history = torch.zeros(context + max_length, dtype=torch.int64)
    with Writer(model, temperature) as writer:
        for place in range(max_length):
            probabilities = writer(history[place : place + context].view(1, -1))
            token = torch.multinomial(probabilities, 1, False, generator=generator).squeeze()
            character = characters[token]
            if character == ".":
                return word
            word = word + character
            history[place + context] = token
    return word

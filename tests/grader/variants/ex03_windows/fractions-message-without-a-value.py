import random

import torch


def build_vocabulary(words):
    vocabulary = {".": 0}
    letters = set()
    for word in words:
        letters.update(word)
    letters.discard(".")
    for letter in sorted(letters):
        vocabulary[letter] = len(vocabulary)
    return vocabulary


def encode(word, vocabulary):
    tokens = []
    for letter in word:
        if letter == ".":
            raise ValueError(f"the word {word} holds the letter {letter}")
        if letter not in vocabulary:
            raise ValueError(f"the word {word} holds the unknown letter {letter}")
        tokens.append(vocabulary[letter])
    return tokens


def make_windows(words, vocabulary, context):
    if context <= 0:
        raise ValueError("context must be 1 or more, it is " + str(context))
    inputs, targets = [], []
    for word in words:
        tokens = [0] * context + encode(word, vocabulary) + [0]
        for i in range(context, len(tokens)):
            inputs.append(tokens[i - context : i])
            targets.append(tokens[i])
    inputs = torch.tensor(inputs, dtype=torch.int64).reshape(-1, context)
    targets = torch.tensor(targets, dtype=torch.int64)
    return inputs, targets


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    a, b, c = fractions
    if a < 0 or b < 0 or c < 0:
        raise ValueError("fractions must not be negative")
    if abs(a + b + c - 1) > 1e-9:
        raise ValueError("fractions must sum to one")
    order = list(range(len(words)))
    random.Random(seed).shuffle(order)
    mixed = [words[i] for i in order]
    n = len(words)
    i, j = int(a * n), int((a + b) * n)
    train, val, test = mixed[:i], mixed[i:j], mixed[j:]
    return train, val, test

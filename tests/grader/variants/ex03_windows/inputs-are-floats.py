import random

import torch


def build_vocabulary(words):
    chars = sorted(set("".join(words)))
    if "." in chars:
        chars.remove(".")
    stoi = {s: i + 1 for i, s in enumerate(chars)}
    stoi["."] = 0
    return stoi


def make_windows(words, vocabulary, context):
    if context < 1:
        raise ValueError(f"context is {context}")
    count = sum(len(w) + 1 for w in words)
    X, Y = torch.zeros(count, context), torch.zeros(count)
    row = 0
    for w in words:
        for ch in w:
            if ch == "." or ch not in vocabulary:
                raise ValueError(f"bad character {ch!r} in {w!r}")
        window = [0] * context
        for ch in w + ".":
            ix = vocabulary[ch]
            X[row], Y[row] = torch.tensor(window), ix
            row += 1
            window = window[1:] + [ix]
    return X, Y


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    if any(f < 0 for f in fractions) or abs(sum(fractions) - 1) > 1e-6:
        raise ValueError(f"bad fractions: {fractions}")
    words = list(words)
    rng = random.Random(seed)
    rng.shuffle(words)
    n1 = int(fractions[0] * len(words))
    n2 = int((fractions[0] + fractions[1]) * len(words))
    return words[:n1], words[n1:n2], words[n2:]

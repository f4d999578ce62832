"""As short as it goes: comprehensions inside comprehensions."""

import random

import torch

build_vocabulary = lambda words: {c: i for i, c in enumerate([".", *sorted({*"".join(words)} - {"."})])}


def make_windows(words, vocabulary, context):
    if context < 1:
        raise ValueError(f"{context=}")
    for w in words:
        for c in {*w} - ({*vocabulary} - {"."}):
            raise ValueError(f"{w=}: {c=}")
    t = [[0] * context + [vocabulary[c] for c in w] + [0] for w in words]
    x = torch.tensor([w[i : i + context + 1] for w in t for i in range(len(w) - context)], dtype=torch.long)
    return (x := x.view(-1, context + 1))[:, :-1], x[:, -1]


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    if min(fractions) < 0 or round(sum(fractions) - 1, 8):
        raise ValueError(f"{fractions=}")
    random.Random(seed).shuffle(w := [*words])
    a, b = (int(sum(fractions[:k]) * len(w)) for k in (1, 2))
    return w[:a], w[a:b], w[b:]

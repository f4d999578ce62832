"""Strings until the last moment: windows are slices of '....word', translated to tokens at the end."""

import operator
import random
from functools import reduce

import torch


def build_vocabulary(words):
    letters = reduce(operator.or_, map(set, words), set())
    letters.discard(".")
    return dict(zip([".", *sorted(letters)], range(len(letters) + 1), strict=True))


def make_windows(words, vocabulary, context):
    if context <= 0:
        raise ValueError(f"{context=}")
    known = set(vocabulary) - set(".")
    strangers = ((word, letter) for word in words for letter in word if letter not in known)
    stranger = next(strangers, None)
    if stranger is not None:
        word, letter = stranger
        raise ValueError(f"in the word {word!r}: what is {letter!r}?")
    padded = ["." * context + word + "." for word in words]
    texts = [text[end - context : end + 1] for text in padded for end in range(context, len(text))]
    table = torch.tensor([[vocabulary[c] for c in text] for text in texts], dtype=torch.int64)
    table = table.reshape(len(texts), context + 1)
    return table[:, :-1].clone(), table[:, -1].clone()


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    total = sum(fractions)
    if min(fractions) < 0 or total - 1 > 1e-9 or 1 - total > 1e-9:
        raise ValueError(f"wrong FRACTIONS {list(fractions)} (sum {total})")
    shuffled = [*words]
    random.Random(seed).shuffle(shuffled)
    a, b, _ = fractions
    count = len(words)
    parts = [], [], []
    for place, word in enumerate(shuffled):
        parts[0 if place < int(a * count) else 1 if place < int((a + b) * count) else 2].append(word)
    return parts

"""A deque that slides, a vocabulary that is a subclass of dict, a try around the look-up, islice for the split."""

import math
import random
from collections import defaultdict, deque
from itertools import islice

import torch


class Vocabulary(dict):
    """Also the way back."""

    def character(self, token):
        return next(key for key, value in self.items() if value == token)


def build_vocabulary(words):
    vocabulary = Vocabulary({".": 0})
    seen = defaultdict(int)
    for word in words:
        for character in word:
            seen[character] += 1
    seen.pop(".", None)
    for character in sorted(seen):
        vocabulary[character] = len(vocabulary)
    return vocabulary


def make_windows(words, vocabulary, context):
    if not context > 0:
        raise ValueError("context must be positive and is " + repr(context))
    rows, targets = [], []
    for word in words:
        window = deque([0] * context, maxlen=context)
        for character in word:
            try:
                token = {**vocabulary, ".": None}[character]
                if token is None:
                    raise KeyError(character)
            except KeyError as error:
                raise ValueError(f"{error} cannot stand in {word!r}") from error
            rows.append(list(window))
            targets.append(token)
            window.append(token)
        rows.append(list(window))
        targets.append(0)
    inputs = torch.empty(len(rows), context, dtype=torch.long)
    for row, values in zip(inputs, rows, strict=True):
        row[:] = torch.tensor(values)
    return inputs, torch.tensor(targets, dtype=torch.long)


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    for fraction in fractions:
        if fraction < 0:
            raise ValueError(f"{fraction} among the fractions is negative")
    if not math.isclose(math.fsum(fractions), 1.0, rel_tol=0, abs_tol=1e-8):
        raise ValueError(f"the fractions sum to {math.fsum(fractions)}")
    order = random.Random(seed)
    copy = list(words)
    order.shuffle(copy)
    rest = iter(copy)
    first = int(fractions[0] * len(copy))
    second = int((fractions[0] + fractions[1]) * len(copy))
    return list(islice(rest, first)), list(islice(rest, second - first)), list(rest)

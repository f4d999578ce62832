"""NumPy's sliding_window_view over each padded word, torch.from_numpy at the end, a NamedTuple for the parts."""

import random
from typing import NamedTuple

import numpy as np
import torch


class Parts(NamedTuple):
    training: list
    validation: list
    test: list


class Examples(NamedTuple):
    inputs: torch.Tensor
    targets: torch.Tensor


def build_vocabulary(words):
    characters = np.unique([character for word in words for character in word.replace(".", "")]).tolist()
    return {".": 0, **{str(character): place for place, character in enumerate(characters, 1)}}


def make_windows(words, vocabulary, context):
    if context < 1:
        raise ValueError(f"a window needs a context of 1 or more, {context} is less")
    inputs, targets = [np.empty((0, context), np.int64)], [np.empty(0, np.int64)]
    for word in words:
        wrong = [c for c in word if c == "." or vocabulary.get(c) is None]
        if wrong:
            raise ValueError(f"{word!r} holds {', '.join(map(repr, wrong))}")
        tokens = np.array([vocabulary[c] for c in word] + [0], dtype=np.int64)
        padded = np.pad(tokens[:-1], (context, 0))
        inputs.append(np.lib.stride_tricks.sliding_window_view(padded, context))
        targets.append(tokens)
    return Examples(torch.from_numpy(np.concatenate(inputs)), torch.from_numpy(np.concatenate(targets)))


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    if not (np.array(fractions) >= 0).all() or not np.isclose(np.sum(fractions), 1, rtol=0, atol=1e-7):
        raise ValueError("fractions must be shares of 1, got " + " + ".join(str(f) for f in fractions))
    order = random.Random(seed)
    shuffled = words.copy()
    order.shuffle(shuffled)
    one, two = int(fractions[0] * len(words)), int((fractions[0] + fractions[1]) * len(words))
    return Parts(shuffled[:one], shuffled[one:two], shuffled[two:])

"""An error of its own that is a KeyError and a ValueError at once; a generator checks each word and cuts it."""

import random
from itertools import chain

import torch


class UnknownCharacter(KeyError, ValueError):
    def __str__(self):
        return "no token for {!r} in {!r}".format(*self.args)


def build_vocabulary(words):
    vocabulary = {".": 0}
    for character in sorted(set(chain(*words))):
        vocabulary.setdefault(character, len(vocabulary))
    return vocabulary


def examples(words, vocabulary, context):
    for word in words:
        window = (0,) * context
        for character in word:
            if character == "." or character not in vocabulary:
                raise UnknownCharacter(character, word)
        for token in (*map(vocabulary.__getitem__, word), 0):
            yield *window, token
            window = (*window[1:], token)


def make_windows(words, vocabulary, context):
    if context < 1:
        raise ValueError(f"a context of {context}")
    table = torch.tensor([*chain.from_iterable(examples(words, vocabulary, context))], dtype=torch.long)
    table = table.reshape(-1, context + 1)
    return table[:, :context].contiguous(), table[:, context].contiguous()


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    if any(fraction < 0 for fraction in fractions) or abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("fractions", *fractions)
    generator = random.Random()
    generator.seed(seed)
    copy = [word for word in words]
    generator.shuffle(copy)
    bounds = [0, int(fractions[0] * len(copy)), int((fractions[0] + fractions[1]) * len(copy)), None]
    return tuple(copy[slice(*pair)] for pair in zip(bounds, bounds[1:]))

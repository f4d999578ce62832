import random

import torch


def build_vocabulary(words):
    chars = sorted(set("".join(words)))
    vocabulary = {c: i for i, c in enumerate(chars)}
    vocabulary["."] = 0
    return vocabulary


def make_windows(words, vocabulary, context):
    raise NotImplementedError("not written yet")


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    raise NotImplementedError("not written yet")

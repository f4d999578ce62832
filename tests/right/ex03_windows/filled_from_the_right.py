"""Tensors of zeros of the final size, made beforehand and filled one example at a time; the checks come as a class."""

import random

import torch


class Unfit(ValueError):
    pass


def build_vocabulary(words):
    found = []
    for word in words:
        for character in word:
            if character not in found and character != ".":
                found.append(character)
    found.sort()
    vocabulary = {}
    vocabulary["."] = 0
    token = 1
    for character in found:
        vocabulary[character] = token
        token = token + 1
    return vocabulary


def make_windows(words, vocabulary, context):
    if context < 1:
        raise Unfit(f"context: {context}")
    count = sum(len(word) + 1 for word in words)
    inputs = torch.zeros((count, context), dtype=torch.int64)
    targets = torch.zeros(count, dtype=torch.int64)
    row = 0
    for word in words:
        tokens = []
        for position, character in enumerate(word):
            if character == "." or character not in vocabulary:
                raise Unfit(f"character number {position + 1} of {word}, {character}, is not allowed")
            tokens.append(vocabulary[character])
        for position in range(len(word) + 1):
            before = tokens[max(0, position - context) : position]
            if before:
                inputs[row, -len(before) :] = torch.tensor(before)
            if position < len(word):
                targets[row] = tokens[position]
            row += 1
    return inputs, targets


def split_words(words, seed, fractions=(0.8, 0.1, 0.1)):
    smallest = sorted(fractions)[0]
    if smallest < 0:
        raise Unfit(f"Fractions: {smallest} is negative")
    if abs(1 - sum(fractions)) > 0.0005:
        raise Unfit(f"Fractions: their sum is {sum(fractions)}")
    first, second, third = [], [], list(words)
    random.Random(seed).shuffle(third)
    a = int(fractions[0] * len(words))
    b = int((fractions[0] + fractions[1]) * len(words))
    while len(first) < a:
        first.append(third.pop(0))
    while len(first) + len(second) < b:
        second.append(third.pop(0))
    return first, second, third

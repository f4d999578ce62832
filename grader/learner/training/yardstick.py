"""The losses of simple guesses on the same words, for comparison. No printing here."""

import math
from collections import Counter
from collections.abc import Iterable

END = "."


def guessing_losses(words: Iterable[str]) -> tuple[float, float]:
    """Return mean losses in nats per character: guessing by how often each occurs, and also by the one before it."""
    pairs = Counter(pair for word in words for pair in zip(END + word, word + END, strict=True))
    first, second = Counter[str](), Counter[str]()
    for (before, after), count in pairs.items():
        first[before] += count
        second[after] += count
    total = sum(pairs.values())
    alone = -sum(count * math.log(count / total) for count in second.values()) / total
    by_pairs = -sum(count * math.log(count / first[before]) for (before, _), count in pairs.items()) / total
    return alone, by_pairs

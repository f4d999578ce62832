"""What simple guesses reach on the same words, to judge a loss by. No printing here."""

import math
from collections import Counter
from collections.abc import Iterable

END = "."


def guessing_losses(words: Iterable[str]) -> tuple[float, float]:
    """Mean loss in nats per character: guessing by how often each occurs, and by the one before it as well."""
    pairs = Counter(pair for word in words for pair in zip(END + word, word + END, strict=True))
    first, second = Counter[str](), Counter[str]()
    for (before, after), count in pairs.items():
        first[before] += count
        second[after] += count
    total = sum(pairs.values())
    alone = -sum(count * math.log(count / total) for count in second.values()) / total
    by_pairs = -sum(count * math.log(count / first[before]) for (before, _), count in pairs.items()) / total
    return alone, by_pairs

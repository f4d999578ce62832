"""The worksheet on a tree by hand: the parity of eight bits in three levels, with generated bits.

The weights are those of lesson 8 (`data/parity.py`): a fusion of two values a and b, each near -1 or +1, gives h1 =
tanh(4(a + b + 1)) and h2 = tanh(4(a + b - 1)), and the next level reads h1 - h2 - 1 from them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from grader.learner.worksheets.worksheet import Question, Worksheet, question

BITS = 8
NEAR = 0.05  # tanh(4) is 0.9993, so integers are enough
GIVEN = """Each bit is -1 or +1. A fusion reads two values a and b, the older one first:

  h1 = tanh(4 (a + b + 1))     near +1 if at least one of them is +1, else near -1
  h2 = tanh(4 (a + b - 1))     near +1 if both are +1, else near -1
  value = h1 - h2 - 1          what the level above reads

tanh(4) = 0.9993 and tanh(12) = 1.0000, so whole numbers are enough. The tree's answer is +1 if an
odd number of the eight bits are +1, and -1 if it is an even number."""


@dataclass(frozen=True)
class TreeSheet:
    """Eight bits, each -1 or +1."""

    bits: tuple[int, ...]

    @property
    def worksheet(self) -> Worksheet:
        """Make the page: the bits with their places, and the questions."""
        places = "   ".join(f"{place:2}" for place in range(BITS))
        bits = "   ".join(f"{bit:+d}" for bit in self.bits)
        given = f"{GIVEN}\n\nplace   {places}\nbit     {bits}"
        return Worksheet("A tree by hand: the parity of eight bits", given, self.questions)

    @property
    def values(self) -> tuple[tuple[int, ...], ...]:
        """The value of each node, level by level, from the bits to the root."""
        levels = [self.bits]
        while len(levels[-1]) > 1:
            below = levels[-1]
            levels.append(tuple(_value(*fused(*pair)) for pair in _pairs(below)))
        return tuple(levels)

    @property
    def nodes(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """h1 and h2 of each node, level by level."""
        return tuple(tuple(fused(*pair) for pair in _pairs(below)) for below in self.values[:-1])

    @property
    def questions(self) -> tuple[Question, ...]:
        """Ask for the two numbers of each node of a level, then for the values that the next level reads."""
        questions: list[Question] = []
        for number, (below, nodes) in enumerate(zip(self.values[:-1], self.nodes, strict=True), start=1):
            step = f"Level {number}: {_COUNT[len(nodes)]}, each from {2**number} bits."
            for node, pair in enumerate(_pairs(below)):
                questions.append(_node(step, number, node, pair))
            questions.append(_values(step, number, nodes))
        return tuple(questions)


_COUNT = {4: "four nodes", 2: "two nodes", 1: "one node, the root"}


def fused(a: int, b: int) -> tuple[int, int]:
    """Compute the two numbers of a fusion, rounded to integers."""
    return (1 if a + b + 1 > 0 else -1, 1 if a + b - 1 > 0 else -1)


def tree_sheet(seed: int) -> TreeSheet:
    """Draw eight bits so that the first two levels read both kinds of values."""
    generator = random.Random(f"tree {seed}")
    while True:
        sheet = TreeSheet(tuple(generator.choice((-1, 1)) for _ in range(BITS)))
        if all(len(set(level)) == 2 for level in sheet.values[:2]):
            return sheet


def _pairs(values: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(values[::2], values[1::2], strict=True))


def _value(h1: int, h2: int) -> int:
    return h1 - h2 - 1


def _node(step: str, level: int, node: int, pair: tuple[int, int]) -> Question:
    """Ask for h1 and h2 of one node."""
    a, b = pair
    h1, h2 = fused(a, b)
    sees = 2**level
    first = node * sees
    values = f"node {node} reads {a:+d} and {b:+d}"
    slips = (
        ((h2, h1), "h1 and h2 are swapped: h1 adds 1 inside tanh, h2 subtracts 1"),
        ((4 * (a + b + 1), 4 * (a + b - 1)), "tanh is missing: those are the numbers inside it"),
        ((a + b + 1, a + b - 1), "tanh and the factor 4 are missing"),
        (_sign(a + b), "the +1 and the -1 inside tanh are missing: they make h1 and h2 different"),
        ((1, 1), f"+1 and +1 says that both values are +1; {values}"),
        ((1, -1), f"+1 and -1 says that exactly one of the two values is +1; {values}"),
        ((-1, -1), f"-1 and -1 says that neither of the two values is +1; {values}"),
    )
    inside = f"a + b = {a:+d} {b:+d} = {a + b:+d}".replace("+0", "0")
    return question(
        step,
        f"node {node} of level {level} (places {first} to {first + sees - 1}), h1 and h2 = ",
        (h1, h2),
        NEAR,
        slips,
        f"{inside}: tanh({4 * (a + b + 1)}) = {h1:+d}, tanh({4 * (a + b - 1)}) = {h2:+d}",
    )


def _values(step: str, level: int, nodes: Sequence[tuple[int, int]]) -> Question:
    """Ask for the values that the next level reads, or for the answer at the root."""
    values = tuple(_value(*node) for node in nodes)
    slips = (
        (tuple(h1 - h2 for h1, h2 in nodes), "the last - 1 is missing: h1 - h2 is 0 or 2, and value is -1 or +1"),
        (tuple(h1 + h2 - 1 for h1, h2 in nodes), "h2 is added: value = h1 - h2 - 1"),
        (tuple(h2 - h1 - 1 for h1, h2 in nodes), "h1 and h2 are swapped: value = h1 - h2 - 1"),
        (tuple(-value for value in values), "the sign is wrong: +1 means an odd number of +1, -1 an even number"),
        (tuple(h1 for h1, _ in nodes), "that is h1, which says at least one; value also subtracts h2"),
        (tuple(h2 for _, h2 in nodes), "that is h2, which says both; value = h1 - h2 - 1"),
        (tuple(reversed(values)), "the nodes are in reverse order: node 0 comes first"),
    )
    working = "; ".join(f"{h1:+d} - ({h2:+d}) - 1 = {_value(h1, h2):+d}" for h1, h2 in nodes)
    if len(nodes) == 1:
        asks = "the tree's answer, h1 - h2 - 1 = "
    else:
        asks = f"the {len(nodes)} values that level {level + 1} reads = "
    return question(step, asks, values, NEAR, slips, working)


def _sign(number: int) -> tuple[int, int]:
    sign = (number > 0) - (number < 0)
    return sign, sign

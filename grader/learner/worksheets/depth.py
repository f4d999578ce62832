"""The worksheet on depth: ten questions on levels as log2 of the context, with their typical mistakes.

Everything is computed with integers: a floating point logarithm would itself be a mistake (lesson 1 explains why).
"""

import random

from grader.learner.worksheets.worksheet import Question, Worksheet, question

GIVEN = """level       0   1   2   3   ...
characters  1   2   4   8   ...    each level joins two neighbours of the one below

log2 of a number says how often you double 1 to reach it: log2 of 8 is 3."""


def depth_sheet(seed: int) -> Worksheet:
    """Make ten questions, from what a level sees to the number of levels for a context; the numbers follow the seed."""
    draw = random.Random(f"depth {seed}")
    few, many = draw.randint(3, 5), draw.randint(6, 10)
    shallow, deep = draw.randint(3, 6), draw.randint(7, 12)
    above, between = draw.randint(3, 9), draw.randint(5, 10)
    length, levels = draw.randint(5, 9), draw.randint(2, 4)
    group, squared = draw.choice([3, 4, 5]), draw.randint(3, 6)
    questions = (
        field(few, 2),
        field(many, 2),
        depth(2**shallow, shallow, 2),
        depth(2**deep, deep, 2),
        depth(2**above + 1, above + 1, 2),
        depth(draw.randint(2**between + 2, 2 ** (between + 1) - 1), between + 1, 2),
        left_over(length, levels),
        field(draw.randint(2, 4), group),
        depth(draw.randint(group**2 + 1, group**3 - 1), 3, group),
        square(squared),
    )
    return Worksheet("Depth for a context: ten questions in whole numbers", GIVEN, questions)


def field(levels: int, group: int) -> Question:
    """Ask how far a number of levels sees."""
    working = f"{' · '.join([str(group)] * levels)} = {group}^{levels} = {group**levels:,}"
    return _question(
        f"{levels} levels, each joining {_WORDS[group]}: how many characters does the top see? ",
        group**levels,
        working,
        (
            (
                group * levels,
                f"that adds {group} per level, but each level sees {group} times as much as the one below",
            ),
            (group ** (levels - 1), "one level too few: the characters themselves are level 0, and see 1"),
            (group ** (levels + 1), "one level too many: the first level sees as many characters as it joins"),
            (
                levels**group,
                f"that is {levels}^{group}; each level multiplies by {group}, so the base is {group}",
            ),
        ),
    )


def depth(context: int, levels: int, group: int) -> Question:
    """Ask how many levels a context needs. Counting them is exercise 1, so its solution must not be here."""
    below, reached = group ** (levels - 1), group**levels
    logarithm = f", log{group} of it, rounded up" if reached > context else f", log{group} of it"
    return _question(
        f"a context of {context:,}, joining {_WORDS[group]}: how many levels does it need{logarithm}? ",
        levels,
        f"{levels - 1} levels see {below:,}, {levels} see {reached:,}",
        (
            (levels - 1, f"{levels - 1} levels see only {below:,} characters: {_left_out(context - below)} outside"),
            (levels + 1, f"one level too many: {levels} already see {reached:,}"),
            (context // group, f"that divides only once; divide by {group} until 1 is left, and count"),
            (
                (reached - 1) // (group - 1),
                "that is the number of fusions in the whole tree; all fusions of a level happen at once",
            ),
            (reached, "that is how far they see, not how many levels there are"),
        ),
    )


def left_over(length_levels: int, levels: int) -> Question:
    """Ask how many vectors remain of a window after a number of fusions."""
    length, left = 2**length_levels, 2 ** (length_levels - levels)
    return _question(
        f"a window of {length} characters, after {levels} levels that join two: how many vectors are left? ",
        left,
        f"{length} halved {levels} times: {' → '.join(str(length >> done) for done in range(levels + 1))}",
        (
            (left * 2, "one level too few: each level halves the length, including the first one"),
            (left // 2, "one level too many"),
            (length - 2 * levels, "that subtracts two per level, but each level halves the length"),
            (length - levels, "that subtracts one per level, but each level halves the length"),
            (length // (2 * levels), f"that divides by 2 · {levels} once, but {levels} levels halve it {levels} times"),
        ),
    )


def square(levels: int) -> Question:
    """Ask how many levels the square of a context needs."""
    context = 2**levels
    return _question(
        f"{levels} levels cover {context}; how many cover {context} · {context} = {context**2:,}? ",
        2 * levels,
        f"2^{levels} · 2^{levels} = 2^{2 * levels}: if contexts multiply, levels add",
        (
            (levels**2, "contexts multiply, levels add: the number of levels doubles"),
            (levels + 1, f"one more level only doubles it, to {2 * context}"),
            (2 * levels - 1, f"{2 * levels - 1} levels see only {context**2 // 2:,}"),
            (2 * levels + 1, f"one level too many: they would see {2 * context**2:,}"),
        ),
    )


_WORDS = {2: "two", 3: "three", 4: "four", 5: "five"}


def _question(asks: str, answer: int, working: str, slips: tuple[tuple[int, str], ...]) -> Question:
    return question("", asks, (answer,), 0.0, (((number,), words) for number, words in slips), working)


def _left_out(characters: int) -> str:
    return "1 character stays" if characters == 1 else f"{characters:,} stay"

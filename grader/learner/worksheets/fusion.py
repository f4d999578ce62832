"""The worksheet on one fusion by hand: generated numbers, five questions, and typical mistakes.

The fusion is that of lesson 2: two neighbours of two channels, two outputs. All numbers are tenths, so each product is
a whole number of hundredths and every sum below is exact.
"""

import itertools
import math
import random
from dataclasses import dataclass
from functools import cached_property

from grader.learner.worksheets.worksheet import Question, Slip, Worksheet

CHANNELS = OUTPUTS = 2
BY_HAND = 0.005  # half of the last digit of a sum in hundredths
JOIN = "Step 1, concatenate: one vector after the other."
SUM = (
    "Step 2, multiply and add: each number times the weight next to it, then add the bias; each output has its own "
    "column. Two decimals."
)
SQUEEZE = (
    "Step 3, tanh of each sum, to two decimals: with a calculator or a table; "
    "for such small numbers, x - x**3/3 + 2*x**5/15 is close enough."
)


def _series(x: float) -> float:
    """Evaluate the series for tanh from the sheet."""
    return x - x**3 / 3 + 2 * x**5 / 15


ROWS = ("left, channel 0", "left, channel 1", "right, channel 0", "right, channel 1")
# Sums, in hundredths, for which tanh differs enough from the sum, and the series rounds to the same two decimals.
SUMS = frozenset(
    total for total in range(30, 71) if abs(round(_series(total / 100), 2) - math.tanh(total / 100)) <= BY_HAND
)


@dataclass(frozen=True)
class FusionSheet:
    """One fusion, in integer tenths: two letters, their vectors, the weights (2C rows of H), the biases."""

    letters: str
    left: tuple[int, ...]
    right: tuple[int, ...]
    weight: tuple[tuple[int, ...], ...]
    bias: tuple[int, ...]

    @property
    def worksheet(self) -> Worksheet:
        """Make the page: the numbers as in lesson 2, and the questions."""
        weights = [f"  {name:16} {_columns(row)}" for name, row in zip(ROWS, self.weight, strict=True)]
        lines = [
            f"left  ({self.letters[0]})  {tenths(self.left)}   read first",
            f"right ({self.letters[1]})  {tenths(self.right)}",
            "",
            "weights for        output 0   output 1",
            *weights,
            f"  {'bias':16} {_columns(self.bias)}",
        ]
        return Worksheet(f"One fusion by hand: {' and '.join(self.letters)}", "\n".join(lines), self.questions)

    @property
    def joined(self) -> tuple[int, ...]:
        """The left neighbour's channels, then the right one's, in tenths."""
        return self.left + self.right

    @property
    def sums(self) -> tuple[int, ...]:
        """The sum of each output including its bias, in hundredths."""
        return tuple(sum(self.products(output)) + 10 * self.bias[output] for output in range(OUTPUTS))

    def products(self, output: int) -> tuple[int, ...]:
        """The contribution of each row to an output, in hundredths."""
        return tuple(number * row[output] for number, row in zip(self.joined, self.weight, strict=True))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Concatenate; multiply and add, for each output; tanh, for each output."""
        outputs = range(OUTPUTS)
        return (self._joining(), *(self._summing(o) for o in outputs), *(self._squeezing(o) for o in outputs))

    def _joining(self) -> Question:
        left, right = (tuple(number / 10 for number in part) for part in (self.left, self.right))
        added = tuple((a + b) / 10 for a, b in zip(self.left, self.right, strict=True))
        slips = (
            Slip(right + left, "right comes before left: the left letter was read first, so its channels come first"),
            Slip(
                tuple(itertools.chain(*zip(left, right, strict=True))),
                "the channels are interleaved: all of the left neighbour's come first, then all of the right one's",
            ),
            Slip(added, "the two are added: concatenating writes one after the other"),
        )
        return Question(JOIN, "joined = ", left + right, 1e-9, slips, f"{tenths(self.left)}, then {tenths(self.right)}")

    def _summing(self, output: int) -> Question:
        products, other = self.products(output), 1 - output
        bias = 10 * self.bias[output]
        terms = " ".join(f"{'-' if p < 0 else '+'} {abs(p) / 100:.2f}" for p in (*products, bias)).removeprefix("+ ")
        slips = [Slip((value / 100,), says) for value, says in self._wrong_sums(output, other, products, bias)]
        total = self.sums[output] / 100
        return Question(SUM, f"summed, output {output} = ", (total,), BY_HAND, tuple(slips), f"{terms} = {total:.2f}")

    def _wrong_sums(self, output: int, other: int, products: tuple[int, ...], bias: int) -> list[tuple[int, str]]:
        """Yield each known mistake in a sum: its result, in hundredths, and its explanation."""
        total = sum(products) + bias
        column = [row[output] for row in self.weight]
        swapped = self.right + self.left
        named = f"{self.bias[output] / 10:.1f}"
        wrong = [
            (total - bias, f"the bias is missing: output {output} adds {named} at the end"),
            (total - 2 * bias, f"the bias is subtracted: {named} is added, with its sign"),
            (
                sum(a * b for a, b in zip(swapped, column, strict=True)) + bias,
                "right comes before left: the first two rows of weights multiply the left neighbour",
            ),
            (
                sum(self.products(other)) + bias,
                f"those are the weights of output {other}: each output has its own column",
            ),
            (
                sum(products) + 10 * self.bias[other],
                f"that is the bias of output {other}: each output has its own, here {named}",
            ),
            (self.sums[other], f"that is output {other}: its column, its bias"),
        ]
        for i, j in itertools.combinations(range(len(column)), 2):
            exchanged = (self.joined[i] - self.joined[j]) * (column[j] - column[i])
            wrong.append((total + exchanged, f"two rows are swapped: {ROWS[i]}, and {ROWS[j]}"))
        for row, product in enumerate(products):
            wrong.append((total - product, f"one product is missing: {ROWS[row]}"))
            wrong.append((total - 2 * product, f"a sign is wrong: {ROWS[row]} contributes {product / 100:.2f}"))
        return wrong

    def _squeezing(self, output: int) -> Question:
        total, other = self.sums[output] / 100, self.sums[1 - output] / 100
        slips = (
            Slip((total,), "tanh is missing: that is the sum itself"),
            Slip(
                (-math.tanh(total),),
                "the sign is wrong: tanh of a negative number is negative, of a positive number positive",
            ),
            Slip((math.tanh(other),), f"that is tanh of output {1 - output}"),
            Slip(
                (math.tan(total),),
                "that is tan, the tangent of an angle; tanh is a different key (often hyp, then tan)",
            ),
            Slip((1 / (1 + math.exp(-total)),), "that is the logistic function, from 0 to 1; tanh goes from -1 to 1"),
        )
        return Question(
            SQUEEZE,
            f"fused, output {output} = ",
            (math.tanh(total),),
            BY_HAND,
            slips,
            f"tanh({total:.2f}) = {math.tanh(total):.4f}",
        )


def fusion_sheet(seed: int) -> FusionSheet:
    """Return the first sheet for the seed on which all mistakes give different results."""
    generator = random.Random(f"fusion {seed}")
    while True:
        sheet = _draw(generator)
        if all(abs(total) in SUMS for total in sheet.sums) and _tells_slips_apart(sheet):
            return sheet


def tenths(numbers: tuple[int, ...]) -> str:
    """Write numbers in tenths as on the sheet."""
    return f"[{', '.join(f'{number / 10:.1f}' for number in numbers)}]"


def _columns(numbers: tuple[int, ...]) -> str:
    return "   ".join(f"{number / 10:8.1f}" for number in numbers)


def _draw(generator: random.Random) -> FusionSheet:
    def vector(size: int) -> tuple[int, ...]:
        return tuple(generator.choice([-1, 1]) * generator.randint(1, 9) for _ in range(size))

    weight = tuple(vector(OUTPUTS) for _ in range(2 * CHANNELS))
    letters = "".join(generator.sample("abcdefghijklmnopqrstuvwxyz", 2))
    return FusionSheet(letters, vector(CHANNELS), vector(CHANNELS), weight, vector(OUTPUTS))


def _tells_slips_apart(sheet: FusionSheet) -> bool:
    """Return whether no mistake gives the right numbers, or those of another mistake."""
    for question in sheet.questions:
        given = [tuple(round(number, 9) for number in slip.numbers) for slip in question.slips]
        if len(set(given)) < len(given) or any(question.is_right(numbers) for numbers in given):
            return False
    return True

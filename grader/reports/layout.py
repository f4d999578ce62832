"""Shows where the values of a wrong tensor come from, as blocks with one colour per place.

`layout` is a pure function of the expected and the actual values. `drawn` writes the blocks for a terminal, `as_html`
for a page.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import markupsafe
from rich.text import Text

# Okabe and Ito's colours, which colour-blind people can tell apart; the text on them is black.
COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#a6a6a6", "#4fa3a5")
MOST_ROWS, MOST_COLUMNS = 8, 8
CLOSE = 1e-4  # values are read back from six digits
FLATTEN = re.compile(r"FlattenConsecutive\((?:group=)?(\d+)\)")
OF_LAYOUTS = re.compile(rf"{FLATTEN.pattern}|all_positions\(|causal_attention\(")  # the calls of exercises 5, 11 and 13

State = Literal["right", "moved", "foreign"]


@dataclass(frozen=True)
class Values:
    """A tensor as numbers in reading order, and its shape."""

    shape: tuple[int, ...]
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Block:
    """One value: its text, its right place (None if there is none), and whether it is there."""

    text: str
    place: int | None
    state: State

    @property
    def label(self) -> str:
        """The value with its place: `3 p1`; `3 ?` if no place has it."""
        return f"{self.text} ?" if self.place is None else f"{self.text} p{self.place}"


@dataclass(frozen=True)
class Layout:
    """The expected and the actual values, row by row along the last axis; `places` says what a colour means."""

    expected: tuple[tuple[Block, ...], ...]
    got: tuple[tuple[Block, ...], ...]
    places: str

    @property
    def says(self) -> str:
        """One line: how many values are in place, moved, or from nowhere."""
        states = [block.state for row in self.got for block in row]
        counts = {state: states.count(state) for state in ("right", "moved", "foreign")}
        parts = [
            f"{counts['right']} of {len(states)} values in place",
            f"{counts['moved']} moved" if counts["moved"] else "",
            f"{counts['foreign']} from nowhere" if counts["foreign"] else "",
        ]
        return ", ".join(filter(None, parts))


def layout(expected: Values, got: Values, channels: int = 0) -> Layout | None:
    """Find the place of each actual value.

    Args:
        expected: what should have come, (..., width).
        got: the actual result, of any shape.
        channels: how many values in a row belong to one place of the input; 0: a row is a place.

    Returns:
        The blocks; None if there are too many to draw or the values tell nothing about places.
    """
    rows, others = _rows(expected), _rows(got)
    if not rows or not others or max(len(rows), len(others)) > MOST_ROWS:
        return None
    if max(len(rows[0]), len(others[0])) > MOST_COLUMNS:
        return None

    def place(row: int, column: int) -> int:
        return row * (len(rows[0]) // channels) + column // channels if channels else row

    right = tuple(
        tuple(Block(_text(value), place(r, c), "right") for c, value in enumerate(row)) for r, row in enumerate(rows)
    )
    known = [(value, place(r, c), r, c) for r, row in enumerate(rows) for c, value in enumerate(row)]
    taken: set[tuple[int, int]] = set()
    blocks = tuple(
        tuple(_block(value, r, c, known, taken) for c, value in enumerate(row)) for r, row in enumerate(others)
    )
    states = {block.state for row in blocks for block in row}
    if states in ({"foreign"}, {"right"}):
        return None  # entirely different numbers, or all in place: the order is not the problem
    return Layout(right, blocks, "input place" if channels else "result position")


def of_finding(finding: Any) -> Layout | None:
    """Return the layout of a failing check from its example and values; None if there is nothing to draw."""
    call = OF_LAYOUTS.search(finding.example or "")
    values, others = read(finding.expected), read(finding.got)
    if call is None or values is None or others is None or any(map(math.isnan, others.numbers)):
        return None
    group, width = int(call[1] or 0), values.shape[-1]
    return layout(values, others, width // group if group and width % group == 0 else 0)


def read(text: str | None) -> Values | None:
    """Parse a tensor from its text (`values_as_text.value`); None if it is not a complete tensor."""
    head = re.match(r"shape \(([\d, ]*)\), \w+\n", text or "")
    if text is None or head is None or "..." in text:
        return None
    shape = tuple(int(size) for size in head[1].replace(" ", "").split(",") if size)
    try:
        numbers = tuple(float(word) for word in re.split(r"[\s,\[\]»«]+", text[head.end() :]) if word)
    except ValueError:  # True, False
        return None
    return Values(shape, numbers) if shape and len(numbers) == math.prod(shape) else None


def drawn(found: Layout) -> Iterator[Text]:
    """Yield lines for a terminal: each value on the colour of its place, with the number of the place."""
    yield Text(f"Layout (p: {found.places}): {found.says}.")
    width = max(len(block.label) for row in (*found.expected, *found.got) for block in row)
    for name, rows in (("expected", found.expected), ("got", found.got)):
        for number, row in enumerate(rows):
            cells = [part for block in row for part in ((f" {block.label.rjust(width)} ", _style(block)), " ")]
            yield Text.assemble(f"  {'' if number else name:9}", *cells)


def as_html(finding: Any) -> markupsafe.Markup:
    """Return the layout as an HTML table; empty if there is none."""
    found = of_finding(finding)
    if found is None:
        return markupsafe.Markup("")
    rows = [
        markupsafe.Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            "" if number else name, markupsafe.Markup("").join(_html_cell(block) for block in row)
        )
        for name, part in (("expected", found.expected), ("got", found.got))
        for number, row in enumerate(part)
    ]
    caption = f"Layout (p: {found.places}): {found.says}."
    return markupsafe.Markup('<table class="layout"><caption>{}</caption>{}</table>').format(
        caption, markupsafe.Markup("").join(rows)
    )


def _style(block: Block) -> str:
    return "black on white" if block.place is None else f"black on {COLOURS[block.place % len(COLOURS)]}"


def _html_cell(block: Block) -> markupsafe.Markup:
    colour = "#ffffff" if block.place is None else COLOURS[block.place % len(COLOURS)]
    return markupsafe.Markup('<td style="background: {}; color: #000">{}</td>').format(colour, block.label)


def _rows(values: Values) -> list[tuple[float, ...]]:
    width = values.shape[-1]
    numbers = values.numbers
    return [numbers[start : start + width] for start in range(0, len(numbers), width)] if width else []


def _block(
    value: float, row: int, column: int, known: Sequence[tuple[float, int, int, int]], taken: set[tuple[int, int]]
) -> Block:
    """Find the place of a value: its own place if that fits, else a free place with this value."""
    fitting = [each for each in known if abs(each[0] - value) <= CLOSE * max(1.0, abs(value))]
    here = next((each for each in fitting if (each[2], each[3]) == (row, column)), None)
    if here is not None:
        return Block(_text(value), here[1], "right")
    free = next((each for each in fitting if (each[2], each[3]) not in taken), None)
    if free is None:
        return Block(_text(value), fitting[0][1] if fitting else None, "moved" if fitting else "foreign")
    taken.add((free[2], free[3]))
    return Block(_text(value), free[1], "moved")


def _text(value: float) -> str:
    return f"{value:.3g}"

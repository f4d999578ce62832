"""The coordinates of the marks of a chart, in units of its SVG; the templates draw them. Computes no figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.learner.portrait.figures import Piece

WIDTH, HEIGHT = 640, 280
LEFT, BOTTOM, EDGE = 46, 34, 12
MOST_POINTS = 240
LETTER, LINE = 8.6, 15.0  # of a label on a map


@dataclass(frozen=True)
class Tick:
    """A position on an axis, and its label."""

    at: float
    text: str


@dataclass(frozen=True)
class Curve:
    """A line from left to right, its axes, and a level for comparison."""

    points: str
    across: tuple[Tick, ...]
    upward: tuple[Tick, ...]
    level: float


@dataclass(frozen=True)
class Label:
    """A text on a map; one that would cover another becomes a dot."""

    text: str
    x: float
    y: float
    vowel: bool
    written: bool


def curve(losses: Sequence[tuple[int, float]], level: float) -> Curve:
    """Make the curve of training losses by step; neighbours are merged if there are too many."""
    joined = _joined(losses)
    steps = joined[-1][0]
    low = min(level, *(loss for _, loss in joined))
    high = max(level, *(loss for _, loss in joined))
    down, up = math.floor(low * 5) / 5, math.ceil(high * 5) / 5

    def x(step: float) -> float:
        return round(LEFT + (WIDTH - LEFT - EDGE) * step / steps, 1)

    def y(loss: float) -> float:
        return round(EDGE + (HEIGHT - BOTTOM - EDGE) * (up - loss) / max(up - down, 0.2), 1)

    across = tuple(Tick(x(step), f"{step:,.0f}") for step in _round_numbers(0, steps, 5))
    upward = tuple(Tick(y(loss), f"{loss:.1f}") for loss in _round_numbers(down, up, 5))
    return Curve(" ".join(f"{x(step)},{y(loss)}" for step, loss in joined), across, upward, y(level))


def labels(pieces: Sequence[Piece]) -> tuple[Label, ...]:
    """Place pieces on the map, as large as possible; earlier ones are written first."""
    across, up = max(abs(piece.x) for piece in pieces) or 1, max(abs(piece.y) for piece in pieces) or 1
    half = LETTER * len(pieces[0].text) / 2
    placed: list[Label] = []
    for piece in pieces:
        x = WIDTH / 2 + (WIDTH / 2 - EDGE - half) * piece.x / across
        y = HEIGHT / 2 - (HEIGHT / 2 - EDGE - LINE / 2) * piece.y / up
        covers = any(w.written and abs(w.x - x) < 2 * half and abs(w.y - y) < LINE for w in placed)
        placed.append(Label(piece.text, round(x, 1), round(y, 1), piece.vowel, not covers))
    return tuple(placed)


def _joined(losses: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Merge neighbouring points into at most `MOST_POINTS`, weighted by their steps."""
    size = math.ceil(len(losses) / MOST_POINTS)
    before = [0, *(step for step, _ in losses)]
    weighed = [(step - start, loss) for start, (step, loss) in zip(before, losses, strict=False)]
    joined = []
    for first in range(0, len(losses), size):
        part = weighed[first : first + size]
        steps = sum(count for count, _ in part)
        joined.append((losses[min(first + size, len(losses)) - 1][0], sum(n * loss for n, loss in part) / steps))
    return joined


def _round_numbers(low: float, high: float, most: int) -> list[float]:
    """Return a limited number of ticks from low to high, a step of 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step - 1e-9)
    return [step * number for number in range(first, math.floor(high / step + 1e-9) + 1)]

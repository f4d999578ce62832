"""Draws the lessons' figures: `make pictures`. Nothing is trained, so they come out the same each time."""

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from drawing import Picture

NAME, OTHER = "marianne", "johannes"
LEVELS = ("blue", "green", "purple")  # the colours of levels 1, 2, 3


def tree() -> Picture:
    """Draw the tree over one name, with the shape and the parameters of each row."""
    picture = Picture(
        820,
        400,
        "The tree of exercise 8 over the name marianne",
        "From the bottom: eight letters, eight embeddings, four nodes of level 1 (ma, ri, an, ne), two of level 2 (mari,"
        " anne), the root (marianne), and the logits. Beside each row its shape and parameters: (B, 8, 24) and 648,"
        " (B, 4, 128) and 6,400, (B, 2, 128) and 33,024, (B, 128) and 33,024, (B, 27) and 3,483; 76,579 in all.",
    )
    step, left, shapes, counts = 56, 96, 560, 662
    rows = {"letters": 346, "embedding": 288, 1: 226, 2: 164, 3: 102, "output": 44}
    picture.text(shapes, 24, "shape", look="soft", bold=True)
    picture.text(counts, 24, "parameters", look="soft", bold=True)
    middles = [[left + step * (i + 0.5) for i in range(8)]]
    for i, letter in enumerate(NAME):
        x = middles[0][i]
        picture.line([(x, rows["letters"] - 4), (x, rows["embedding"] + 15)])
        picture.text(x, rows["letters"] + 12, letter, anchor="middle", size=17, mono=True)
        picture.box(x - 14, rows["embedding"] - 15, 28, 30, "grey", "24", 12)
    for level in (1, 2, 3):
        below, width = middles[-1], (44, 62, 96)[level - 1]
        middles.append([(a + b) / 2 for a, b in zip(below[::2], below[1::2], strict=True)])
        for i, x in enumerate(middles[-1]):
            for child in below[2 * i : 2 * i + 2]:
                picture.line([(child, rows[level] + 46), (x, rows[level] + 15)], f"{LEVELS[level - 1]}-line")
            words = NAME[i * 2**level : (i + 1) * 2**level]
            picture.box(x - width / 2, rows[level] - 15, width, 30, LEVELS[level - 1], words)
    root = middles[-1][0]
    picture.line([(root, rows["output"] + 15), (root, rows[3] - 15)], "orange-line")
    picture.box(root - 72, rows["output"] - 15, 144, 30, "orange", "27 logits")
    for name, label, shape, count in (
        ("letters", "tokens", "(B, 8)", ""),
        ("embedding", "embedding", "(B, 8, 24)", "27·24 = 648"),
        (1, "level 1", "(B, 4, 128)", "6,400"),
        (2, "level 2", "(B, 2, 128)", "33,024"),
        (3, "level 3", "(B, 128)", "33,024"),
        ("output", "output", "(B, 27)", "3,483"),
    ):
        y = rows[name] + (12 if name == "letters" else 5)
        picture.text(12, y, label, bold=True)
        picture.text(shapes, y, shape, mono=True)
        picture.text(counts, y, count, mono=True)
    picture.line([(counts, 372), (counts + 130, 372)])
    picture.text(counts, 390, "76,579 in all", mono=True, bold=True)
    return picture


def shared_nodes() -> Picture:
    """Draw two windows with their trees, and below them every node once."""
    text, ends, step, left = f".{NAME}.", (7, 9), 62, 150
    picture = Picture(
        820,
        640,
        "Windows share nodes; the dilated stack computes each once",
        "Two windows of eight characters, two places apart, each with its tree. Three nodes of level 1, (ar), (ia) and"
        " (nn), are in both. Below, all places with one node per level: level 1 joins nodes one place apart, level 2 two"
        " places apart, level 3 four places apart. The nodes of both windows are among them.",
    )
    of_first, of_second = (
        {(level, end - i * 2**level) for level in (1, 2, 3) for i in range(8 // 2**level)} for end in ends
    )

    def colour(level: int, place: int) -> str:
        both = ((level, place) in of_first) + 2 * ((level, place) in of_second)
        return ("grey", "blue", "orange", "green")[both]

    def x_of(place: float) -> float:
        return left + step * (place + 0.5)

    for end, top, title in ((ends[0], 30, "one window"), (ends[1], 200, "two places later")):
        picture.text(12, top + 10, title, bold=True)
        start = end - 7
        for place in range(start, end + 1):
            picture.text(x_of(place), top + 140, text[place], anchor="middle", size=16, mono=True)
        for level in (1, 2, 3):
            y = top + 128 - 41 * level
            for last in range(start + 2**level - 1, end + 1, 2**level):
                middle = x_of(last - (2**level - 1) / 2)
                for child in (last - 0.75 * 2**level + 0.5, last - 0.25 * 2**level + 0.5):
                    picture.line([(x_of(child), y + (29 if level > 1 else 37)), (middle, y + 12)])
                width = (40, 62, 92)[level - 1]
                words = text[last - 2**level + 1 : last + 1]
                picture.box(middle - width / 2, y - 12, width, 24, colour(level, last), words, 12)
    top = 390
    picture.text(12, top, "all positions at once: one node per level and place", bold=True)
    rows = {level: top + 180 - 48 * level for level in range(4)}
    for level in range(1, 4):
        distance = 2 ** (level - 1)
        picture.text(12, rows[level] + 5, f"level {level}: {distance} apart")
        for place in range(2**level - 1, len(text)):
            look = colour(level, place)
            shown = "axis" if look == "grey" else f"{look}-line"
            for other in (place - distance, place):
                ends_at = [(x_of(other), rows[level - 1] - 9), (x_of(place), rows[level] + 9)]
                picture.line(ends_at, shown, 1 if look == "grey" else 2.2, "2 4" if look == "grey" else "")
    for place, letter in enumerate(text):
        picture.text(x_of(place), rows[0] + 8, letter, anchor="middle", size=16, mono=True)
        for level in range(1, 4):
            if place >= 2**level - 1:
                picture.dot(x_of(place), rows[level], 9, colour(level, place))
    for i, (look, words) in enumerate(
        (("blue", "first window only"), ("orange", "second window only"), ("green", "both"), ("grey", "other windows"))
    ):
        picture.dot(110 + 185 * i, 616, 8, look)
        picture.text(124 + 185 * i, 621, words)
    return picture


def queues() -> Picture:
    """Draw three steps of a stream: what the queues hold, what is read, what is new."""
    steps, frame = (5, 6, 7), 330
    picture = Picture(
        frame * 3 + 20,
        330,
        "Three steps of a stream: one queue per level",
        "The stream reads n, n and e of marianne. At each step and level, the oldest node of the queue and the new node are"
        " fused to the new node of the next level: at the last step n and e to ne, an and ne to anne, mari and anne to"
        " marianne. Then the oldest node leaves and the new one comes in.",
    )
    padded = "." * 8 + NAME

    def node(place: int, size: int) -> str:
        return padded[8 + place - size + 1 : 8 + place + 1]

    for number, place in enumerate(steps):
        left = 10 + frame * number
        new = left + 274
        picture.text(left + 8, 24, f"place {place}: the token {NAME[place]}", bold=True, size=14)
        for level in (1, 2, 3):
            size, y = 2 ** (level - 1), 330 - 64 * level
            picture.text(left + 8, y + 5, f"level {level}", look="soft", size=12)
            for slot in range(size):
                x = new - 8 - 44 * (size - slot)
                picture.box(x, y - 14, 41, 28, "orange" if slot == 0 else "grey", node(place - size + slot, size), 12)
            picture.box(new, y - 14, 41, 28, "blue", node(place, size), 12)
            oldest = new - 8 - 44 * size + 20
            picture.line([(oldest, y - 14), (oldest, y - 28), (new + 20, y - 28)], "orange-line")
            picture.arrow((new + 20, y - 14), (new + 20, y - 50 + (level == 3) * 4), "blue-line")
        picture.box(new - 28, 62, 76, 28, "green", node(place, 8), 12)
        picture.text(new - 34, 81, "root", look="soft", size=12, anchor="end")
        if number:
            picture.line([(left - 2, 12), (left - 2, 286)], dash="3 4")
    for i, (look, words) in enumerate(
        (("orange", "oldest: read, then it leaves"), ("blue", "new: fused, then it comes in"), ("grey", "waits"))
    ):
        picture.box(300 + 230 * i, 304, 14, 14, look)
        picture.text(320 + 230 * i, 316, words, size=12)
    return picture


def attention() -> Picture:
    """Draw which places each position reads: the tree, and attention that looks for vowels."""
    side, top = 24, 96
    picture = Picture(
        720,
        600,
        "Who reads whom: the tree and attention, for two names",
        "Two names, marianne and johannes, in two rows; in each picture a row is a position and a column is a place that it"
        " may read. In the tree, position t reads itself and the places 1, 2 and 4 back, in both names alike. In"
        " attention that looks for vowels, the weight of each row is on the vowels up to that position. Nothing is to the"
        " right of the diagonal.",
    )
    picture.text(90, 28, "tree, at all positions", bold=True, size=15)
    picture.text(90, 48, "fixed: itself, and 1, 2 or 4 places back", look="soft", size=12)
    picture.text(420, 28, "attention that looks for vowels", bold=True, size=15)
    picture.text(420, 48, "by content; stronger colour: larger weight", look="soft", size=12)
    for number, word in enumerate((NAME, OTHER)):
        y0 = top + number * 250
        for x0 in (90, 420):
            for i, letter in enumerate(word):
                picture.text(x0 + side * (i + 0.5), y0 - 8, letter, anchor="middle", mono=True, size=14)
                picture.text(x0 - 10, y0 + side * i + 17, letter, anchor="end", mono=True, size=14)
                for other in range(8):
                    look = "grey-line"
                    picture.parts.append(
                        f'<rect class="{look}" x="{x0 + side * other}" y="{y0 + side * i}" width="{side}" height="{side}"'
                        ' stroke-opacity="0.35"/>'
                    )
        for t in range(8):
            for level, distance in enumerate((1, 2, 4)):
                if t >= distance:
                    x, y = 90 + side * (t - distance) + 2, y0 + side * t + 2
                    picture.box(x, y, side - 4, side - 4, LEVELS[level], str(level + 1), 11)
            picture.box(90 + side * t + 2, y0 + side * t + 2, side - 4, side - 4, "grey")
            powers = [math.exp(3.0 * (letter in "aeiou")) for letter in word[: t + 1]]
            for s, power in enumerate(powers):
                picture.share(420 + side * s + 2, y0 + side * t + 2, side - 4, "orange", power / sum(powers))
    picture.text(90, 578, "1, 2, 3: the level that reads the place; grey: itself, on every level", look="soft", size=12)
    return picture


def flatten_orders() -> Picture:
    """Draw the numbered window, laid side by side in the right order and in four wrong ones."""
    looks = {"0": "blue", "1": "orange", "2": "green", "3": "purple"}
    picture = Picture(
        730,
        372,
        "Numbered blocks: the right order and four wrong ones",
        "The input is 00 01, 10 11, 20 21, 30 31 at the places of m, a, r and i. Right: 00 01 10 11 and 20 21 30 31. Channels"
        " interleaved: 00 10 01 11 and 20 30 21 31. Newest first: 10 11 00 01 and 30 31 20 21. Halves joined: 00 01 20 21"
        " and 10 11 30 31. One channel over all places: 00 10 20 30 and 01 11 21 31.",
    )

    def blocks(x: float, y: float, words: str) -> None:
        for i, word in enumerate(words.split()):
            picture.box(x + 46 * i, y, 42, 30, looks[word[0]], word)

    picture.text(12, 40, "x, group 2", bold=True)
    for place, letter in enumerate("mari"):
        x = 250 + 112 * place
        blocks(x, 20, f"{place}0 {place}1")
        picture.text(x + 44, 66, f"place {place} ({letter})", anchor="middle", look="soft", size=12)
    rows = (
        ("right", "00 01 10 11", "20 21 30 31"),
        ("channels interleaved", "00 10 01 11", "20 30 21 31"),
        ("newest first", "10 11 00 01", "30 31 20 21"),
        ("halves joined", "00 01 20 21", "10 11 30 31"),
        ("one channel over all places", "00 10 20 30", "01 11 21 31"),
    )
    picture.text(342, 102, "place 0 of the result", anchor="middle", look="soft", size=12)
    picture.text(566, 102, "place 1 of the result", anchor="middle", look="soft", size=12)
    for i, (label, first, second) in enumerate(rows):
        y = 112 + 50 * i + 8 * (i > 0)
        picture.text(12, y + 20, ("✓ " if i == 0 else "✗ ") + label, look="green-ink" if i == 0 else "red-ink", bold=True)
        blocks(250, y, first)
        blocks(474, y, second)
    return picture


def norm_axes() -> Picture:
    """Draw which values share a mean: right, and two wrong ways."""
    picture = Picture(
        760,
        312,
        "Which values of (B, T, C) share a mean",
        "Three copies of a tensor with B = 2 windows, T = 4 places and C = 3 channels. Right: all values of one channel share a"
        " mean, over windows and places, 3 means. Wrong: only the windows are averaged, every place and channel has a mean"
        " of its own, 12 means. Wrong: the values of one place share a mean over windows and channels, 4 means.",
    )
    looks = ("blue", "orange", "green", "purple")

    def right(t: int, c: int) -> tuple[str, str]:
        return looks[c], str(c)

    def over_batch_only(t: int, c: int) -> tuple[str, str]:
        return looks[(t + c) % 4], str(3 * t + c)

    def per_place(t: int, c: int) -> tuple[str, str]:
        return looks[t], str(t)

    ways: tuple[tuple[str, str, str, Callable[[int, int], tuple[str, str]]], ...] = (
        ("✓ over batch and time", "one mean per channel: 3", "green-ink", right),
        ("✗ over the batch only", "one mean per place and channel: 12", "red-ink", over_batch_only),
        ("✗ over batch and channels", "one mean per place: 4", "red-ink", per_place),
    )
    for number, (title, says, look, way) in enumerate(ways):
        left = 54 + 244 * number
        picture.text(left - 30, 28, title, look=look, bold=True, size=15)
        picture.text(left - 30, 48, says, look="soft", size=12)
        for c in range(3):
            picture.text(left + 16 + 34 * c, 76, f"c{c}", anchor="middle", look="soft", size=11)
        for b in range(2):
            for t in range(4):
                y = 84 + 26 * t + 112 * b
                picture.text(left - 6, y + 16, f"b{b}, t{t}", anchor="end", look="soft", size=11)
                for c in range(3):
                    picture.box(left + 34 * c, y, 32, 24, *way(t, c), 12)
    return picture


def weights() -> Picture:
    """Plot the weights of the flat layer and of the tree against the context, on logarithmic axes."""
    picture = Picture(
        640,
        420,
        "Weights of the flat layer and of the tree",
        "Both axes are logarithmic, contexts 2 to 2,048, embedding 24, width 128. The flat layer grows in proportion to the"
        " context, from 6,144 to 6,291,456 weights. The tree grows by 32,768 per doubling, from 6,144 to 333,824. They cross"
        " between 32 and 64: at 32 the flat layer has 98,304 and the tree 137,216, at 64 it is 196,608 against 169,984.",
    )
    contexts = [2**k for k in range(1, 12)]
    flat = [context * 24 * 128 for context in contexts]
    tree_sizes = [2 * 24 * 128 + (k - 1) * 2 * 128 * 128 for k in range(1, 12)]

    def at(context: float, size: float) -> tuple[float, float]:
        return 90 + 45 * (math.log2(context) - 1), 360 - 96 * (math.log10(size) - 3.6)

    for size, label in ((10**4, "10,000"), (10**5, "100,000"), (10**6, "1 million")):
        picture.line([at(2, size), at(2048, size)], "grey-line", 0.7)
        picture.text(82, at(2, size)[1] + 4, label, anchor="end", look="soft", size=12)
    for context in contexts:
        picture.text(at(context, 1)[0], 380, f"{context:,}", anchor="middle", look="soft", size=11)
    picture.line([(90, 40), (90, 362), (552, 362)])
    picture.text(320, 406, "context, in characters", anchor="middle", size=13)
    picture.text(12, 24, "weights", size=13)
    for sizes, look, label in ((flat, "orange", "flat layer"), (tree_sizes, "blue", "tree")):
        picture.line([at(c, s) for c, s in zip(contexts, sizes, strict=True)], f"{look}-line", 2.5)
        for context, size in zip(contexts, sizes, strict=True):
            picture.dot(*at(context, size), 4, look)
        picture.text(at(2048, 1)[0] + 12, at(2048, sizes[-1])[1] + 4, label, look=f"{look}-ink", bold=True)
    x, y = at(64, 196_608)
    picture.line([(x, 362), (x, y)], "axis", 1, "4 4")
    picture.text(x - 10, y - 44, "at 64 the tree is smaller:", anchor="end", size=12)
    picture.text(x - 10, y - 28, "169,984 against 196,608", anchor="end", size=12)
    return picture


def fusion() -> Picture:
    """Draw one fusion: a weighted sum, then the bend of tanh."""
    picture = Picture(
        760,
        330,
        "One fusion in two steps: a weighted sum, and the bend of tanh",
        "Left: the channels of m, 0.5 and -0.2, and of a, 0.1 and 0.4, are joined; every output is a weighted sum of all four"
        " plus a bias, 0.31 and -0.07. Right: the curve of tanh. Raising the left number by 1 moves the output from 0 to"
        " 0.762 if the right number is 0, and only from 0.964 to 0.995 if the right number is 2.",
    )
    picture.text(12, 26, "1. join, and add up with weights", bold=True, size=14)
    inputs = [(60, "0.5", "blue"), (116, "-0.2", "blue"), (172, "0.1", "orange"), (228, "0.4", "orange")]
    for output, (x, value) in enumerate(((102, "0.31"), (200, "-0.07"))):
        for left, _, look in inputs:
            picture.line([(left, 238), (x, 158)], f"{look}-line", 1.2)
        picture.box(x - 34, 128, 68, 30, "green", value)
        picture.text(x, 116, f"output {output}", anchor="middle", look="soft", size=12)
    for left, value, look in inputs:
        picture.box(left - 25, 238, 50, 30, look, value)
    picture.text(88, 292, "left: m", anchor="middle", look="blue-ink", bold=True)
    picture.text(200, 292, "right: a", anchor="middle", look="orange-ink", bold=True)
    picture.text(150, 82, "each line has a weight; each output has a bias", anchor="middle", look="soft", size=12)

    picture.text(370, 26, "2. tanh bends: one step, two results", bold=True, size=14)

    def at(value: float, height: float) -> tuple[float, float]:
        return 400 + 90 * value, 270 - 190 * height

    picture.line([at(-0.5, 0), at(3.6, 0)])
    picture.line([at(0, -0.05), at(0, 1.1)])
    picture.line([at(0, 1), at(3.6, 1)], "grey-line", 0.8, "4 4")
    picture.text(at(0, 1)[0] - 8, at(0, 1)[1] + 4, "1", anchor="end", look="soft", size=12)
    picture.line([at(k / 20, math.tanh(k / 20)) for k in range(-4, 73)], "purple-line", 2.5)
    for start, look, label in ((0.0, "blue", "right number 0: + 0.762"), (2.0, "orange", "right number 2: + 0.031")):
        low, high = math.tanh(start), math.tanh(start + 1)
        picture.line([at(start, low), at(start + 1, low), at(start + 1, high)], f"{look}-line", 2)
        picture.dot(*at(start, low), 4, look)
        picture.dot(*at(start + 1, high), 4, look)
        if start:
            picture.text(at(1.75, 0)[0], at(0, 0.78)[1], label, look=f"{look}-ink", bold=True)
        else:
            picture.text(at(1.1, 0)[0], at(0, 0.35)[1], label, look=f"{look}-ink", bold=True)
    for k in range(4):
        picture.text(at(k, 0)[0], 290, str(k), anchor="middle", look="soft", size=12)
    picture.text(at(1.6, 0)[0], 314, "the sum: left number + right number", anchor="middle", look="soft", size=12)
    return picture


FIGURES: tuple[Callable[[], Picture], ...] = (
    weights,
    fusion,
    flatten_orders,
    norm_axes,
    tree,
    shared_nodes,
    queues,
    attention,
)


def main(arguments: Sequence[str]) -> None:
    """Write all figures into a folder, by default into the one of this file."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    for figure in FIGURES:
        (folder / f"{figure.__name__}.svg").write_text(figure().svg(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The conclusion of a race: each model's mean over its seeds, and sentences that claim no more than the figures
support.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from grader.learner.race.race import Arrival

REACHED = 0.02  # this close to the lowest possible loss, a model has found everything


@dataclass(frozen=True)
class Standing:
    """All results with one name: mean loss, its spread over seeds (0 for one), and the mean excess over the lowest
    possible loss.
    """

    name: str
    parameters: int
    loss: float
    spread: float
    least: float | None
    seeds: int

    @property
    def excess(self) -> float:
        """The loss minus the lowest possible loss; infinite if that is unknown."""
        return math.inf if self.least is None else self.loss - self.least


def standings(arrivals: Sequence[Arrival]) -> tuple[Standing, ...]:
    """Return one line per name, in the order of their first lanes."""
    names = list(dict.fromkeys(arrival.lane.name for arrival in arrivals))
    groups = [[arrival for arrival in arrivals if arrival.lane.name == name] for name in names]
    return tuple(_standing(group) for group in groups)


def _standing(group: Sequence[Arrival]) -> Standing:
    losses = [arrival.loss for arrival in group]
    spread = statistics.stdev(losses) if len(losses) > 1 else 0.0
    first = group[0]
    return Standing(first.lane.name, first.parameters, statistics.fmean(losses), spread, first.least, len(group))


def verdict(arrivals: Sequence[Arrival]) -> str:
    """Describe the result in a few sentences that the figures support."""
    deepest = max(arrival.lane.context for arrival in arrivals)
    at_deepest = [a for a in arrivals if a.lane.context == deepest and not a.lane.without]
    tree, flat, connected = (
        [a for a in at_deepest if a.lane.model == model] for model in ("tree", "flat", "connected")
    )
    if arrivals[0].least is None:
        return _verdict_on_words(tree, flat)
    of_tree, of_flat = _standing(tree), _standing(flat)
    ahead = "the tree" if of_tree.excess < of_flat.excess else "the flat model"
    trees = [s for s in standings([a for a in arrivals if not a.lane.without]) if s.name.startswith("tree")]
    reached = [s.name.removeprefix("tree, ") for s in trees if s.excess <= REACHED]
    found = f"Trees reach the lowest possible loss, to within {REACHED}, at " + ", ".join(reversed(reached)) + "."
    sentences = [
        f"Of two models of equal size that see {deepest} letters, the tree ends {of_tree.excess:.3f} above the least "
        f"possible loss and the flat model {of_flat.excess:.3f}: {ahead} is ahead by "
        f"{abs(of_tree.loss - of_flat.loss):.3f}."
    ]
    if connected:
        sentences.append(_shares(of_tree, of_flat, _standing(connected)))
    lacking = [s for s in standings(arrivals) if s.name.startswith("tree, no ")]
    sentences += [_ablation(of_tree, standing) for standing in lacking]
    return " ".join([*sentences, found if reached else "No tree reaches the lowest possible loss."])


def _shares(tree: Standing, flat: Standing, connected: Standing) -> str:
    """Divide the tree's lead into depth and wiring."""
    gap, by_depth = flat.loss - tree.loss, flat.loss - connected.loss
    if gap <= _chance(tree, flat):
        return "The tree's lead is no larger than chance, so it cannot be divided into depth and wiring."
    layers = {2: "Two", 3: "Three"}.get(_levels(connected), str(_levels(connected)))
    depth = f"{layers} fully connected layers of the same size, as deep as the tree, end at {connected.loss:.3f}."
    if by_depth <= _chance(connected, flat):
        rest = "the rest of the tree: its wiring and normalisation"
        return f"{depth} They are not ahead of the flat model, so the whole lead is due to {rest}."
    if connected.loss - tree.loss <= _chance(connected, tree):
        return f"{depth} The tree is not ahead of them, so the whole lead is due to depth."
    share = round(100 * by_depth / gap)
    return (
        f"{depth} So depth alone closes {share} % of the gap, and the other {100 - share} % is the rest of the "
        f"tree: its wiring (neighbours first, weights shared along the sequence) and its normalisation."
    )


def _ablation(tree: Standing, lacking: Standing) -> str:
    """Describe what the tree loses without one part."""
    difference = lacking.loss - tree.loss
    what = lacking.name.removeprefix("tree, no ")
    if abs(difference) <= _chance(tree, lacking):
        return f"Without {what} it ends at {lacking.loss:.3f}, no different beyond chance."
    how = "worse" if difference > 0 else "better"
    return f"Without {what} it ends at {lacking.loss:.3f}, {abs(difference):.3f} {how}."


def _chance(one: Standing, other: Standing) -> float:
    """Return twice the standard error of the difference of two means over seeds; 0 for one seed, which does not show
    it.
    """
    return 2 * math.hypot(one.spread, other.spread) / math.sqrt(one.seeds)


def _levels(standing: Standing) -> int:
    return int(standing.name.rpartition(" ")[2]).bit_length() - 1


def _verdict_on_words(tree: Sequence[Arrival], flat: Sequence[Arrival]) -> str:
    """Name a winner only if the difference is larger than other seeds and other words would explain."""
    of_tree, of_flat = _standing(tree), _standing(flat)
    gap = of_flat.loss - of_tree.loss
    by_seed = math.hypot(of_tree.spread, of_flat.spread) / math.sqrt(of_tree.seeds)
    chance = 2 * math.hypot(by_seed, _error_of_the_words(tree, flat))
    figures = f"tree {of_tree.loss:.3f}, flat {of_flat.loss:.3f}; over {_seeds(of_tree.seeds)} they spread by "
    figures += f"{of_tree.spread:.3f} and {of_flat.spread:.3f}"
    if of_tree.seeds == 1:
        figures = f"tree {of_tree.loss:.3f}, flat {of_flat.loss:.3f}; one seed says nothing about the spread"
    if abs(gap) <= chance:
        within = f"Their difference, {abs(gap):.3f}, is within chance (±{chance:.3f})."
        return f"No clear winner at equal size: {figures}. {within}"
    winner = "tree" if gap > 0 else "flat model"
    return (
        f"The {winner} is ahead by {abs(gap):.3f}, more than chance explains (±{chance:.3f}): {figures}. "
        f"This holds for these words and this recipe."
    )


def _error_of_the_words(tree: Sequence[Arrival], flat: Sequence[Arrival]) -> float:
    """Return the standard error of the difference for other held-out words, because whole words are drawn."""
    words = len(tree[0].by_word)
    letters = sum(count for _, count in tree[0].by_word)
    gaps = []
    for word in range(words):
        count = tree[0].by_word[word][1]
        means = [statistics.fmean(a.by_word[word][0] for a in model) for model in (flat, tree)]
        gaps.append((means[0] - means[1], count))
    mean = sum(gap * count for gap, count in gaps) / letters
    return math.sqrt(sum((count * (gap - mean)) ** 2 for gap, count in gaps)) / letters


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"

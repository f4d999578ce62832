"""Which pieces are close on a level: a map in two dimensions, and what nearest neighbours share."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.learner.portrait.figures import Agreement, LevelMap, Piece

ON_THE_MAP, COMPARED = 60, 1000
SHOWN_NEIGHBOURS = 8
COMMON_TO_ALL = 0.95  # a property that nearly all pieces share says nothing


def level_map(level: int, pieces: Sequence[str], vectors: Tensor, followed_by: Sequence[str]) -> LevelMap:
    """Make the map of a level.

    Args:
        level: 0 is the embedding.
        pieces: distinct texts of one length, the commonest first.
        vectors: (N, C), the vector of each.
        followed_by: the character that follows each most often in the words.
    """
    places, explained = two_dimensions(vectors[:ON_THE_MAP])
    nearest = nearest_others(vectors)
    shown = range(min(SHOWN_NEIGHBOURS, len(pieces)))
    return LevelMap(
        level=level,
        sees=len(pieces[0]),
        width=vectors.shape[1],
        compared=len(pieces),
        pieces=tuple(
            Piece(piece, x, y, _is_vowel(piece[-1]))
            for piece, (x, y) in zip(pieces[:ON_THE_MAP], places.tolist(), strict=True)
        ),
        explained=explained,
        neighbours=tuple((pieces[i], tuple(pieces[n] for n in nearest[i, :3].tolist())) for i in shown),
        agreements=_agreements(pieces, followed_by, nearest[:, 0].tolist()),
    )


def two_dimensions(vectors: Tensor) -> tuple[Tensor, tuple[float, float]]:
    """The two directions in which vectors differ most (PCA).

    Returns:
        Places (N, 2), and the share of all variance that each direction has. A direction's sign is chance, so it is
        the one that makes its largest place positive.
    """
    centred = (vectors - vectors.mean(0)).double()
    u, s, _ = torch.linalg.svd(centred, full_matrices=False)
    places = F.pad(u * s, (0, 2))[:, :2]
    largest = places.gather(0, places.abs().argmax(0, keepdim=True))
    shares = F.pad(s**2 / (s**2).sum().clamp_min(1e-12), (0, 2)).tolist()
    return places * torch.where(largest < 0, -1.0, 1.0), (shares[0], shares[1])


def nearest_others(vectors: Tensor) -> Tensor:
    """Rank the other vectors for each vector by angle, after subtracting the mean, nearest first; (N, k)."""
    directions = F.normalize(vectors - vectors.mean(0), dim=-1)
    likeness = (directions @ directions.T).fill_diagonal_(-2)
    return likeness.topk(min(3, len(vectors) - 1), dim=-1).indices


def _agreements(pieces: Sequence[str], followed_by: Sequence[str], nearest: Sequence[int]) -> tuple[Agreement, ...]:
    """Count how often a piece and its nearest neighbour share a property, and how often two pieces do by chance."""
    following = dict(zip(pieces, followed_by, strict=True))
    shared: list[tuple[str, int, Callable[[str], Hashable]]] = [  # what, and the shortest pieces that can share it
        ("the last character", 2, lambda piece: piece[-1]),
        ("the last two characters", 3, lambda piece: piece[-2:]),
        ("the first character", 2, lambda piece: piece[0]),
        ("vowels at the same places", 1, lambda piece: tuple(map(_is_vowel, piece))),
        ("what follows most often", 1, lambda piece: following[piece]),
    ]
    found = []
    for what, shortest, key in shared:
        keys = [key(piece) for piece in pieces]
        counts = Counter(keys).values()
        chance = sum(n * (n - 1) for n in counts) / (len(keys) * (len(keys) - 1))
        if len(pieces[0]) >= shortest and chance < COMMON_TO_ALL:
            share = sum(key == keys[other] for key, other in zip(keys, nearest, strict=True)) / len(keys)
            found.append(Agreement(what, share, chance))
    return tuple(found)


def _is_vowel(character: str) -> bool:
    """Return whether a character is a, e, i, o, u or y, with any accent."""
    return unicodedata.normalize("NFD", character)[0].lower() in "aeiouy"

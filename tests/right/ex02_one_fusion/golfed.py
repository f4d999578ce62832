"""As short as it goes: r_ joins, one condition for all the shapes."""

from typing import NamedTuple

import numpy as np

FusionTrace = NamedTuple("FusionTrace", [(n, np.ndarray) for n in ("joined", "summed", "fused")])


def trace_fusion(left, right, weight, bias):
    l, r, w, b = map(np.shape, (left, right, weight, bias))
    if not l or l != r or w != (2 * l[-1], *b) or len(b) != 1:
        raise ValueError(f"{l} {r} {w} {b}")
    j = np.r_["-1", left, right]
    return FusionTrace(j, s := j @ weight + bias, np.tanh(s))

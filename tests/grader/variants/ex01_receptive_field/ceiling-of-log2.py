import math


def _require(ok, what, value):
    if not ok:
        raise ValueError(f"bad {what}={value}")


def receptive_field(levels, group=2):
    _require(levels >= 0, "levels", levels)
    _require(group >= 2, "group", group)
    return group**levels


def levels_needed(context, group=2):
    _require(context >= 1, "context", context)
    _require(group >= 2, "group", group)
    quotient = math.log2(context) / math.log2(group)
    return int(-(-quotient // 1))


def level_lengths(context, group=2):
    depth = levels_needed(context, group)
    _require(receptive_field(depth, group) == context, "context", context)
    return [context // group**i for i in range(depth + 1)]


def flat_weights(context, embedding_dim, hidden_dim):
    _require(context > 0, "context", context)
    _require(embedding_dim > 0, "embedding_dim", embedding_dim)
    _require(hidden_dim > 0, "hidden_dim", hidden_dim)
    return math.prod([context, embedding_dim, hidden_dim])


def tree_weights(context, embedding_dim, hidden_dim, group=2):
    _require(embedding_dim > 0, "embedding_dim", embedding_dim)
    _require(hidden_dim > 0, "hidden_dim", hidden_dim)
    level_lengths(context, group)
    depth = levels_needed(context, group)
    sizes = [embedding_dim] + [hidden_dim] * depth
    return sum(group * a * b for a, b in zip(sizes, sizes[1:]))

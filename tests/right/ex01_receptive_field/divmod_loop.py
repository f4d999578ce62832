"""Everything goes down by divmod in while loops; each function checks its own arguments at its own place."""


def receptive_field(levels, group=2):
    if group <= 1:
        raise ValueError(f"group is {group}, it must be 2 or more")
    if levels <= -1:
        raise ValueError(f"levels is {levels}, it must be 0 or more")
    field = 1
    while levels > 0:
        field *= group
        levels -= 1
    return field


def levels_needed(context, group=2):
    if context <= 0:
        raise ValueError(f"context is {context}, it must be 1 or more")
    if group <= 1:
        raise ValueError(f"group is {group}, it must be 2 or more")
    levels = 0
    left = context - 1
    while left:
        left //= group
        levels += 1
    return levels


def level_lengths(context, group=2):
    if context <= 0:
        raise ValueError(f"context is {context}, it must be 1 or more")
    if group <= 1:
        raise ValueError(f"group is {group}, it must be 2 or more")
    lengths = [context]
    while lengths[-1] > 1:
        quotient, rest = divmod(lengths[-1], group)
        if rest:
            raise ValueError(f"context is {context}, which is not a power of {group}: {lengths[-1]} leaves {rest}")
        lengths.append(quotient)
    return lengths


def flat_weights(context, embedding_dim, hidden_dim):
    if context <= 0:
        raise ValueError(f"context is {context}, it must be 1 or more")
    if embedding_dim <= 0:
        raise ValueError(f"embedding_dim is {embedding_dim}, it must be 1 or more")
    if hidden_dim <= 0:
        raise ValueError(f"hidden_dim is {hidden_dim}, it must be 1 or more")
    fan_in = context * embedding_dim
    return fan_in * hidden_dim


def tree_weights(context, embedding_dim, hidden_dim, group=2):
    flat_weights(context, embedding_dim, hidden_dim)
    weights = 0
    fan_in = group * embedding_dim
    for length in level_lengths(context, group)[1:]:
        weights += fan_in * hidden_dim
        fan_in = group * hidden_dim
        assert length >= 1
    return weights

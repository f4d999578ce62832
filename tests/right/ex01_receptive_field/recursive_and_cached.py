"""Functions that call themselves for the square of the group, and cache numbers and tuples, which a caller cannot change."""

from functools import cache


def check_group(group):
    if group < 2:
        raise ValueError(f"{group=} but a fusion joins two or more")


@cache
def receptive_field(levels, group=2):
    check_group(group)
    if levels < 0:
        raise ValueError(f"{levels=} cannot be negative")
    if levels < 2:
        return group if levels else 1
    return receptive_field(levels // 2, group * group) * receptive_field(levels % 2, group)


@cache
def levels_needed(context, group=2):
    check_group(group)
    if context < 1:
        raise ValueError(f"{context=} must be positive")
    if context <= group:
        return int(context > 1)
    levels = 2 * levels_needed(context, group * group)
    return levels - (receptive_field(levels - 1, group) >= context)


@cache
def kept_lengths(context, group):
    levels = levels_needed(context, group)
    if receptive_field(levels, group) != context:
        raise ValueError(f"{context=} is not a power of {group=}")
    lengths = [context]
    while lengths[-1] > 1:
        lengths.append(lengths[-1] // group)
    return tuple(lengths)


def level_lengths(context, group=2):
    return list(kept_lengths(context, group))


@cache
def flat_weights(context, embedding_dim, hidden_dim):
    for name, value in (("context", context), ("embedding_dim", embedding_dim), ("hidden_dim", hidden_dim)):
        if value < 1:
            raise ValueError(f"{name}={value} must be positive")
    return context * embedding_dim * hidden_dim


@cache
def tree_weights(context, embedding_dim, hidden_dim, group=2):
    lengths = kept_lengths(context, group)
    flat_weights(context, embedding_dim, hidden_dim)
    if len(lengths) == 1:
        return 0
    return flat_weights(group, embedding_dim, hidden_dim) + (len(lengths) - 2) * flat_weights(group, hidden_dim, hidden_dim)

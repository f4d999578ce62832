"""Functions that call themselves one level down and remember what they found."""

from functools import cache


def check_group(group):
    if group < 2:
        raise ValueError(f"{group=} but a fusion joins two or more")


@cache
def receptive_field(levels, group=2):
    check_group(group)
    if levels < 0:
        raise ValueError(f"{levels=} cannot be negative")
    return group * receptive_field(levels - 1, group) if levels else 1


@cache
def levels_needed(context, group=2):
    check_group(group)
    if context < 1:
        raise ValueError(f"{context=} must be positive")
    return 0 if context == 1 else 1 + levels_needed(-(-context // group), group)


@cache
def level_lengths(context, group=2):
    check_group(group)
    if context < 1:
        raise ValueError(f"{context=} must be positive")
    if context == 1:
        return [1]
    if context % group or context < group:
        raise ValueError(f"{context=} is left over: not a power of {group=}")
    try:
        return [context, *level_lengths(context // group, group)]
    except ValueError:
        raise ValueError(f"{context=} is not a power of {group=}") from None


@cache
def flat_weights(context, embedding_dim, hidden_dim):
    for name, value in (("context", context), ("embedding_dim", embedding_dim), ("hidden_dim", hidden_dim)):
        if value < 1:
            raise ValueError(f"{name}={value} must be positive")
    return context * embedding_dim * hidden_dim


@cache
def tree_weights(context, embedding_dim, hidden_dim, group=2):
    lengths = level_lengths(context, group)
    flat_weights(context, embedding_dim, hidden_dim)
    if len(lengths) == 1:
        return 0
    return group * embedding_dim * hidden_dim + (
        tree_weights(lengths[1], hidden_dim, hidden_dim, group) if len(lengths) > 2 else 0
    )

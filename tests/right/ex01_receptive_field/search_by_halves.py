"""Bisection over the number of levels with exact powers; a decorator checks the arguments by name."""

import functools
import inspect

LEAST = {"levels": 0, "group": 2, "context": 1, "embedding_dim": 1, "hidden_dim": 1}


def checked(function):
    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        wrong = {name: value for name, value in bound.arguments.items() if value < LEAST[name]}
        if wrong:
            raise ValueError(f"too small: {wrong}")
        return function(**bound.arguments)

    return wrapper


@checked
def receptive_field(levels, group=2):
    half = group ** (levels // 2)
    return half * half * (group if levels % 2 else 1)


@checked
def levels_needed(context, group=2):
    low, high = 0, context.bit_length()
    while low < high:
        middle = (low + high) // 2
        if group**middle >= context:
            high = middle
        else:
            low = middle + 1
    return low


@checked
def level_lengths(context, group=2):
    levels = levels_needed(context, group)
    lengths = [group ** (levels - level) for level in range(levels + 1)]
    if lengths[0] != context:
        raise ValueError(f"the context, {context}, is {lengths[0] - context} short of a power of {group}")
    return lengths


@checked
def flat_weights(context, embedding_dim, hidden_dim):
    return sum([embedding_dim * hidden_dim]) * context


@checked
def tree_weights(context, embedding_dim, hidden_dim, group=2):
    match level_lengths(context, group):
        case [_]:
            return 0
        case [_, _, *more]:
            return flat_weights(group, embedding_dim, hidden_dim) + len(more) * flat_weights(
                group, hidden_dim, hidden_dim
            )

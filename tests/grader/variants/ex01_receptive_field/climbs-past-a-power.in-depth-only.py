def receptive_field(levels, group=2):
    if levels < 0:
        raise ValueError(f"levels cannot be negative: {levels}")
    if group < 2:
        raise ValueError(f"group is {group} but must be 2 or more")
    field = 1
    for _ in range(levels):
        field = field * group
    return field


def levels_needed(context, group=2):
    if context < 1:
        raise ValueError(f"context must be positive: {context}")
    if group < 2:
        raise ValueError(f"group is {group} but must be 2 or more")
    n = 0
    while group**n <= context:
        n += 1
    return n


def level_lengths(context, group=2):
    if context < 1:
        raise ValueError(f"context must be positive: {context}")
    if group < 2:
        raise ValueError(f"group is {group} but must be 2 or more")
    lengths = [context]
    while context > 1:
        if context % group != 0:
            raise ValueError(f"context {lengths[0]} is not a power of {group}")
        context = context // group
        lengths.append(context)
    return lengths


def flat_weights(context, embedding_dim, hidden_dim):
    if context < 1:
        raise ValueError(f"context must be positive: {context}")
    if embedding_dim < 1:
        raise ValueError(f"embedding_dim must be positive: {embedding_dim}")
    if hidden_dim < 1:
        raise ValueError(f"hidden_dim must be positive: {hidden_dim}")
    return context * embedding_dim * hidden_dim


def tree_weights(context, embedding_dim, hidden_dim, group=2):
    if embedding_dim < 1:
        raise ValueError(f"embedding_dim must be positive: {embedding_dim}")
    if hidden_dim < 1:
        raise ValueError(f"hidden_dim must be positive: {hidden_dim}")
    n = len(level_lengths(context, group)) - 1
    if n == 0:
        return 0
    first = group * embedding_dim * hidden_dim
    other = group * hidden_dim * hidden_dim
    return first + (n - 1) * other

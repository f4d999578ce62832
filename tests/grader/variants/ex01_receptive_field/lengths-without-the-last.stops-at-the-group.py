# my answer, exercise 1
def receptive_field(levels, group=2):
    if levels < 0:
        raise ValueError("levels is " + str(levels) + " but it can't be negative")
    if group < 2:
        raise ValueError("group is " + str(group) + " but it must be 2 or more")
    result = 1
    for _ in range(levels):
        result = result * group
    return result


def levels_needed(context, group=2):
    if context < 1:
        raise ValueError("context is " + str(context))
    if group < 2:
        raise ValueError("group is " + str(group))
    count = 0
    field = 1
    while field < context:
        field = field * group
        count = count + 1
    return count


def level_lengths(context, group=2):
    if context < 1:
        raise ValueError("context is " + str(context))
    if group < 2:
        raise ValueError("group is " + str(group))
    now = context
    lengths = [now]
    while now > group:
        if now % group != 0:
            raise ValueError("context " + str(context) + " is not a power of " + str(group))
        now = now // group
        lengths.append(now)
    return lengths


def flat_weights(context, embedding_dim, hidden_dim):
    if context < 1:
        raise ValueError("context is " + str(context))
    if embedding_dim < 1:
        raise ValueError("embedding_dim is " + str(embedding_dim))
    if hidden_dim < 1:
        raise ValueError("hidden_dim is " + str(hidden_dim))
    return context * embedding_dim * hidden_dim


def tree_weights(context, embedding_dim, hidden_dim, group=2):
    if embedding_dim < 1:
        raise ValueError("embedding_dim is " + str(embedding_dim))
    if hidden_dim < 1:
        raise ValueError("hidden_dim is " + str(hidden_dim))
    lengths = level_lengths(context, group)
    levels = len(lengths) - 1
    total = 0
    for level in range(levels):
        if level == 0:
            total = total + group * embedding_dim * hidden_dim
        else:
            total = total + group * hidden_dim * hidden_dim
    return total

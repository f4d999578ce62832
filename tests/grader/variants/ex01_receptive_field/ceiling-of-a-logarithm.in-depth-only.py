import math


def check(minimum, **arguments):
    for name, value in arguments.items():
        if value < minimum:
            raise ValueError(name + " should be >= " + str(minimum) + " but is " + str(value))


def receptive_field(levels: int, group: int = 2) -> int:
    check(0, levels=levels)
    check(2, group=group)
    return pow(group, levels)


def levels_needed(context: int, group: int = 2) -> int:
    check(1, context=context)
    check(2, group=group)
    exact = math.log(context, group)
    result = int(exact)
    if result < exact:
        result += 1
    return result


def level_lengths(context: int, group: int = 2) -> list[int]:
    check(1, context=context)
    check(2, group=group)
    result = [1]
    while result[0] < context:
        result.insert(0, result[0] * group)
    if result[0] != context:
        raise ValueError("context = " + str(context) + " does not divide evenly")
    return result


def flat_weights(context: int, embedding_dim: int, hidden_dim: int) -> int:
    check(1, context=context, embedding_dim=embedding_dim, hidden_dim=hidden_dim)
    return hidden_dim * (context * embedding_dim)


def tree_weights(context: int, embedding_dim: int, hidden_dim: int, group: int = 2) -> int:
    check(1, embedding_dim=embedding_dim, hidden_dim=hidden_dim)
    total, inputs = 0, embedding_dim
    for _ in level_lengths(context, group)[1:]:
        total += group * inputs * hidden_dim
        inputs = hidden_dim
    return total

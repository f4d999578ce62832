"""As short as it goes: lambdas, walrus, one function that refuses, recursion over squares for the levels."""


def no(**a):
    for k, v in a.items():
        if v < (k == "group") + (k != "levels"):
            raise ValueError(f"{k}={v}")


receptive_field = lambda levels, group=2: no(levels=levels, group=group) or group**levels
levels_needed = lambda context, group=2: no(context=context, group=group) or (
    context > 1 and (+(context <= group) or (n := 2 * levels_needed(context, group**2)) - (group ** (n - 1) >= context))
) or 0


def level_lengths(context, group=2):
    if group ** (n := levels_needed(context, group)) - context:
        raise ValueError(f"{context=}")
    return [group**n // group**i for i in range(n + 1)]


flat_weights = lambda context, embedding_dim, hidden_dim: no(
    context=context, embedding_dim=embedding_dim, hidden_dim=hidden_dim
) or context * embedding_dim * hidden_dim


def tree_weights(context, embedding_dim, hidden_dim, group=2):
    no(embedding_dim=embedding_dim, hidden_dim=hidden_dim)
    return (n := len(level_lengths(context, group)) - 1) and group * hidden_dim * (embedding_dim + ~-n * hidden_dim)

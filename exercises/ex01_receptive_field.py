"""Exercise 1: how far a tree of fusions sees, and what it costs.

Use plain Python and stay exact for integers of any size: no floats, so no `math.log`.
"""


def receptive_field(levels: int, group: int = 2) -> int:
    """Count the characters that one output sees after `levels` levels.

    Args:
        levels: number of levels, 0 or more; at level 0 an output is one character.
        group: neighbours joined by one fusion, 2 or more.

    Returns:
        The receptive field, in characters.

    Raises:
        ValueError: levels < 0 or group < 2; the message includes the argument's name and its value.

    Source: van den Oord et al. 2016, "WaveNet", section 2.1 (dilated causal convolutions).
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def levels_needed(context: int, group: int = 2) -> int:
    """Find the smallest number of levels whose receptive field covers `context` characters.

    Args:
        context: characters to cover, 1 or more, of any size.
        group: neighbours joined by one fusion, 2 or more.

    Returns:
        The number of levels: 8 characters need 3, 9 need 4, 2**200 + 1 need 201.

    Raises:
        ValueError: context < 1 or group < 2; the message includes the argument's name and its value.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def level_lengths(context: int, group: int = 2) -> list[int]:
    """List the sequence length before the first fusion and after each one: 8 gives [8, 4, 2, 1].

    Args:
        context: characters in the window, a power of `group` (1 is one: it needs no fusion).
        group: neighbours joined by one fusion, 2 or more.

    Returns:
        The lengths, from `context` down to 1.

    Raises:
        ValueError: context < 1 or not a power of `group`, or group < 2; the message includes argument and value.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def flat_weights(context: int, embedding_dim: int, hidden_dim: int) -> int:
    """Count the weights (no biases) of the fusion that joins all characters in one step.

    Args:
        context: characters in the window, 1 or more.
        embedding_dim: numbers per character, 1 or more.
        hidden_dim: outputs of the fusion, 1 or more.

    Returns:
        The number of weights of one linear layer that reads the whole window.

    Raises:
        ValueError: an argument below 1; the message includes the argument's name and its value.

    Source: Bengio et al. 2003, "A Neural Probabilistic Language Model" (the model that joins all at once).
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


def tree_weights(context: int, embedding_dim: int, hidden_dim: int, group: int = 2) -> int:
    """Count the weights (no biases) of all levels of the tree, one linear layer per level.

    Level 1 reads `group` embeddings at a time, each later level `group` hidden vectors.

    Args:
        context: characters in the window, a power of `group`; 1 needs no fusion and has no weights.
        embedding_dim: numbers per character, 1 or more.
        hidden_dim: outputs of each fusion, 1 or more.
        group: neighbours joined by one fusion, 2 or more.

    Returns:
        The number of weights of all levels together.

    Raises:
        ValueError: context not a power of `group`, group < 2, or another argument below 1, whatever the others are;
            the message includes the argument's name and its value.
    """
    # Your code goes here, in place of the line below.
    raise NotImplementedError("not written yet")


if __name__ == "__main__":
    print("To call your own code: python -im exercises.ex01_receptive_field; to check it: grade 1")

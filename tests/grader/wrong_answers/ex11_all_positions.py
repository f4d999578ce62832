"""Mistakes in exercise 11: each is what it replaces in the solution."""

EMBEDDED = "nodes = tree.embedding(torch.nn.functional.pad(tokens, (tree.context - 1, 0)))"
FUSED = "nodes = _fused(level, nodes, tree.group, tree.group**number)"
LENGTH = "length = nodes.shape[1] - (group - 1) * distance"
NEIGHBOURS = "neighbours = [nodes[:, k * distance :][:, :length] for k in range(group)]"
RETURNED = "return level(groups.flatten(0, 1)).unflatten(0, groups.shape[:2])"
LOGITS = "return tree.output(nodes)\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    # padding
    "last-token-for-the-padding": [
        (EMBEDDED, EMBEDDED.replace("(tree.context - 1, 0)", "(tree.context - 1, 0), value=1"))
    ],
    "mirrored-padding": [
        (
            EMBEDDED,
            "nodes = tree.embedding(torch.cat([tokens.flip(1)] * tree.context + [tokens], 1)[:, 1 - tree.context - tokens.shape[1] :])",
        )
    ],
    "first-positions-zero": [
        (LOGITS, "return tree.output(nodes).index_fill(1, torch.arange(min(tree.context - 1, tokens.shape[1])), 0.0)\n")
    ],
    # levels
    "levels-from-the-top": [("enumerate(tree.levels)", "zip(reversed(range(len(tree.levels))), tree.levels)")],
    "last-level-twice": [(LOGITS, "return tree.output(nodes + nodes)\n")],
    "halves-fused": [
        (NEIGHBOURS, "neighbours = [nodes[:, k * distance :][:, :length] * (1 + k) / 2 for k in range(group)]")
    ],
    "oldest-neighbour-everywhere": [(NEIGHBOURS, NEIGHBOURS.replace("nodes[:, k * distance :]", "nodes[:, 0 * k :]"))],
    "two-neighbours-swapped-from-three-on": [
        (NEIGHBOURS, NEIGHBOURS.replace("range(group)", "([0, 1] if group < 3 else [1, 0, *range(2, group)])"))
    ],
    "tanh-twice": [(RETURNED, RETURNED.replace("level(groups.flatten(0, 1))", "level(groups.flatten(0, 1)).tanh()"))],
    # result
    "time-reversed": [(LOGITS, "return tree.output(nodes).flip(1)\n")],
    "log-probabilities": [(LOGITS, "return tree.output(nodes).log_softmax(-1)\n")],
    "axes-swapped": [(LOGITS, "return tree.output(nodes).transpose(1, 2)\n")],
    "output-without-bias": [(LOGITS, "return nodes @ tree.output.weight.T\n")],
    "double-always": [(LOGITS, "return tree.output(nodes).double()\n")],
    # effects
    "tokens-changed": [(EMBEDDED, f"tokens.clamp_(max=3)\n            {EMBEDDED}")],
    "draws-at-random": [(LOGITS, "return tree.output(nodes) + 0 * torch.rand(())\n")],
    "statistics-reset": [
        (
            "was_training = tree.training",
            "was_training = tree.training\n    for level in tree.levels:\n        level.norm and level.norm.running_mean.zero_()",
        )
    ],
    "at-most-512-characters": [(EMBEDDED, f"tokens = tokens[:, :512]\n            {EMBEDDED}")],
    # work
    "rows-twice-as-long": [
        (LENGTH, f"nodes = torch.cat([nodes, nodes], dim=1)\n    {LENGTH}"),
        (RETURNED, f"{RETURNED}[:, : length - nodes.shape[1] // 2]"),
    ],
    "in-pieces-of-sixteen": [
        (
            RETURNED,
            "return torch.cat([level(piece.flatten(0, 1)).unflatten(0, piece.shape[:2]) for piece in groups.split(16, 1)], 1)",
        )
    ],
    # kept between two calls, or shared by two callers
    "logits-in-a-kept-tensor": [
        ("\n\ndef all_positions(", "\n\n_out = {}\n\n\ndef all_positions("),
        (
            "return tree.output(nodes)",
            "made = tree.output(nodes)\n            return _out.setdefault((made.shape, made.dtype), made.clone()).copy_(made)",
        ),
    ],
    "gradients-left-switched-off": [
        (
            "        with torch.no_grad():\n            nodes",
            "        torch.set_grad_enabled(False)\n        if True:\n            nodes",
        )
    ],
}

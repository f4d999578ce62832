"""Mistakes in exercise 1: each is what it replaces in the solution."""

FIELD = "return group**levels"
CLIMB = "while field < context:"
LEVELS = "    levels, field = 0, 1\n    while field < context:\n        levels, field = levels + 1, field * group\n"
LENGTHS = "levels = levels_needed(context, group)"
POWER = "    if group**levels != context:\n"
LISTED = "[group**level for level in range(levels, -1, -1)]"
FLAT = "return context * embedding_dim * hidden_dim"
TREE = "return group * embedding_dim * hidden_dim + (levels - 1) * group * hidden_dim * hidden_dim"
NONE = "    if levels == 0:\n        return 0\n"
LEAST = "    if value < least:\n"
MESSAGE = 'f"{name} must be at least {least}, got {value}"'
POWER_MESSAGE = 'f"context must be a power of group {group}, got context {context}"'
DEPTH_CHECKS = '    _at_least("context", context, 1)\n    _at_least("group", group, 2)\n'
FIELD_CHECKS = '    _at_least("levels", levels, 0)\n    _at_least("group", group, 2)\n'
FLAT_CHECKS = '    _at_least("context", context, 1)\n    _at_least("embedding_dim", embedding_dim, 1)\n'
TREE_START = '    _at_least("hidden_dim", hidden_dim, 1)\n    levels = len('
TREE_LEVELS = "levels = len(level_lengths(context, group)) - 1"
MATH = "    import math\n\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    "product-instead-of-power": [(FIELD, "return group * levels")],
    "two-at-a-time-always": [(FIELD, "return 2**levels")],
    "group-and-levels-swapped": [(FIELD, "return levels**group")],
    "field-through-a-float": [(FIELD, "return int(float(group) ** levels)")],
    "field-is-a-float": [(FIELD, "return float(group) ** levels")],
    "counts-the-characters-as-a-level": [(LEVELS, LEVELS.replace("0, 1", "1, 1"))],
    "climbs-past-a-power": [(CLIMB, "while field <= context:")],
    "stops-one-level-early": [(CLIMB, "while field * group <= context:")],
    "ceiling-of-a-logarithm": [(LEVELS, f"{MATH}    levels = math.ceil(math.log(context, group))\n")],
    "floor-of-a-logarithm": [(LEVELS, f"{MATH}    levels = int(math.log(context, group))\n")],
    "rounded-logarithm": [(LEVELS, f"{MATH}    levels = round(math.log(context, group))\n")],
    "logarithm-with-a-margin": [(LEVELS, f"{MATH}    levels = math.ceil(math.log(context, group) - 1e-9)\n")],
    "logarithm-of-two": [(LEVELS, f"{MATH}    levels = math.ceil(math.log2(context) / math.log2(group))\n")],
    "bits-whatever-the-group": [(LEVELS, "    levels = (context - 1).bit_length()\n")],
    "divides-rounding-down": [
        (LEVELS, "    levels = 0\n    while context > 1:\n        levels, context = levels + 1, context // group\n")
    ],
    "divides-floats": [
        (LEVELS, "    levels = 0\n    while context > 1:\n        levels, context = levels + 1, context / group\n")
    ],
    "at-most-64-levels": [(CLIMB, "while field < context and levels < 64:")],
    "lengths-without-the-first": [(LISTED, "[group**level for level in range(levels - 1, -1, -1)]")],
    "lengths-without-the-last": [(LISTED, "[group**level for level in range(levels, 0, -1)]")],
    "lengths-from-the-top-down": [(LISTED, "[group**level for level in range(levels + 1)]")],
    "lengths-as-a-tuple": [(LISTED, "tuple(group**level for level in range(levels, -1, -1))")],
    "lengths-are-floats": [(LISTED, "[context / group**level for level in range(levels + 1)]")],
    "lengths-divided-as-floats": [(LISTED, "[int(context / group**level) for level in range(levels + 1)]")],
    "lengths-of-any-context": [(POWER, "    if False:\n")],
    "only-remainders-are-refused": [(POWER, "    if context > 1 and context % group:\n")],
    "even-is-enough": [(POWER, "    if context > 1 and context % 2:\n")],
    "power-by-a-logarithm": [(POWER, f"{MATH}    if not math.log(context, group).is_integer():\n")],
    "power-by-a-rounded-logarithm": [(POWER, f"{MATH}    if abs(math.log(context, group) - levels) > 1e-9:\n")],
    "one-is-no-power": [(POWER, "    if group**levels != context or context == 1:\n")],
    "assertion-instead-of-an-error": [(POWER, "    assert group**levels == context\n    if False:\n")],
    "power-message-names-nothing": [(POWER_MESSAGE, '"the lengths do not come out even"')],
    "power-message-without-the-value": [(POWER_MESSAGE, '"context must be a power of group"')],
    "power-message-names-only-the-group": [(POWER_MESSAGE, 'f"not a power of {group}"')],
    "flat-with-biases": [(FLAT, f"{FLAT} + hidden_dim")],
    "flat-without-the-context": [(FLAT, "return embedding_dim * hidden_dim")],
    "flat-through-floats": [(FLAT, "return int(1.0 * context * embedding_dim * hidden_dim)")],
    "flat-counts-the-embedding-table": [(FLAT, f"{FLAT} + context * embedding_dim")],
    "every-level-reads-embeddings": [(TREE, "return levels * group * embedding_dim * hidden_dim")],
    "every-level-reads-hidden-vectors": [(TREE, "return levels * group * hidden_dim * hidden_dim")],
    "a-level-too-many": [(TREE, TREE.replace("(levels - 1)", "levels"))],
    "always-pairs": [(TREE, TREE.replace("group *", "2 *"))],
    "a-fusion-reads-one": [(TREE, TREE.replace("group * ", ""))],
    "weights-for-each-place": [
        (
            TREE,
            TREE.replace("group *", "context *", 1).replace("(levels - 1) * group", "(context // group - 1) * group"),
        )
    ],
    "tree-with-biases": [(TREE, f"{TREE} + levels * hidden_dim")],
    "no-level-still-costs": [(NONE, "")],
    "no-level-first": [
        (
            '    _at_least("embedding_dim", embedding_dim, 1)\n' + TREE_START,
            '    if context == 1:\n        return 0\n    _at_least("embedding_dim", embedding_dim, 1)\n' + TREE_START,
        )
    ],
    "tree-of-any-context": [(TREE_LEVELS, "levels = levels_needed(context, group)")],
    "tree-ignores-the-group": [(TREE_LEVELS, "levels = len(level_lengths(context)) - 1")],
    "one-below-is-allowed": [(LEAST, "    if value < least - 1:\n")],
    "one-more-is-refused": [(LEAST, "    if value <= least:\n")],
    "only-zero-is-refused": [(LEAST, "    if value == least - 1:\n")],
    "type-error": [('raise ValueError(f"{name}', 'raise TypeError(f"{name}')],
    "message-names-nothing": [(MESSAGE, '"wrong argument"')],
    "message-without-the-value": [(MESSAGE, 'f"{name} must be at least {least}"')],
    "message-without-the-name": [(MESSAGE, 'f"got {value}, which is too small"')],
    "returns-instead-of-raising": [(LEAST + "        raise ValueError(", LEAST + "        print(")],
    "field-unchecked": [(FIELD_CHECKS, "")],
    "negative-levels-allowed": [(FIELD_CHECKS, '    _at_least("group", group, 2)\n')],
    "group-unchecked-in-the-depth": [
        (DEPTH_CHECKS, '    _at_least("context", context, 1)\n    group = max(group, 2)\n')
    ],
    "context-unchecked-in-the-depth": [(DEPTH_CHECKS, '    _at_least("group", group, 2)\n')],
    "group-checked-after-context-one": [
        (DEPTH_CHECKS, '    _at_least("context", context, 1)\n    if context == 1:\n        return 0\n' + DEPTH_CHECKS)
    ],
    "embedding-unchecked-in-flat": [(FLAT_CHECKS, '    _at_least("context", context, 1)\n')],
    "hidden-unchecked-in-tree": [(TREE_START, "    levels = len(")],
    "group-of-three-by-default": [
        ("def levels_needed(context: int, group: int = 2)", "def levels_needed(context: int, group: int = 3)")
    ],
    "group-by-position-only": [
        ("def receptive_field(levels: int, group: int = 2)", "def receptive_field(levels: int, group: int = 2, /)")
    ],
    "seeds-the-global-generator": [(FLAT, f"__import__('random').seed(0)\n    {FLAT}")],
}

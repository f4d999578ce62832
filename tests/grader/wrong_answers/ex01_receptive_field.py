"""Mistakes in exercise 1: each is what it replaces in the solution."""

CLIMB = "while field < context:"
POWER = "    if group**levels != context:\n"
LISTED = "[group**level for level in range(levels, -1, -1)]"
FLAT = "return context * embedding_dim * hidden_dim"
LEAST = "    if value < least:\n"
MESSAGE = 'f"{name} must be at least {least}, got {value}"'
POWER_MESSAGE = 'f"context must be a power of group {group}, got context {context}"'
DEPTH_CHECKS = '    _at_least("context", context, 1)\n    _at_least("group", group, 2)\n'
FLAT_CHECKS = '    _at_least("context", context, 1)\n    _at_least("embedding_dim", embedding_dim, 1)\n'
TREE_START = '    _at_least("hidden_dim", hidden_dim, 1)\n    levels = len('
MATH = "    import math\n\n"

WRONG: dict[str, list[tuple[str, str]]] = {
    "at-most-64-levels": [(CLIMB, "while field < context and levels < 64:")],
    "lengths-as-a-tuple": [(LISTED, "tuple(group**level for level in range(levels, -1, -1))")],
    "even-is-enough": [(POWER, "    if context > 1 and context % 2:\n")],
    "power-of-two-for-groups-that-are-one": [
        (POWER, "    if context & (context - 1) if group & (group - 1) == 0 else group**levels != context:\n")
    ],
    "a-divisor-of-a-power-is-enough": [(POWER, "    if group**levels % context:\n")],
    "power-by-a-rounded-logarithm": [(POWER, f"{MATH}    if abs(math.log(context, group) - levels) > 1e-9:\n")],
    "assertion-instead-of-an-error": [(POWER, "    assert group**levels == context\n    if False:\n")],
    "power-message-names-nothing": [(POWER_MESSAGE, '"the lengths do not come out even"')],
    "power-message-names-only-the-group": [(POWER_MESSAGE, 'f"not a power of {group}"')],
    "flat-through-floats": [(FLAT, "return int(1.0 * context * embedding_dim * hidden_dim)")],
    "flat-counts-the-embedding-table": [(FLAT, f"{FLAT} + context * embedding_dim")],
    "one-below-is-allowed": [(LEAST, "    if value < least - 1:\n")],
    "one-more-is-refused": [(LEAST, "    if value <= least:\n")],
    "only-zero-is-refused": [(LEAST, "    if value == least - 1:\n")],
    "type-error": [('raise ValueError(f"{name}', 'raise TypeError(f"{name}')],
    "message-names-nothing": [(MESSAGE, '"wrong argument"')],
    "message-without-the-value": [(MESSAGE, 'f"{name} must be at least {least}"')],
    "message-without-the-name": [(MESSAGE, 'f"got {value}, which is too small"')],
    "group-unchecked-in-the-depth": [
        (DEPTH_CHECKS, '    _at_least("context", context, 1)\n    group = max(group, 2)\n')
    ],
    "context-unchecked-in-the-depth": [(DEPTH_CHECKS, '    _at_least("group", group, 2)\n')],
    "embedding-unchecked-in-flat": [(FLAT_CHECKS, '    _at_least("context", context, 1)\n')],
    "hidden-unchecked-in-tree": [(TREE_START, "    levels = len(")],
    "group-of-three-by-default": [
        ("def levels_needed(context: int, group: int = 2)", "def levels_needed(context: int, group: int = 3)")
    ],
    "group-by-position-only": [
        ("def receptive_field(levels: int, group: int = 2)", "def receptive_field(levels: int, group: int = 2, /)")
    ],
    "seeds-the-global-generator": [(FLAT, f"__import__('random').seed(0)\n    {FLAT}")],
    # kept between two calls, or shared by two callers
    "lengths-remembered": [("def level_lengths", "import functools\n@functools.lru_cache(None)\ndef level_lengths")],
    "a-call-for-each-level-of-the-depth": [
        (
            "    levels, field = 0, 1\n    while field < context:\n        levels, field = levels + 1, field * group\n    return levels",
            "    return 0 if context == 1 else 1 + levels_needed((context + group - 1) // group, group)",
        )
    ],
}

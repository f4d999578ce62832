"""The one error that ends a command with a line for the person who typed it."""


class UsageError(Exception):
    """Wrong usage, or an environment that cannot do it: one line that says what, where and the mend (exit status 2)."""

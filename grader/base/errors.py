"""The errors that end a command with words for the person who typed it."""


class UsageError(Exception):
    """Wrong usage, or an environment that cannot do it: one line that says what, where and the mend (exit status 2)."""


class AnswersFailed(Exception):
    """The learner's code failed where a command needed it: what it raised, and its own lines (exit status 1)."""

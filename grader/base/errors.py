"""Errors that end a command with a message for the user."""


class UsageError(Exception):
    """Wrong usage or an unsuitable environment: one line that says what, where and how to fix it (exit status 2)."""


class AnswersFailed(Exception):
    """The learner's code failed inside a command: what it raised, and its own lines (exit status 1)."""

"""The `grade` command: checks a learner's answers, says in plain words what is wrong, and trains what they wrote."""

__version__ = "0.1.0"

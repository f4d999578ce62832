"""The learner's code in a process of its own: the end of the command, and that of the worker."""

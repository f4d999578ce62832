"""The learner's code in a process of its own: the command's side, and the worker's side."""

"""Commands for learners beyond checking: hints, comparison with the solution, progress, training."""

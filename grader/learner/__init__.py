"""What a learner meets beside the checks: hints, comparison with the solution, their state, training."""

"""`grade train`: training with the learner's own code."""

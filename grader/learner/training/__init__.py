"""Training for real with the learner's own code: `grade train`."""

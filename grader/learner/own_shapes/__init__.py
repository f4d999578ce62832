"""The shapes of one name in the learner's own code: `grade shapes`."""

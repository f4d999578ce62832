"""`grade shapes`: the shapes of one name in the learner's own code."""

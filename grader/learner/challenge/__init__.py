"""`grade challenge`: scores a learner's own training on unseen words."""

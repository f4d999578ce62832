"""A learner's own training scored on words that it has not seen: `grade challenge`."""

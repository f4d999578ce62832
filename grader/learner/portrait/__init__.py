"""What the learner's own trained tree shows: the figures of `grade report`."""

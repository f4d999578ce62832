"""The figures of `grade report`, computed from the learner's own trained tree."""

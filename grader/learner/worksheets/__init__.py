"""Questions to answer by hand on numbers of the learner's own: `grade trace`."""

"""The flat model and trees of the learner's own, trained side by side: `grade race`."""

"""`grade race`: the learner's flat model and trees, trained side by side."""

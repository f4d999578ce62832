"""What checks are written in: calls of an answer, comparisons, effects."""

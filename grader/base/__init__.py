"""Results, values as text, atomic files, paths: used by every other package, imports nothing else of grader."""

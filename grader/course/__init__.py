"""Tools for instructors and authors: handouts, grading a class, proving the checks."""

"""Grading at each save: `grade watch`."""

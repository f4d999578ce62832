"""What every other package rests on: results, values as text, atomic files, paths. Imports nothing else of grader."""

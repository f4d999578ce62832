"""The course as data: exercises, references, known mistakes, stubs, and reading submissions."""

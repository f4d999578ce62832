"""The course as data: exercises, references, known mistakes, stubs, submissions and how they are taken in."""

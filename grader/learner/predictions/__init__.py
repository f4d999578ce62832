"""`grade predict`: predicting small results of an exercise's contract before writing the code."""

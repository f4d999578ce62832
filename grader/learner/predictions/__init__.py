"""Predicting what an exercise's contract says about small calls, before the code is written: `grade predict`."""

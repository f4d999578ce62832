"""The answers of all exercises: the only source of the kata's code; `exercises/` is generated from here."""

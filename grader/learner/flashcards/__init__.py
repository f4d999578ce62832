"""`grade cards`: the lessons' flashcards, on the terminal or in Anki."""

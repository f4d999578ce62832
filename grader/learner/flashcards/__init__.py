"""The lessons' flashcards, asked here or in Anki: `grade cards`."""

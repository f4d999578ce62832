"""`grade compare`: an answer next to the solution, its code and its cost."""

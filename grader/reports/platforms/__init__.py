"""Results as platforms of courses read them, a module each. Text and data only; nothing here writes a file."""

"""Results in the formats of course platforms, one module each. Text and data only; nothing here writes a file."""

"""Results in readable form."""

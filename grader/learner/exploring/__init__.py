"""`grade explore`: one interactive page about what each node sees, and what it costs."""

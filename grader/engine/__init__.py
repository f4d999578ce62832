"""A run: attempts, worker processes, what is cached, diagnosis, the pytest plugin."""

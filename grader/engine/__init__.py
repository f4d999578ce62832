"""Runs: attempts, worker processes, caches, diagnosis, the pytest plugin."""

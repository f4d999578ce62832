"""Running checks: the process in which answers run, the pytest plugin inside it, and the supervisor outside."""

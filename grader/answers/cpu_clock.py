"""The CPU time of another process, read from Linux."""

import time

_OF_A_PROCESS = 2  # the clock of all its threads together (`clock_getcpuclockid`)


def cpu_seconds(number: int) -> float:
    """Return the CPU time of a process, user and system; 0 if it has ended."""
    try:
        return time.clock_gettime((~number << 3) | _OF_A_PROCESS)
    except OSError:
        return 0.0

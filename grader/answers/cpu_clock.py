"""The CPU time of another process, as Linux counts it."""

import time

_OF_A_PROCESS = 2  # the clock of all its threads together (`clock_getcpuclockid`)


def cpu_seconds(number: int) -> float:
    """The CPU time that a process has used, user and system; 0 once it is gone."""
    try:
        return time.clock_gettime((~number << 3) | _OF_A_PROCESS)
    except OSError:
        return 0.0

"""Commands beside a bare `import torch`, in turns in one run, and the peak memory of a whole run. No test reads this.

python tests/benchmarks/speed.py [ROUNDS]     medians of 5 rounds by default; the machine should do nothing else
"""

import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GRADE = [sys.executable, "-m", "grader"]
TORCH = "import torch"
COMMANDS = {
    TORCH: [sys.executable, "-c", "import torch"],
    "grade --help": [*GRADE, "--help"],
    "grade list": [*GRADE, "list"],
    "grade hint ex05": [*GRADE, "hint", "ex05"],
    "grade reset ex05": [*GRADE, "reset", "ex05"],
    "grade compare": [*GRADE, "compare", "ex05", "--spoil"],
    "grade cards": [*GRADE, "cards"],
    "grade trace --print": [*GRADE, "trace", "--print"],
    "grade ex01": [*GRADE, "ex01", "--answers", "solutions"],
    "grade ex05": [*GRADE, "ex05", "--answers", "solutions"],
    "grade (all)": [*GRADE, "--answers", "solutions"],
    "grade --sandbox": [*GRADE, "--sandbox", "--answers", "solutions"],  # all ten, and a second import of torch
}
GOALS = {  # seconds, or times the bare import
    "grade --help": "0.3 s",
    "grade list": "0.3 s",
    "grade hint ex05": "0.3 s",
    "grade reset ex05": "0.3 s",
    "grade compare": "0.3 s",
    "grade cards": "0.3 s",
    "grade trace --print": "0.3 s",
    "grade ex01": "1.5 s",
    "grade ex05": "1.5 x",
    "grade (all)": "3 x",
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            seconds[name].append(timed(command))
    bare = statistics.median(seconds[TORCH])
    print(f"{'command':19} {'median':>8} {'least':>8} {'most':>8} {'x torch':>8}  goal   ({rounds} rounds)")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        figures = f"{median:7.2f}s {min(taken):7.2f}s {max(taken):7.2f}s {median / bare:8.2f}"
        print(f"{name:19} {figures}  {GOALS.get(name, '')}")
    peak = peak_memory(COMMANDS["grade (all)"])
    print(f"peak memory of grade (all), all processes: {peak:.0f} MiB, goal 1536 MiB")


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
    return time.perf_counter() - started


def peak_memory(command: list[str]) -> float:
    """The largest sum of the proportional set sizes of a command's processes, sampled every 20 ms, in MiB (Linux)."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    peak = 0.0
    done = threading.Event()
    threading.Thread(target=lambda: (process.wait(), done.set()), daemon=True).start()
    while not done.wait(0.02):
        peak = max(peak, sum(proportional_set_size(pid) for pid in family(process.pid)))
    return peak / 1024


def family(root: int) -> list[int]:
    """A process and its descendants."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def proportional_set_size(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    main()

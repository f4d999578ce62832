"""From a save to the verdict on the terminal: `grade watch`, exercise 5, warm. No test reads this.

python tests/benchmarks/watch.py [SAVES]     30 by default; the machine should do nothing else
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "grader")]

from conftest import copy_of_the_checkout  # noqa: E402 (found by the path above)
from terminals import GRADE, Terminal  # noqa: E402 (found by the path above)

NAME = "ex05_flatten_consecutive.py"
RIGHT = (ROOT / "solutions" / NAME).read_text()
WRONG = RIGHT.replace("joined.squeeze(1)", "joined.squeeze()")
CASES = {"a right answer": (RIGHT, "15 of 15 points"), "a wrong one, explained": (WRONG, "(squeeze-drops-the-batch)")}
GOAL_SECONDS = 0.5


def main() -> None:
    saves = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        checkout = copy_of_the_checkout(Path(folder))
        terminal = Terminal([*GRADE, "watch"], cwd=checkout)
        try:
            terminal.wait_for("q quit")
            report({case: [seconds(terminal, checkout, *CASES[case]) for _ in range(saves)] for case in CASES})
        finally:
            terminal.close()


def seconds(terminal: Terminal, checkout: Path, text: str, verdict: str) -> float:
    """From the end of a save to the verdict."""
    terminal.forget()
    (checkout / "exercises" / NAME).write_text(f"{text}# saved at {time.time()}\n")
    started = time.perf_counter()
    terminal.wait_for(verdict, "q quit")
    return time.perf_counter() - started


def report(taken: dict[str, list[float]]) -> None:
    bare = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        bare.append(time.perf_counter() - started)
    print(f"from a save of exercise 5 to its verdict, goal {GOAL_SECONDS:g} s; a bare import torch: {min(bare):.2f} s")
    for case, times in taken.items():
        print(f"{case:24} median {statistics.median(times):.2f} s, worst of {len(times)}: {max(times):.2f} s")


if __name__ == "__main__":
    main()

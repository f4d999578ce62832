"""The recipes of `grade train` in turns in one run: losses of some seeds, seconds, CPU seconds. No test reads this.

python tests/benchmarks/recipes.py [SEEDS [RECIPE ...]]     3 seeds of published, fast and best by default: about half
an hour on a machine that does nothing else. It needs the makemore names (data/README.md).
"""

import re
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOALS = {"published": "1.994", "fast": "1.994, 25 x (40 x)", "best": "1.950 (1.945), 300 s"}
LAST_LINE = re.compile(r"validation loss ([\d.]+), (\d+) parameters, ([\d.]+) s")


@dataclass(frozen=True)
class Trained:
    """One run: loss, parameters, seconds of training by the clock, CPU seconds of the whole command."""

    loss: float
    parameters: int
    seconds: float
    cpu: float


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    recipes = sys.argv[2:] or list(GOALS)
    runs: dict[str, list[Trained]] = {recipe: [] for recipe in recipes}
    for seed in range(seeds):
        for recipe in recipes:
            runs[recipe].append(trained(recipe, seed))
            print(f"seed {seed}, {recipe}: {runs[recipe][-1]}", flush=True)
    slow = statistics.median(run.seconds for run in runs[recipes[0]])
    titles = f"{'loss':>8} {'least':>8} {'most':>8} {'seconds':>8} {'CPU s':>7} {'times':>6}"
    print(f"\n{'recipe':10} {titles}  goal   ({seeds} seeds)")
    for recipe, of_seeds in runs.items():
        losses = [run.loss for run in of_seeds]
        seconds = statistics.median(run.seconds for run in of_seeds)
        cpu = statistics.median(run.cpu for run in of_seeds)
        figures = f"{statistics.mean(losses):8.4f} {min(losses):8.4f} {max(losses):8.4f} {seconds:8.1f} {cpu:7.1f}"
        print(f"{recipe:10} {figures} {slow / seconds:6.1f}  {GOALS[recipe]}")


def trained(recipe: str, seed: int) -> Trained:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--answers", "solutions", "--data", "makemore", "--recipe", recipe, "--seed", str(seed)]
        command = [sys.executable, "-m", "grader", "train", *options, "--out", str(Path(folder) / "tree.pt")]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr)
    found = LAST_LINE.fullmatch(done.stdout.splitlines()[-1])
    assert found is not None, done.stdout
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Trained(float(found[1]), int(found[2]), float(found[3]), cpu)


if __name__ == "__main__":
    main()

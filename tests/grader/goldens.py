"""What a learner reads for known mistakes, whole: made anew here, compared in `test_goldens.py`, reviewed by reading.

`make goldens` writes the texts in `golden/` anew; `python tests/grader/goldens.py ex05 newest-first` adds one.
"""

import io
import re
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from grader.base.results import RunResult
from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import curriculum, mistakes
from grader.kata.curriculum import Exercise
from grader.kata.mistakes import Mistake
from grader.kata.submission import Submission
from grader.reports import terminal

ROWS, COLUMNS = 24, 80  # of a small terminal
LONGER = {  # reports that do not fit it: their examples need large inputs, or many calls
    ("ex07", "channels-moved-for-the-norm"),
    ("ex10", "vocabulary-read-in-its-order"),
}
FOLDER = Path(__file__).parent / "golden"


def texts(chosen: Sequence[tuple[Exercise, Mistake]], workers: Workers) -> dict[Path, tuple[str, list[str]]]:
    """The text of each mistake, by the file that keeps it, and the rows it takes on a small terminal."""
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda pair: text(*pair, workers), chosen)
        return {path(*pair): golden for pair, golden in zip(chosen, made, strict=True)}


def path(exercise: Exercise, mistake: Mistake) -> Path:
    """Where the text of a mistake is kept."""
    return FOLDER / exercise.name / f"{mistake.name}.txt"


def text(exercise: Exercise, mistake: Mistake, workers: Workers) -> tuple[str, list[str]]:
    """What `grade` prints in full, 100 columns wide, and on a small terminal."""
    result = graded(exercise, mistake.code(exercise.solution.read_text(encoding="utf-8")), workers)
    printed = io.StringIO()
    terminal.report(Console(file=printed, width=100, force_terminal=False), replace(result, seconds=0.0))
    return re.sub(r"[ \t]+$", "", printed.getvalue(), flags=re.MULTILINE), on_one_screen(result)


def graded(exercise: Exercise, code: str, workers: Workers) -> RunResult:
    """Grade a folder that holds this answer, and right ones to what it builds on."""
    with tempfile.TemporaryDirectory() as folder:
        for name in curriculum.ancestors(exercise):
            beneath = curriculum.find([name])[0]
            Path(folder, beneath.file).write_text(beneath.solution.read_text(encoding="utf-8"), encoding="utf-8")
        Path(folder, exercise.file).write_text(code, encoding="utf-8")
        return run.last(run.grade(Submission(Path(folder), "exercises"), [exercise], workers))


def on_one_screen(result: RunResult) -> list[str]:
    """The rows that a report takes on a small terminal, which breaks long lines."""
    printed = io.StringIO()
    console = Console(file=printed, width=COLUMNS, height=ROWS, force_terminal=True, color_system=None)
    terminal.report(console, result)
    lines = [line.rstrip() for line in printed.getvalue().splitlines()]
    return [line[at : at + COLUMNS] for line in lines for at in range(0, max(len(line), 1), COLUMNS)]


def fits(exercise: Exercise, mistake: str, screen: list[str]) -> bool:
    """Whether a report fits a small terminal, or is known to be longer."""
    return len(screen) <= ROWS or (exercise.short, mistake) in LONGER


def kept() -> list[tuple[Exercise, Mistake]]:
    """The mistakes whose text is kept."""
    return [
        (exercise, mistake)
        for exercise in curriculum.exercises()
        for mistake in mistakes.of(exercise)
        if path(exercise, mistake).exists()
    ]


def main(arguments: list[str]) -> None:
    """Write the texts that are kept, or add those named: an exercise, then mistakes of it."""
    chosen = kept()
    if arguments:
        exercise = curriculum.find(arguments[:1])[0]
        chosen = [(exercise, mistake) for mistake in mistakes.of(exercise) if mistake.name in arguments[1:]]
    with Workers(curriculum.exercises(), many=True) as workers:
        made = texts(chosen, workers)
    for file, (golden, _) in made.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(golden, encoding="utf-8")
    print(f"{len(chosen)} texts written to {FOLDER}; read them: git diff")


if __name__ == "__main__":
    main(sys.argv[1:])

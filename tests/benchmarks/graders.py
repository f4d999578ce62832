"""A class graded by plain pytest, nbgrader, Otter and `grade class`, side by side on one core. No test reads this.

python tests/benchmarks/graders.py [COUNT]     of right and of wrong submissions (20, at least 2), on an idle machine
python tests/benchmarks/graders.py growth      what `grade class` costs from 10 to 1,000 submissions

All run the same checks of the five core exercises on the same answers, one submission after another. pytest gets a
fresh process a submission. In a notebook each answer is a `%%writefile` cell, and a test cell runs the checks of one
exercise in the kernel. nbgrader and Otter come from the registry, into a virtual environment of the benchmark's own.

"no sandbox" is `grade class` without its walls and its memory: each answer runs in a forked process beside the checks,
whose inputs were drawn once. No grader that runs these checks takes less.

What a tool does once for a class (importing torch, collecting the checks) counts in the figures of all submissions, not
in those of one more: these are the difference to a class of one. No two right answers of an exercise are written alike
until all styles were used, no two wrong ones have the same mistake: a real class is more alike, and costs less.
Mistakes that never end are left out: the other tools wait for ever.
"""

import functools
import importlib.util
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from grader.base import paths
from grader.engine import run as run_checks
from grader.engine.worker_processes import Workers
from grader.kata import curriculum
from grader.kata.curriculum import Exercise
from grader.kata.submission import read_folder

CORE = tuple(exercise for exercise in curriculum.exercises() if exercise.core)
BENEATH = {name for exercise in CORE for name in curriculum.ancestors(exercise)}
WRITTEN = tuple(exercise for exercise in curriculum.exercises() if exercise in CORE or exercise.name in BENEATH)
ROOT = paths.checkout().root
VENV = paths.checkout().state / "benchmark-venv"
OTHERS = ("nbgrader>=0.9", "otter-grader>=6")
GOALS = {
    "grade class": "0.7 s a right one",
    "plain pytest": "at least 5",
    "nbgrader": "at least 12",
    "Otter": "at least 18",
}
GROWTH = (10, 100, 1000)
CELL_CHECKS = f"""import contextlib, io, os, pytest

def checks(name):
    file = {str(paths.checkout().checks)!r} + "/test_" + name + ".py"
    config = {str(ROOT / "pyproject.toml")!r}
    arguments = ["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-c", config, "--answers", os.getcwd(), file]
    with contextlib.redirect_stdout(io.StringIO()):
        return pytest.main(arguments) == 0
"""

Answers = dict[str, str]


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and seconds of work, all processes together: these hardly change on a busy machine."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.wall - other.wall, self.cpu - other.cpu)

    def __truediv__(self, count: int) -> "Cost":
        return Cost(self.wall / count, self.cpu / count)


def main() -> None:
    if sys.argv[1:] == ["growth"]:
        growth()
        return
    if sys.argv[1:2] == ["unwalled"]:
        unwalled(Path(sys.argv[2]))
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    install_others()
    classes = {
        "right": [right(number) for number in range(count)],
        "one wrong": list(itertools.islice(filter(ends, wrong(1)), count)),
        "all wrong": list(itertools.islice(filter(ends, wrong(len(CORE))), count)),
    }
    tools: dict[str, Callable[[list[Answers], Path], Cost]] = {
        "grade class": by_class,
        "no sandbox": without_sandbox,
        "plain pytest": by_pytest,
        "nbgrader": by_nbgrader,
        "Otter": by_otter,
    }
    print(f"CPU seconds a submission, {count} of each; how many of grade class in the time of one")
    print(f"{'':13}" + "".join(f"{kind:>22}" for kind in classes) + f"{'mean':>14}  goal")
    print(f"{'':13}" + f"{'all':>11}{'one more':>11}" * len(classes) + f"{'all':>6}{'more':>8}")
    ours = [Cost(), Cost()]
    for name, tool in tools.items():
        figures, costs = "", [Cost(), Cost()]
        for answers in classes.values():
            alone, together = run(tool, answers[:1]), run(tool, answers)
            more = (together - alone) / (count - 1)
            costs = [costs[0] + together / count, costs[1] + more]
            figures += f"{together.cpu / count:11.2f}{more.cpu:11.2f}"
        ours = ours if ours[0].cpu else costs
        times = "".join(f"{cost.cpu / own.cpu:7.1f}" for cost, own in zip(costs, ours, strict=True))
        goal = GOALS.get(name, "")
        print(f"{name:13}{figures}{times}  {goal}", flush=True)


def run(tool: Callable[[list[Answers], Path], "Cost"], answers: list[Answers]) -> "Cost":
    with tempfile.TemporaryDirectory() as folder:
        return tool(answers, Path(folder))


def growth() -> None:
    """Seconds and bytes from ten submissions to a thousand, half with a mistake, and what follows for a million."""
    jobs = os.cpu_count() or 1
    each = 0.0
    for count in GROWTH:
        with tempfile.TemporaryDirectory() as name:
            folder, mistaken = Path(name), wrong(1)
            cost = by_class([right(n) if n % 2 else next(mistaken) for n in range(count)], folder, jobs)
            again = timed(class_command(folder, jobs)).wall
            size = sum(path.stat().st_size for path in (folder / "out").rglob("*") if path.is_file())
        each = cost.cpu / count
        figures = f"{cost.wall:8.1f} s, {each:.2f} CPU s each; with nothing new {again:.1f} s"
        print(f"{count:6} submissions: {figures}; {size / count / 1024:.0f} KiB of results each", flush=True)
    hours = 1e6 * each / 3600
    print(f"a million at that rate: {hours:,.0f} core hours; {hours / 1000:.1f} h on a cluster of 1,000 cores")


def right(number: int) -> Answers:
    """Right answers, of another style for each submission."""
    answers = {}
    for exercise in WRITTEN:
        styles = [exercise.solution, *sorted((ROOT / "tests" / "right" / exercise.name).glob("*.py"))]
        answers[exercise.file] = styles[number % len(styles)].read_text()
    return answers


def wrong(exercises: int) -> Iterator[Answers]:
    """Answers with one known mistake in each of so many of the exercises, each time others."""
    mistakes = {exercise.name: list(_mistakes(exercise)) for exercise in CORE}
    for number in itertools.count():
        chosen = [CORE[(number + place) % len(CORE)] for place in range(exercises)]
        yield right(0) | {e.file: mistakes[e.name][number % len(mistakes[e.name])] for e in chosen}


def ends(answers: Answers) -> bool:
    """Whether these answers end by themselves."""
    try:
        run(functools.partial(by_pytest, patience=30), [answers])
    except subprocess.TimeoutExpired:
        return False
    return True


def _mistakes(exercise: Exercise) -> Iterator[str]:
    path = ROOT / "tests" / "grader" / "wrong_answers" / exercise.file
    spec = importlib.util.spec_from_file_location(f"wrong_{exercise.name}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for changes in module.WRONG.values():
        text = exercise.solution.read_text()
        for old, new in changes:
            text = text.replace(old, new)
        yield text


def by_class(answers: list[Answers], folder: Path, jobs: int = 1) -> Cost:
    write_class(answers, folder)
    return timed(class_command(folder, jobs))


def class_command(folder: Path, jobs: int) -> list[str]:
    only = [word for exercise in CORE for word in ("--only", exercise.short)]
    places = [str(folder / "class"), "--out", str(folder / "out")]
    return [sys.executable, "-m", "grader", "class", *places, "--jobs", str(jobs), *only]


def without_sandbox(answers: list[Answers], folder: Path) -> Cost:
    write_class(answers, folder)
    return timed([sys.executable, __file__, "unwalled", str(folder / "class")])


def unwalled(submissions: Path) -> None:
    """Grade a class without a sandbox, and keep nothing."""
    with Workers(CORE, many=True) as workers:
        for folder in sorted(submissions.iterdir()):
            run_checks.last(run_checks.grade(read_folder(folder), CORE, workers, shrink=False, at_once=1))


def by_pytest(answers: list[Answers], folder: Path, patience: float | None = None) -> Cost:
    cost = Cost()
    checks = [str(exercise.checks) for exercise in CORE]
    for number, files in enumerate(answers):
        place = write(folder / f"student{number}", files)
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "--answers", str(place)]
        cost += timed([*command, *checks], may_fail=True, patience=patience)
    return cost


def by_nbgrader(answers: list[Answers], folder: Path) -> Cost:
    cells = [code(CELL_CHECKS, "setup")]
    cells += [code("", exercise.name, solution=True) for exercise in WRITTEN]
    for exercise in CORE:
        cells.append(code(f"assert checks({exercise.name!r})", f"test_{exercise.name}", points=int(exercise.points)))
    save(folder / "source" / "core" / "core.ipynb", cells)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'kata'\n")
    tool = str(VENV / "bin" / "nbgrader")
    timed([tool, "generate_assignment", "core"], cwd=folder)
    released = nbformat.read(folder / "release" / "core" / "core.ipynb", 4)
    for number, files in enumerate(answers):
        for exercise, cell in zip(WRITTEN, released.cells[1:], strict=False):
            cell.source = f"%%writefile {exercise.file}\n{files[exercise.file]}"
        save(folder / "submitted" / f"student{number}" / "core" / "core.ipynb", released.cells)
    cost = timed([tool, "autograde", "core"], cwd=folder)
    graded = [path.read_text() for path in (folder / "autograded").glob("*/core/core.ipynb")]
    assert len(graded) == len(answers)
    check_verdicts(sum('"output_type": "error"' not in text for text in graded), answers)
    return cost


def by_otter(answers: list[Answers], folder: Path) -> Cost:
    cells = [raw("# ASSIGNMENT CONFIG\ninit_cell: false\nexport_cell: false\ncheck_all_cell: false\nrun_tests: false")]
    cells.append(nbformat.v4.new_code_cell(CELL_CHECKS))
    for exercise in CORE:
        test = nbformat.v4.new_code_cell(f"checks({exercise.name!r})")
        test.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "True"}, execution_count=1)]
        cells += [
            raw(f"# BEGIN QUESTION\nname: {exercise.name}\npoints: {int(exercise.points)}"),
            raw("# BEGIN SOLUTION"),
            nbformat.v4.new_code_cell("pass"),
            raw("# END SOLUTION"),
            raw("# BEGIN TESTS"),
            test,
            raw("# END TESTS"),
            raw("# END QUESTION"),
        ]
    save(folder / "core.ipynb", cells)
    tool = [str(VENV / "bin" / "python"), "-m", "otter"]
    timed([*tool, "assign", "core.ipynb", "dist"], cwd=folder)
    (archive,) = (folder / "dist" / "autograder").glob("*autograder*.zip")
    cost, passed = Cost(), 0
    for number, files in enumerate(answers):
        place = folder / f"student{number}"
        cells = [nbformat.v4.new_code_cell(CELL_CHECKS)]
        cells += [nbformat.v4.new_code_cell(f"%%writefile {name}\n{text}") for name, text in files.items()]
        save(place / "core.ipynb", cells)
        cost += timed([*tool, "run", "core.ipynb", "-a", str(archive), "--no-logo"], cwd=place)
        tests = json.loads((place / "results.json").read_text())["tests"]
        passed += all(test.get("status") != "failed" for test in tests)
    check_verdicts(passed, answers)
    return cost


def check_verdicts(passed: int, answers: list[Answers]) -> None:
    """A tool that finds a right class wrong, or a wrong one right, has not done the work that is timed."""
    expected = len(answers) if answers[0] == right(0) else 0
    assert passed == expected, f"{passed} of {len(answers)} pass, expected {expected}"


def install_others() -> None:
    """Make the virtual environment of nbgrader and Otter, once."""
    if (VENV / "installed").exists():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    constraint = VENV / "constraints.txt"  # the same torch; the rest as these tools want it
    torch = next(line for line in (ROOT / "constraints.txt").read_text().split() if line.startswith("torch=="))
    constraint.write_text(f"{torch}\n")
    packages = [*OTHERS, "-e", str(ROOT)]
    subprocess.run([VENV / "bin" / "pip", "install", "--quiet", "-c", constraint, *packages], check=True)
    (VENV / "installed").touch()


def timed(command: list[str], *, cwd: Path = ROOT, may_fail: bool = False, patience: float | None = None) -> Cost:
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    options: Any = {"capture_output": True, "text": True, "check": False, "timeout": patience}
    done = subprocess.run(command, cwd=cwd, env=environment(), **options)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode and not may_fail:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def environment() -> dict[str, str]:
    """One thread for everybody: submissions are graded one after another on one core."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return os.environ | threads | {"NO_COLOR": "1", "PATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def write_class(answers: list[Answers], folder: Path) -> None:
    for number, files in enumerate(answers):
        write(folder / "class" / f"student{number}", files)


def write(folder: Path, files: Answers) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def save(path: Path, cells: list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def code(source: str, name: str, *, points: int = 0, solution: bool = False) -> Any:
    """A cell of nbgrader's: the student's, or one of the tests with its points."""
    marked = {"grade": bool(points), "solution": solution, "locked": not solution, "grade_id": name}
    metadata = {"nbgrader": marked | {"schema_version": 3, "task": False} | ({"points": points} if points else {})}
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def raw(text: str) -> Any:
    return nbformat.v4.new_raw_cell(text)


if __name__ == "__main__":
    main()

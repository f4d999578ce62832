"""The notebook extension, loaded with `%load_ext grader.notebook`: `%grade`, and imports between exercises.

A notebook of some exercises says which with `%exercises`: the others are imported from the references.

An answer is the text of the cell that begins with `# exNN_name.py`, as it last ran in this session, saved or not. It is
graded in a process of its own: no check runs in the kernel.
"""

import ast
import atexit
import contextlib
import sys
import types
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.answers.answer_modules import CHECKOUT_PACKAGE, AnswerModules, NotThere, Problem
from grader.base.errors import UsageError
from grader.base.results import RunResult
from grader.base.source import Source
from grader.engine import run
from grader.engine.worker_processes import Workers
from grader.kata import candidates, curriculum, harmless_lines, notebook_cells, references, stubs
from grader.kata.curriculum import Exercise
from grader.kata.submission import Submission, laid_out
from grader.reports.notebook_report import NotebookReport

PACKAGE = "kata_notebook"  # target of relative imports: the names of the notebook
FILES = "kata_files"  # files of exercises whose cells have not run
VERBOSE = "--verbose"


def load_ipython_extension(shell: Any) -> None:
    """Load the extension; called by IPython."""
    session = Session(shell)
    shell.kata = session
    shell.register_magic_function(session.grade, "line", "grade")
    shell.register_magic_function(session.exercises, "line", "exercises")
    shell.ast_transformers.append(session.imports)
    shell.events.register("pre_run_cell", session.watch)
    atexit.register(session.close)


def unload_ipython_extension(shell: Any) -> None:
    """Unload the extension; called by IPython before `%reload_ext`."""
    session = shell.kata
    shell.ast_transformers.remove(session.imports)
    shell.events.unregister("pre_run_cell", session.watch)
    atexit.unregister(session.close)
    session.close()


@dataclass(frozen=True)
class Ran:
    """An answer cell as it last ran: its number, the `7` of `In [7]`, and its text."""

    number: int
    text: str


class Session:
    """A kernel with its answers, and the warm worker that grades them, which makes later runs three times as fast."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.imports = _RelativeImports()
        self._cells: dict[str, set[str]] = {}  # the file of an answer, and the ids of its cells
        self._workers: Workers | None = None
        self._chosen = curriculum.exercises()
        self._files = AnswerModules(self._source, FILES)
        package = types.ModuleType(PACKAGE, "The answers of this notebook.")
        package.__path__ = []
        sys.modules[PACKAGE] = sys.modules[CHECKOUT_PACKAGE] = package
        for exercise in curriculum.lessons():
            module = _Names(exercise, self)
            sys.modules[module.__name__] = sys.modules[f"{CHECKOUT_PACKAGE}.{exercise.name}"] = module
            setattr(package, exercise.name, module)

    def grade(self, line: str) -> NotebookReport:
        """Grade exercises: all, or those named.

        %grade ex05             what the cell of exercise 5 held when it was run last
        %grade ex05 --verbose   every failing check in full
        %grade                  all of them
        """
        with _told_in_a_line():
            return self._graded(line.split())

    def exercises(self, line: str) -> None:
        """Say which exercises this notebook has: `%exercises ex01 ex05`. Imports of others use exercises/ or, if there
        is only the stub, the reference solution.
        """
        with _told_in_a_line():
            self._chosen = curriculum.find(line.split())

    def watch(self, info: Any) -> None:
        """Remember which cells contain an answer; called before each cell runs, with the cell ids if the notebook has
        them.
        """
        self._files.forget()  # each cell sees the current files in exercises/
        cell: str | None = getattr(info, "cell_id", None)
        if cell is not None:
            for file, _ in notebook_cells.pieces(info.raw_cell or ""):
                self._cells.setdefault(file or "", set()).add(cell)

    def named(self, exercise: Exercise, name: str) -> Any:
        """Return an exercise's name: from the notebook, or else from the file in exercises/.

        Raises:
            ImportError: nothing yet.
        """
        if name in self.shell.user_ns:
            return self.shell.user_ns[name]
        try:
            return self._files.attribute(self._files.load(exercise.name), name)
        except NotThere:
            raise ImportError(f"{name} is not defined yet: run the cell of {exercise.file} first") from None
        except Problem as problem:
            raise ImportError(problem.difference) from None

    def close(self) -> None:
        """End the worker."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def _source(self, name: str) -> Source | None:
        """Return what an import uses if the notebook does not have the name."""
        asked = {exercise.name for exercise in self._chosen}
        return _from_file(name) or (None if name in asked else references.source(name))

    def _graded(self, words: list[str]) -> NotebookReport:
        chosen = curriculum.find(named) if (named := [word for word in words if word != VERBOSE]) else self._chosen
        ran = self._ran()
        if len(chosen) == 1 and chosen[0].name not in ran:
            file = chosen[0].file
            raise UsageError(
                f"no cell with the line `# {file}` has run since the kernel started: run it, then this one"
            )
        names = {exercise.name for exercise in chosen}
        beneath = {name for exercise in chosen for name in curriculum.ancestors(exercise)} - {
            *names,
            *curriculum.given(),
        }
        texts = {name: last.text.encode("utf-8", "surrogatepass") for name, last in ran.items()}
        files = {name: source.text for name in beneath - ran.keys() if (source := _from_file(name))}
        result, harmless = self._result(chosen, {f"{name}.py": text for name, text in (texts | files).items()})
        notes = (*self._notes(chosen, ran, beneath, files), *harmless)
        return NotebookReport(result, notes, VERBOSE in words)

    def _ran(self) -> dict[str, Ran]:
        """Return the answers as they last ran, by exercise."""
        known = {exercise.file: exercise.name for exercise in curriculum.exercises()}
        ran: dict[str, Ran] = {}
        stubs_only: dict[str, Ran] = {}  # of files of which only the stub has run
        sources = list(enumerate(self.shell.history_manager.input_hist_raw))
        for number, source in reversed(sources):
            for file, text in notebook_cells.joined(notebook_cells.pieces(source)).items():
                if file in known:
                    found = stubs_only if candidates.is_stub(file, text) else ran
                    # with the marker line, so that line numbers are those of the cell
                    found.setdefault(known[file], Ran(number, notebook_cells.marked(file, text)))
        return stubs_only | ran

    def _result(self, chosen: Sequence[Exercise], files: dict[str, bytes]) -> tuple[RunResult, list[str]]:
        """Grade these files in a worker; second, what is harmless in them and deserves a note."""
        self._workers = self._workers or Workers(curriculum.exercises())
        try:
            with laid_out(files) as folder:
                result = run.last(run.grade(Submission(folder, "this notebook"), chosen, self._workers))
                answers = [(exercise, folder / exercise.file) for exercise in chosen]
                return result, [
                    note
                    for exercise, file in answers
                    for note in harmless_lines.notes(exercise, file, harmless_lines.IN_A_CELL)
                ]
        except BaseException:  # a worker that failed or was interrupted
            self.close()
            raise

    def _notes(
        self, chosen: Sequence[Exercise], ran: dict[str, Ran], beneath: set[str], files: Collection[str]
    ) -> Iterator[str]:
        """List what was graded, and what was not."""
        if len(chosen) == 1:
            yield f"Graded: the cell as run in [{ran[chosen[0].name].number}]."
        waiting = [exercise.short for exercise in chosen if exercise.name not in ran]
        if waiting:
            yield f"Not run since the kernel started: {', '.join(waiting)}."
        if files:
            yield f"Taken from exercises/, because their cells have not run: {', '.join(sorted(files))}."
        lacking = sorted(beneath - ran.keys() - set(files))
        if lacking:
            yield f"Graded with the reference solutions, because their cells have not run: {', '.join(lacking)}."
        for exercise in chosen:
            if len(self._cells.get(exercise.file, ())) > 1:
                yield (
                    f"More than one cell contained {exercise.file}; the one that ran last was graded. Keep only one: "
                    "when the notebook is handed in, they are all joined from top to bottom."
                )


@contextlib.contextmanager
def _told_in_a_line() -> Iterator[None]:
    """Show a usage error as one line, without a traceback."""
    try:
        yield
    except UsageError as error:
        from IPython.core.error import UsageError as Told

        raise Told(str(error)) from error


def _from_file(name: str) -> Source | None:
    """Return the learner's file in exercises/, or None if it is still the stub; for a given exercise, the reference."""
    if name in curriculum.given():
        return references.source(name)
    exercise = next((exercise for exercise in curriculum.exercises() if exercise.name == name), None)
    if exercise is None:
        return None
    try:
        text = exercise.stub.read_bytes()
    except OSError:
        return None
    return None if stubs.is_stub(exercise, text) else Source(str(exercise.stub), text)


class _RelativeImports(ast.NodeTransformer):
    """Makes `from .ex05_flatten_consecutive import ...` work in cells, which are in no package."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        """Redirect the import to the notebook's own names."""
        if node.level == 1:
            node.level = 0
            node.module = f"{PACKAGE}.{node.module}" if node.module else PACKAGE
        return node


class _Names(types.ModuleType):
    """Replaces an exercise's file in imports and provides the notebook's objects, without a second copy."""

    def __init__(self, exercise: Exercise, session: Session) -> None:
        super().__init__(f"{PACKAGE}.{exercise.name}", f"{exercise.file}, as this notebook has it.")
        self.__package__ = PACKAGE
        self.__dict__["_named"] = lambda name: session.named(exercise, name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system reads some attributes
            raise AttributeError(name)
        return self.__dict__["_named"](name)

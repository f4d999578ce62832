"""The learner's files as modules: imported on first use, only files of known exercises, references in place of some.

This runs in the process of the answers. What cannot be imported is told as a `Problem`, in words for the learner.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import random
import sys
import types
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

PACKAGE = "answers"


class Problem(Exception):
    """A file that cannot be used: one line for the learner, and the lines of the file that show it."""

    def __init__(
        self, difference: str, *, code: str | None = None, where: str | None = None, lacking: str | None = None
    ) -> None:
        super().__init__(difference)
        self.difference = difference
        self.lacking = lacking  # the exercise that lacks a name which another one imports
        self.code = code
        self.where = where


class NotThere(Exception):
    """The exercise has no file: it is not started."""


class Answers:
    """What a check receives: `answers.ex05_flatten_consecutive` is that file as a module."""

    def __init__(self, folder: Path, references: Path, names: Collection[str]) -> None:
        self._finder = _Finder(folder, references, names)
        sys.meta_path.insert(0, self._finder)
        package = types.ModuleType(PACKAGE, "The learner's answers.")
        package.__path__ = []
        sys.modules[PACKAGE] = package

    def take(self, folder: Path, standing_on: Collection[str] = ()) -> None:
        """From now on import from this folder, and the references of some exercises in place of its files."""
        self._finder.folder, self._finder.replaced = folder, frozenset(standing_on)
        for name in [name for name in sys.modules if name.startswith(f"{PACKAGE}.")]:
            del sys.modules[name]

    def put(self, name: str, module: types.ModuleType) -> None:
        """Let an exercise be this module; what builds on it and is imported already keeps the old one."""
        sys.modules[f"{PACKAGE}.{name}"] = module

    def module(self, name: str, source: str) -> types.ModuleType:
        """A module of an exercise from its source alone, as `put` takes it; what it imports comes as ever.

        Raises:
            Exception: whatever running the source raises.
        """
        module = types.ModuleType(f"{PACKAGE}.{name}")
        module.__package__ = PACKAGE
        sys.modules[module.__name__] = module  # dataclasses look their module up
        exec(compile(source, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
        return module

    def __getattr__(self, name: str) -> "Answer":
        if name.startswith("_") or name not in self._finder.names:
            raise AttributeError(name)
        return Answer(self._load(name), self._finder.file_of(name))

    def random_state(self) -> dict[str, object]:
        """The global random states of the process in which the answers run, to be compared."""
        states: dict[str, object] = {"random": random.getstate()}
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy:
            kind, keys, *rest = numpy.random.get_state()
            states["numpy"] = (kind, keys.tobytes(), *rest)
        if torch:
            states["torch"] = torch.get_rng_state().numpy().tobytes()
        return states

    def _load(self, name: str) -> types.ModuleType:
        path = self._finder.file_of(name)
        if not path.exists():
            raise NotThere(f"{path.name} is not there")
        try:
            return importlib.import_module(f"{PACKAGE}.{name}")
        except SyntaxError as error:
            raise _unparsable(error, path) from error
        except ImportError as error:
            raise _not_imported(error) from error


class Answer:
    """One file: a name that it lacks is the learner's problem, told as such."""

    def __init__(self, module: types.ModuleType, path: Path) -> None:
        self._module, self._path = module, path

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._module, name)
        except AttributeError:
            others = ", ".join(n for n in vars(self._module) if not n.startswith("_") and _defined(self._module, n))
            has = f"it defines {others}" if others else "it defines nothing"
            raise Problem(f"{self._path.name} does not define `{name}` ({has})", where=self._path.name) from None


def _defined(module: types.ModuleType, name: str) -> bool:
    return getattr(getattr(module, name), "__module__", None) == module.__name__


class _Finder(importlib.abc.MetaPathFinder):
    """Finds `answers.exNN_name` in the learner's folder, or in the references' where one stands in."""

    def __init__(self, folder: Path, references: Path, names: Collection[str]) -> None:
        self.folder, self.references, self.names = folder, references, frozenset(names)
        self.replaced: frozenset[str] = frozenset()

    def file_of(self, name: str) -> Path:
        return (self.references if name in self.replaced else self.folder) / f"{name}.py"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, name = fullname.partition(".")
        if package != PACKAGE or name not in self.names or not self.file_of(name).exists():
            return None
        loader = _Uncached(fullname, str(self.file_of(name)))
        return importlib.util.spec_from_file_location(fullname, self.file_of(name), loader=loader)


class _Uncached(importlib.machinery.SourceFileLoader):
    """Compiles the file as it is now: no bytecode is written beside it or believed (two saves within a second)."""

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        linecache.cache.pop(path, None)
        return compile(source, path, "exec", dont_inherit=True)


def _unparsable(error: SyntaxError, path: Path) -> Problem:
    file = Path(error.filename or path).name
    code = None
    if error.text and error.offset is not None:
        text = error.text.rstrip("\n")
        stripped = text.lstrip()
        caret = max(error.offset - 1 - (len(text) - len(stripped)), 0)
        code = f"{file}, line {error.lineno}\n    {stripped}\n    {' ' * caret}^"
    where = f"{file}:{error.lineno}" if error.lineno else file
    place = f", line {error.lineno}" if error.lineno else ""
    return Problem(f"{file}{place} does not parse: {error.msg}", code=code, where=where)


def _not_imported(error: ImportError) -> Problem:
    where, code = _import_line(error)
    package, _, own = (error.name or "").partition(".")
    if package != PACKAGE and isinstance(error, ModuleNotFoundError):
        difference = f"it imports the package `{package}`, which is not installed; torch and NumPy will do"
        return Problem(difference, code=code, where=where)
    if package != PACKAGE:
        return Problem(f"an import fails: {error.msg}", code=code, where=where)
    if isinstance(error, ModuleNotFoundError):
        difference = f"it imports .{own}, which is not there: only files of exercises count (exNN_name.py)"
        return Problem(difference, code=code, where=where)
    missing = error.msg.partition("'")[2].partition("'")[0]
    return Problem(f"it imports `{missing}` from {own}, which does not define it", code=code, where=where, lacking=own)


def _import_line(error: BaseException) -> tuple[str | None, str | None]:
    """The learner's own line that failed, and the line as code."""
    step = error.__traceback__
    place: tuple[str, int] | None = None
    while step is not None:
        if step.tb_frame.f_globals.get("__package__") == PACKAGE:
            place = step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
    if place is None:
        return None, None
    file = Path(place[0]).name
    return f"{file}:{place[1]}", f"{file}, line {place[1]}\n    {linecache.getline(*place).strip()}"

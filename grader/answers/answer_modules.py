"""Imports exercise files as modules of a package of their own, on first use.

Runs in the process of the answer. A file that cannot be imported is reported as a `Problem`, in words for the learner.
"""

import contextlib
import difflib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.answers import hypothesis_profile, process_settings, random_state
from grader.base.source import Source

PACKAGE = "answers"
CHECKOUT_PACKAGE = "exercises"  # editors write `from exercises.ex05_... import`, which means the file in this folder


class Problem(Exception):
    """A file that cannot be used: one line for the learner, and the lines of the file that show the problem."""

    def __init__(
        self, difference: str, *, code: str | None = None, where: str | None = None, lacking: str | None = None
    ) -> None:
        super().__init__(difference)
        self.difference = difference
        self.lacking = lacking  # the exercise that lacks a name which another one imports
        self.code = code
        self.where = where


class NotThere(Exception):
    """An exercise has no file, so it is not started."""

    def __init__(self, exercise: str) -> None:
        super().__init__(f"{exercise}.py is missing")
        self.exercise = exercise


Read = Callable[[str], Source | None]  # by an exercise's name; None where it has no file


class AnswerModules(importlib.abc.MetaPathFinder):
    """Imports `answers.exNN_name` from what `read` gives."""

    def __init__(self, read: Read, package: str = PACKAGE) -> None:
        self.read, self.package = read, package
        self._packages = (package, CHECKOUT_PACKAGE) if package == PACKAGE else (package,)
        others = [each for each in sys.meta_path if not (isinstance(each, AnswerModules) and each.package == package)]
        sys.meta_path[:] = [self, *others]
        self.forget()

    def forget(self) -> None:
        """Import everything again from now on."""
        for name in self._imported():
            del sys.modules[name]
        for name in self._packages:  # imported submodules are attributes of the package
            sys.modules[name] = package = types.ModuleType(name, "Files of exercises.")
            package.__path__ = []

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Import everything again inside the block; after it the modules are those of before."""
        before = self._imported()
        self.forget()
        try:
            yield
        finally:
            self.forget()
            sys.modules.update(before)

    def _imported(self) -> dict[str, types.ModuleType]:
        """Return the packages, and what was imported from them."""
        return {name: made for name, made in list(sys.modules.items()) if name.partition(".")[0] in self._packages}

    def load(self, name: str) -> types.ModuleType:
        """Import the file of an exercise.

        Raises:
            NotThere: it has none.
            Problem: it does not parse, or an import in it fails. What else its code raises comes out as it is.
        """
        module = f"{self.package}.{name}"
        if module in sys.modules:  # a check asks for it once an example
            return sys.modules[module]
        source = self.read(name)
        if source is None:
            raise NotThere(name)
        settings, random_states = process_settings.kept(), random_state.kept()
        try:
            return importlib.import_module(module)
        except SyntaxError as error:
            raise _unparsable(error, source) from error
        except ImportError as error:
            raise self._not_imported(error) from error
        finally:
            process_settings.restore(settings)
            random_state.put_back(random_states)

    def attribute(self, module: types.ModuleType, name: str) -> Any:
        """Read a name that a file should define.

        Raises:
            Problem: it does not.
        """
        try:
            return getattr(module, name)
        except AttributeError:
            others = ", ".join(n for n in vars(module) if not n.startswith("_") and defined(module, n))
            has = f"it defines {others}" if others else "it defines nothing"
            file = f"{module.__name__.rpartition('.')[2]}.py"
            raise Problem(f"{file} does not define `{name}` ({has})", where=file) from None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the module of a file."""
        package, _, name = fullname.partition(".")
        if package not in self._packages or not name:
            return None
        if package != self.package:
            if self.read(name) is None:
                # An editable installation has a finder of its own, which would find the file of another folder.
                raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
            return importlib.machinery.ModuleSpec(fullname, _SameModule(f"{self.package}.{name}"))
        source = self.read(name)
        if source is None:
            return None
        loader = _Uncached(fullname, source)
        return importlib.util.spec_from_file_location(fullname, source.path, loader=loader)

    def _is_beside(self, name: str) -> bool:
        return re.fullmatch(r"ex\d\d_\w+", name) is not None and self.read(name) is not None

    def _not_imported(self, error: ImportError) -> Problem:
        where, code = self._import_line(error)
        package, _, own = (error.name or "").partition(".")
        if isinstance(error, ModuleNotFoundError) and self._is_beside(package):
            difference = f"`{package}` is a file in the same folder: write `from .{package} import ...`, with the dot"
            return Problem(difference, code=code, where=where)
        if package not in self._packages and isinstance(error, ModuleNotFoundError) and package in sys.modules:
            return Problem(f"it imports `{error.name}`, which does not exist", code=code, where=where)
        if package not in self._packages and isinstance(error, ModuleNotFoundError):
            difference = (
                f"it imports the package `{package}`, which is not installed; the exercises need only torch and NumPy"
            )
            return Problem(difference, code=code, where=where)
        if package not in self._packages:
            return Problem(f"an import fails: {error.msg}", code=code, where=where)
        missing = error.msg.partition("'")[2].partition("'")[0]
        if isinstance(error, ModuleNotFoundError) or not own:
            difference = f"it imports .{own or missing}, which does not exist: only exercise files can be imported"
            return Problem(difference, code=code, where=where)
        there = [name for name in dir(sys.modules.get(error.name or "")) if not name.startswith("_")]
        close = difflib.get_close_matches(missing, there, 1)
        meant = f"; did you mean `{close[0]}`?" if close else ""
        difference = f"it imports `{missing}` from {own}, which does not define it{meant}"
        return Problem(difference, code=code, where=where, lacking=own)

    def _import_line(self, error: BaseException) -> tuple[str | None, str | None]:
        """The learner's own line that failed, and the line as code."""
        step = error.__traceback__
        place: tuple[str, int] | None = None
        while step is not None:
            if step.tb_frame.f_globals.get("__package__") == self.package:
                place = step.tb_frame.f_code.co_filename, step.tb_lineno
            step = step.tb_next
        if place is None:
            return None, None
        file = Path(place[0]).name
        source = self.read(Path(place[0]).stem)
        lines = importlib.util.decode_source(source.text).splitlines() if source else []
        line = lines[place[1] - 1].strip() if place[1] <= len(lines) else ""
        return f"{file}:{place[1]}", f"{file}, line {place[1]}\n    {line}"


def defined(module: types.ModuleType, name: str) -> bool:
    """Whether a module defines a name itself."""
    return getattr(getattr(module, name), "__module__", None) == module.__name__


class _Uncached(importlib.machinery.SourceFileLoader):
    """Compiles the current text without reading or writing bytecode, which may be stale after two saves within a
    second.
    """

    def __init__(self, fullname: str, source: Source) -> None:
        super().__init__(fullname, source.path)
        self._text = source.text

    def get_code(self, fullname: str) -> types.CodeType:
        linecache.cache.pop(self.path, None)
        if os.environ.get("PYTHONBREAKPOINT") == "0":  # only in a grading process, not in a notebook or in pytest
            if b"hypothesis" in self._text and importlib.util.find_spec("hypothesis") is not None:
                hypothesis_profile.load()
            if b"set_trace" in self._text:
                _skip_set_trace()
        return compile(self._text, self.path, "exec", dont_inherit=True)


def _skip_set_trace() -> None:
    """Make `pdb.set_trace()` obey PYTHONBREAKPOINT=0, as `breakpoint()` does, because no one could type into the
    debugger.
    """
    import pdb

    pdb.set_trace = pdb.Pdb.set_trace = lambda *_, **__: None  # type: ignore[assignment,method-assign]  # on purpose


class _SameModule(importlib.abc.Loader):
    """Provides the module of another name, importing it first."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The module of the other name."""
        module = importlib.import_module(self._name)
        self._own = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Restore the original name of the module."""
        module.__spec__ = self._own


def _unparsable(error: SyntaxError, source: Source) -> Problem:
    file = Path(error.filename or source.path).name
    code = None
    if error.text and error.offset is not None:
        text = error.text.rstrip("\n")
        stripped = text.lstrip()
        caret = max(error.offset - 1 - (len(text) - len(stripped)), 0)
        code = f"{file}, line {error.lineno}\n    {stripped}\n    {' ' * caret}^"
    where = f"{file}:{error.lineno}" if error.lineno else file
    place = f", line {error.lineno}" if error.lineno else ""
    says = error.msg
    conflict = b"\n<<<<<<<" in b"\n" + source.text or b"\n>>>>>>>" in source.text
    if conflict and error.text and error.text.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        says = (
            "it contains the markers of a merge conflict; keep one of the two versions "
            "and remove the lines <<<<<<<, ======= and >>>>>>>"
        )
    return Problem(f"{file}{place} does not parse: {says}", code=code, where=where)

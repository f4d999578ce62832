"""Modules that checks import and a handout holds sealed: made from their text, with no file and no bytecode."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence

from grader.kata import references


class _Sealed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and makes them, where no file of that name is there."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname in self._texts else None

    def get_source(self, fullname: str) -> str:
        """Its text."""
        return self._texts[fullname]

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        code = compile(self._texts[name], references.nowhere(name), "exec", dont_inherit=True)
        exec(code, module.__dict__)


def offer() -> None:
    """Let them be imported from now on; where nothing is sealed, nothing changes."""
    if references.are_sealed():
        sys.meta_path.append(_Sealed(references.beside_checks()))

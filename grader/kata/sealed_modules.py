"""Imports the sealed modules of a handout from their text, without a file or bytecode."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence

from grader.kata import references


class _Sealed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and creates the modules if there is no file with their name."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname in self._texts else None

    def get_source(self, fullname: str) -> str:
        """Return the text of a module."""
        return self._texts[fullname]

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        code = compile(self._texts[name], references.nowhere(name), "exec", dont_inherit=True)
        exec(code, module.__dict__)


def offer() -> None:
    """Make them importable; in a checkout without seals, change nothing."""
    if references.are_sealed():
        sys.meta_path.append(_Sealed(references.beside_checks()))

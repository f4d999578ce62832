"""The learner's files as modules of this process; reference solutions can replace some of them."""

import sys
import types
from collections.abc import Collection
from pathlib import Path
from typing import Any

from grader.answers.answer_modules import PACKAGE, AnswerModules, NotThere, Problem
from grader.answers.runners import LocalRunner
from grader.base.source import Source
from grader.kata import references

__all__ = ["PACKAGE", "Answers", "NotThere", "Problem"]


class Answers:
    """Files of exercises: `answers.ex05_flatten_consecutive` is that file as a module.

    Attributes:
        runner: runs the steps of checks on them.
    """

    def __init__(self, folder: Path, names: Collection[str]) -> None:
        self._folder, self._names = folder, frozenset(names)
        self._replaced: frozenset[str] = frozenset()
        self._modules = AnswerModules(self._read)
        self.runner = LocalRunner(self._modules)

    def take(self, folder: Path, standing_on: Collection[str] = ()) -> None:
        """From now on import from this folder, and use the reference solutions of some exercises instead
        of its files.
        """
        self._folder, self._replaced = folder, frozenset(standing_on)
        self._modules.forget()

    def take_references(self) -> None:
        """From now on import only reference solutions."""
        self.take(self._folder, self._names)

    def put(self, name: str, module: types.ModuleType) -> None:
        """Use this module for an exercise; modules that are already imported keep the old one."""
        sys.modules[f"{PACKAGE}.{name}"] = module

    def module(self, name: str, source: str) -> types.ModuleType:
        """Make a module of an exercise from its source, for `put`; its imports work as usual.

        Raises:
            Exception: whatever running the source raises.
        """
        module = types.ModuleType(f"{PACKAGE}.{name}")
        module.__package__ = PACKAGE
        sys.modules[module.__name__] = module  # dataclasses look up their module
        exec(compile(source, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
        return module

    def __getattr__(self, name: str) -> "Answer":
        if name.startswith("_") or name not in self._names:
            raise AttributeError(name)
        return Answer(self._modules, self._modules.load(name))

    def _read(self, name: str) -> Source | None:
        if name not in self._names:
            return None
        if name in self._replaced:
            return references.source(name)
        path = self._folder / f"{name}.py"
        return Source(str(path), path.read_bytes()) if path.is_file() else None  # a pipe would never end


class Answer:
    """One file. A missing name is reported to the learner as a `Problem`."""

    def __init__(self, modules: AnswerModules, module: types.ModuleType) -> None:
        self._modules, self._module = modules, module

    def __getattr__(self, name: str) -> Any:
        return self._modules.attribute(self._module, name)

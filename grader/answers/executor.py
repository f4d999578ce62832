"""Runs steps on the objects of an answer, in this process: at home, and in a sandboxed worker.

Objects live as long as their example. This module compares, judges and prints nothing.
"""

import functools
import random
import sys
import types
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from grader.answers import process_settings, random_state
from grader.answers.answer_modules import AnswerModules
from grader.answers.plain_values import copied, described, plain, unchanged
from grader.answers.protocol import Numbered, ends
from grader.answers.steps import Name, Outcome, Ref, Step

_MISSING = object()
WATCHED_SEED = 271_828  # a state that no answer's own seed produces, so that reseeding is noticed


class Executor:
    """Runs the steps of one example, one after another.

    Args:
        modules: imports the files of the answers.
    """

    def __init__(self, modules: AnswerModules) -> None:
        self.modules = modules
        self._settings = process_settings.kept()
        self._seed = 0
        self._objects: dict[int, Any] = {}
        self._names: dict[str, Any] = {}

    def begin(self, seed: int) -> None:
        """Begin an example: drop the objects of the previous one, and seed random numbers so that every run draws the
        same.

        Args:
            seed: of initial weights, and of torch's global random state.
        """
        self._seed = seed
        self._objects.clear()
        self._names.clear()
        process_settings.restore(self._settings)
        random.seed(0)  # the same two that hypothesis seeds
        if numpy_random := sys.modules.get("numpy.random"):
            numpy_random.seed(0)
        if torch := sys.modules.get("torch"):
            torch.default_generator.manual_seed(seed)

    def outcomes(self, steps: Sequence[Numbered], seed: int | None, *, alone: bool = False) -> tuple[Outcome, ...]:
        """Run steps, up to the first unexpected error.

        Args:
            steps: in order.
            seed: of a new example; None: they go on with the last one.
            alone: run them on answers that are imported for them only.
        """
        found: list[Outcome] = []
        with self.modules.apart() if alone else nullcontext():
            if seed is not None:
                self.begin(seed)
            for each in steps:
                found.append(self.run(each.number, each.step, each.label))
                if ends(found[-1], each.step):
                    break
        return tuple(found)

    def run(self, number: int, step: Step, label: str | None = None) -> Outcome:
        """Run one step; keep the result under its number, and under its label for later text."""
        passed, error, made, told, moved, counter = step, None, None, None, None, None
        try:
            passed = step.with_arguments(copied(step.args, self._resolved), copied(step.kwargs, self._resolved))
            with self._seeded(step) as moved, self._counted(step) as counter:
                made = getattr(self, f"_{step.operation}")(passed)
            told = _told(step, made, drawn=bool(moved))  # copying it may need too much memory
        except BaseException as raised:
            error = raised
        else:
            self._objects[number] = made
            if label is not None:
                self._names[label] = made
        return Outcome(
            told,
            error,
            _changed(step, passed) if step.watched else (),
            tuple(moved or ()) if step.watched else (),
            counter.work if counter is not None else None,
        )

    def _resolved(self, value: Any) -> Any:
        """Return the object of a reference; for a leaf of a computation, a version that an answer may
        change in place.
        """
        if isinstance(value, Name):
            return self._found(value)
        if not isinstance(value, Ref):
            return value
        thing = self._objects[value.number]
        torch = sys.modules.get("torch")
        is_leaf = torch is not None and isinstance(thing, torch.Tensor) and thing.requires_grad and thing.is_leaf
        return thing * 1 if is_leaf else thing

    def _found(self, target: Name | Ref | None) -> Any:
        if isinstance(target, Name):
            return self.modules.attribute(self.modules.load(target.exercise), target.name)
        assert target is not None
        return self._objects[target.number]

    def _function(self, step: Step) -> Any:
        found = self._found(step.target)
        return found if step.name is None else getattr(found, step.name)

    def _seeded(self, step: Step) -> AbstractContextManager[list[str] | None]:
        if step.watched:
            return random_state.watched(WATCHED_SEED if step.seed is None else step.seed)
        if step.operation in ("build", "text"):  # as the lines that show them: torch.manual_seed
            return random_state.torch_seeded(self._seed if step.seed is None else step.seed)
        return nullcontext() if step.seed is None else random_state.seeded(step.seed)

    def _counted(self, step: Step) -> AbstractContextManager[Any]:
        if not step.counted:
            return nullcontext()
        from grader.answers.counted_work import counted  # with torch, which exercise 1 does without

        return counted()

    def _build(self, step: Step) -> Any:
        """Construct an object, with initial weights from the example's seed."""
        return self._function(step)(*step.args, **step.kwargs)

    def _call(self, step: Step) -> Any:
        """Call a function, an object, or a method of it."""
        return self._function(step)(*step.args, **step.kwargs)

    def _each(self, step: Step) -> list[Any]:
        """Call a method with one value after another; results are read after the last call."""
        function = self._function(step)
        return [function(value) for value in step.args[0]]

    def _item(self, step: Step) -> Any:
        """Return an item of a result."""
        return self._found(step.target)[int(step.name or 0)]

    def _text(self, step: Step) -> Any:
        """Run Python lines of a check, with the example's objects by name; `name` is the object they create."""
        names = self._names
        if "torch" in sys.modules:
            names.setdefault("torch", sys.modules["torch"])
            names.setdefault("nn", sys.modules["torch"].nn)
        if "numpy" in sys.modules:
            names.setdefault("np", sys.modules["numpy"])
        exec(_compiled(step.args[0]), names)
        return names.get(step.name) if step.name else None

    def _leaf(self, step: Step) -> Any:
        """Make a tensor of these values that collects gradients."""
        return step.args[0].requires_grad_()

    def _part(self, step: Step) -> Any:
        """Return an object that is part of another one."""
        return _followed(self._found(step.target), step.name)

    def _read(self, step: Step) -> Any:
        """Read an attribute by its path; for a `Name`, only import it."""
        if isinstance(step.target, Name):
            return self.modules.load(step.target.exercise).__name__
        return self._part(step)

    def _assign(self, step: Step) -> tuple[int, ...] | None:
        """Copy values into a parameter or buffer if the shape fits; return its shape, or None if there is no such
        tensor.
        """
        torch = sys.modules["torch"]
        found = _followed(self._found(step.target), step.name, default=None)
        if not isinstance(found, torch.Tensor):
            return None
        if found.shape == step.args[0].shape:
            with torch.no_grad():
                found.copy_(step.args[0])
        return tuple(found.shape)

    def _mode(self, step: Step) -> bool:
        """Put a module into training or evaluation mode; return whether `train` returns the module, as torch's does."""
        module = self._found(step.target)
        return module.train(step.args[0]) is module

    def _dtype(self, step: Step) -> None:
        """Convert a module to another dtype."""
        self._found(step.target).to(step.args[0])

    def _state(self, step: Step) -> dict[str, Any]:
        """Return everything that a module consists of."""
        module = self._found(step.target)
        torch = sys.modules["torch"]
        if not isinstance(module, torch.nn.Module):
            return {"is": described(module)}
        return {
            "is": described(module),
            "training": module.training,
            "parameters": dict(module.named_parameters()),
            "buffers": dict(module.named_buffers()),
            "state_dict": dict(module.state_dict()),
            "modes": {name: part.training for name, part in module.named_modules()},
        }

    def _backward(self, step: Step) -> bool:
        """Run backward from a result with these gradients; return whether it is connected to a computation."""
        result, (gradients, item) = self._found(step.target), step.args
        result = result if item is None else result[item]
        torch = sys.modules["torch"]
        if not isinstance(result, torch.Tensor) or result.grad_fn is None:
            return False
        (result * gradients).sum().backward()
        return True

    def _gradient(self, step: Step) -> Any:
        """Return the gradient of a tensor or of a module's parameter; None if there is none."""
        found = self._found(step.target)
        found = found if step.name is None else _followed(found, step.name)
        gradient = found.grad
        return None if gradient is None else gradient.to_dense()


@functools.lru_cache(256)
def _compiled(text: str) -> types.CodeType:
    return compile(text, "<the check>", "exec", dont_inherit=True)


def _followed(thing: Any, path: str | None, default: Any = _MISSING) -> Any:
    """Follow a path of attributes and items: `levels.0.linear.weight`."""
    for name in path.split(".") if path else ():
        found = thing[int(name)] if name.isdecimal() else getattr(thing, name, default)
        if found is _MISSING:
            raise AttributeError(f"{type(thing).__name__!r} object has no attribute {name!r}", name=name)
        if found is None and default is None:
            return None
        thing = found
    return thing


def _told(step: Step, made: Any, *, drawn: bool) -> Any:
    """Turn the result of a step into data; describe objects that are not data, and whether they drew random numbers."""
    return described(made, drawn=drawn) if step.operation in ("build", "part") else plain(made)


def _changed(step: Step, passed: Step) -> tuple[tuple[int | str, Any], ...]:
    """Return the arguments that have changed, with their new values."""
    before: list[tuple[int | str, Any]] = [*enumerate(step.args), *step.kwargs.items()]
    now = [*passed.args, *passed.kwargs.values()]
    return tuple((place, plain(n)) for (place, b), n in zip(before, now, strict=True) if not unchanged(n, b))

"""The functions with which a check uses an answer: each adds a step to the example's script."""

import re
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from grader.answers.protocol import Numbered
from grader.answers.steps import Misuse, Name, Ref, Step
from grader.base import values_as_text
from grader.language.script import SCRIPT, Handle, Script, flags

__tracebackhide__ = True  # pytest ends its traceback at the check's own line

Target = Handle | Name
_VARIABLES = {"FusionTree": "tree", "FlatMLP": "model", "StreamingTree": "stream"}


def build(cls: Name, *args: Any, **kwargs: Any) -> Handle:
    """Construct an object; its initial weights depend on the run's seed."""
    return add_build(cls, args, kwargs)


def add_build(cls: Name, args: tuple[Any, ...], kwargs: dict[str, Any], *, may_raise: bool = False) -> Handle:
    """Construct an object; an error is an ordinary outcome."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        line, made = f"{cls.name}({script.arguments(numbered.step)})", _made(script, numbered)
        seeded = made is not None and script.uses_drawn_weights(numbered.number, made.draws)
        seeding = [f"torch.manual_seed({script.seed})"] if seeded else []
        return [*seeding, line if made is None else f"{script.label(numbered.number)} = {line}"]

    step = Step("build", _name(cls), None, args, kwargs, may_raise=may_raise)
    return SCRIPT.add(step, write, label=_VARIABLES.get(cls.name, "layer"))


def call(target: Target, *args: Any, method: str | None = None, **kwargs: Any) -> Handle:
    """Call a function, an object or a method; the arguments are copies, so that later lines have their own."""
    return add_call(target, args, kwargs, method)


def add_call(
    target: Target, args: tuple[Any, ...], kwargs: dict[str, Any], method: str | None = None, *, may_raise: bool = False
) -> Handle:
    """Call it; an error is an ordinary outcome."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        result = script.label(numbered.number)
        line = f"{script.words(target)}{f'.{method}' * bool(method)}({script.arguments(numbered.step)})"
        return [f"{result} = {line}" if result else line]

    now = SCRIPT.flags
    step = Step(
        "call", _target(target), method, args, kwargs, now.seed, may_raise, now.watched is not None, now.counted
    )
    handle = SCRIPT.add(step, write)
    if now.watched is not None:
        arguments, calls = now.watched
        calls.append((handle, _places(arguments, args, kwargs)))
    return handle


def each(target: Target, method: str, values: Sequence[Any] | Handle) -> Handle:
    """Call a method with one value after another; results are read after the last call."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        return [f"[{script.words(target)}.{method}(value) for value in {script.words(values)}]"]

    now = SCRIPT.flags
    return SCRIPT.add(Step("each", _target(target), method, (values,), seed=now.seed, counted=now.counted), write)


def given(name: str, made: str, *after: str, seed: int | None = None) -> Handle:
    """Make an object of the check from Python text; the example shows the text.

    Args:
        name: what later lines call it.
        made: an expression; earlier objects go by their names, torch, nn and np are there.
        after: statements that change it once it is made, under that name.
        seed: of torch's global random state while it is made; the state is put back.
    """
    return _text(name, [f"{name} = {made}", *after], seed)


def defined(name: str, text: str, shown: str) -> Handle:
    """Define a class of the check by its text; the example shows a line instead, and all classes by the same name."""
    with flags(hidden=True):
        SCRIPT.name(len(SCRIPT.steps), name)
    return SCRIPT.add(Step("text", None, name, (text,), seed=0), lambda *_: [shown], label=name)


def run_seed() -> int:
    """Return the seed of the run for the worker."""
    return SCRIPT.seed


def show_only(call: Handle) -> None:
    """Let the example show only one call and its arguments."""
    SCRIPT.show_only(call)


def do(lines: Sequence[str], seed: int | None = None, *, fills: Handle | None = None) -> None:
    """Run statements of the check, with the example's objects by name.

    Args:
        lines: the statements.
        seed: of torch's global random state while they run; the state is put back.
        fills: a module whose parameters they set, all of them.
    """
    _text(None, lines, seed, fills)


def _text(name: str | None, lines: Sequence[str], seed: int | None, fills: Handle | None = None) -> Handle:
    number = len(SCRIPT.steps)
    label = SCRIPT.name(number, name) if name else None
    if name and label != name:
        lines = [re.sub(rf"\b{name}\b", label or name, line) for line in lines]
    # the seed is set by the step: `torch.manual_seed` also prepares every kind of accelerator, 1 ms
    seeding = [f"torch.manual_seed({seed})"] if seed is not None else []
    step = Step("text", None, label, ("\n".join(lines),), seed=seed or 0)
    return SCRIPT.add(step, lambda *_: [*seeding, *lines], label=name, fills=fills)


def named(thing: Handle) -> str:
    """Return the name of an object in lines of text."""
    return SCRIPT.words(thing)


def leaf(name: str, values: Any) -> Handle:
    """Make a tensor that collects gradients; `gradient` reads them."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        return [f"{script.label(numbered.number)} = {values_as_text.python(numbered.step.args[0])}.requires_grad_()"]

    return SCRIPT.add(Step("leaf", None, None, (values.detach(),)), write, label=name)


def part(owner: Handle, path: str, name: str) -> Handle:
    """Return a part of an object, to call it separately: `part(tree, "levels.0", "level")`."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        return [f"{script.label(numbered.number)} = {script.words(owner)}{_as_python(path)}"]

    return SCRIPT.add(Step("part", Ref(owner.number), path), write, label=name)


def add_assign(module: Handle, path: str, values: Any) -> Handle:
    """Copy values into a parameter or buffer of a module; the outcome is its shape."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        put = values_as_text.filled_in_place(numbered.step.args[0])
        return [f"{script.words(module)}{_as_python(path)}.data.{put}"]

    return SCRIPT.add(Step("assign", Ref(module.number), path, (values.detach(),)), write)


def train(module: Handle, training: bool = True) -> None:
    """Switch a module to training or evaluation mode."""
    shown = not SCRIPT.is_in_mode(module.number, training)
    words = "train()" if training else "eval()"
    step = Step("mode", Ref(module.number), None, (training,))
    SCRIPT.add(step, lambda script, _: [f"{script.words(module)}.{words}"], hidden=not shown)


def to_dtype(module: Handle, dtype: Any) -> None:
    """Convert a module to another dtype."""
    torch = sys.modules["torch"]
    words = {torch.float64: "double()", torch.float32: "float()"}.get(dtype, f"to({dtype})")
    step = Step("dtype", Ref(module.number), None, (dtype,))
    SCRIPT.add(step, lambda script, _: [f"{script.words(module)}.{words}"])


def read(owner: Handle, path: str) -> Handle:
    """Read an attribute by its path; the example shows it only as its last step."""
    step = Step("read", Ref(owner.number), path, may_raise=True)
    return SCRIPT.add(step, lambda script, _: [f"{script.words(owner)}{_as_python(path)}"], only_last=True)


def item(owner: Handle, number: int) -> Handle:
    """Return an item of a returned tuple or list; the example names it only if gradients flow back from it."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        label = script.label(numbered.number)
        return [f"{label} = {script.words(owner)}[{number}]"] if label else []

    return SCRIPT.add(Step("item", Ref(owner.number), str(number)), write)


def now(thing: Handle) -> Handle:
    """Return the current state of an object: a list that has grown, a generator that has drawn."""
    return SCRIPT.add(Step("read", Ref(thing.number)), lambda script, _: [script.words(thing)], only_last=True)


@dataclass(frozen=True)
class State:
    """The contents of a module.

    Attributes:
        kinds: the classes of `torch.nn` that it is one of; empty: it is no module.
        training: its mode.
        parameters: by name.
        buffers: by name.
        state_dict: by name.
        modes: of each module in it, by name.
        name: of its class.
    """

    kinds: tuple[str, ...]
    training: bool
    parameters: dict[str, Any]
    buffers: dict[str, Any]
    state_dict: dict[str, Any]
    modes: dict[str, bool]
    name: str


def state(module: Handle) -> Handle:
    """Take a snapshot of a module; `state_of` reads it."""
    return SCRIPT.add(Step("state", Ref(module.number)), lambda *_: [], hidden=True)


def state_of(told: Any) -> State:
    """Return the snapshot of a `state` step."""
    empty: dict[str, Any] = {"training": False, "parameters": {}, "buffers": {}, "state_dict": {}, "modes": {}}
    fields = empty | {key: value for key, value in told.items() if key != "is"}
    return State(told["is"].kinds, **fields, name=told["is"].name)


def add_backward(result: Handle, gradients: Any, item: int | None) -> Handle:
    """Run backward from a result, or from an item of it; the outcome says whether it is connected."""
    made = SCRIPT.steps[result.number].step
    if made.operation == "item" and isinstance(made.target, Ref):
        SCRIPT.name(made.target.number, "returned")
    SCRIPT.name(result.number, "result")

    def write(script: Script, numbered: Numbered) -> list[str]:
        of = f"[{item}]" if item is not None else ""
        shown = values_as_text.python(numbered.step.args[0])
        return [f"({script.words(result)}{of} * {shown}).sum().backward()"]

    return SCRIPT.add(Step("backward", Ref(result.number), None, (gradients.detach(), item)), write)


def gradient(thing: Handle, path: str | None = None) -> Handle:
    """Return the gradient of a leaf, or of a module's parameter; None if there is none."""

    def write(script: Script, numbered: Numbered) -> list[str]:
        return [f"{script.words(thing)}{_as_python(path) if path else ''}.grad"]

    return SCRIPT.add(Step("gradient", Ref(thing.number), path), write, only_last=True)


def seeded(seed: int) -> AbstractContextManager[None]:
    """Seed the global random states for the calls in the block, and restore them after each."""
    return flags(seed=seed)


def aside() -> AbstractContextManager[None]:
    """Hide the steps of the block: if they succeed, they do not help to explain a later failure."""
    return flags(hidden=True)


def counting() -> AbstractContextManager[None]:
    """Count torch's work in the calls of the block; `worked` reads it."""
    return flags(counted=True)


def _places(watched: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[int | str, str]:
    places: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    return {place: name for place, value in places for name, thing in watched.items() if value is thing}


def _made(script: Script, numbered: Numbered) -> Any:
    """Return the result of a step, if it succeeded."""
    outcome = script.outcomes[numbered.number] if numbered.number < len(script.outcomes) else None
    return outcome.value if outcome is not None and outcome.error is None else None


def _name(cls: Any) -> Name:
    if not isinstance(cls, Name):
        raise Misuse(f"{cls!r:.40} is not a function or class of the answers: `answers.exNN_name.name`")
    return cls


def _target(target: Any) -> Name | Ref:
    if isinstance(target, Handle):
        return Ref(target.number)
    return _name(target)


def _as_python(path: str) -> str:
    """Write the rest of an expression: `levels.0.norm` is `.levels[0].norm`, `0.weight` is `[0].weight`."""
    return re.sub(r"\.(\d+)", r"[\1]", f".{path}")

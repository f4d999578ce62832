"""What a check does to an answer: builds it, calls it, sets its weights. Each step goes into the record."""

import copy
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from grader.answers.random_state import torch_seeded
from grader.base import values_as_text
from grader.language.call_record import RECORD, Record
from grader.language.comparisons import attribute, same_shape

T = TypeVar("T")
__tracebackhide__ = True  # pytest ends its traceback at the check's own line


def build(cls: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Construct an object of the answer; initial weights come from the run's seed, and the random state is put back."""
    frozen, seed, variable, drawn = [_frozen(arg) for arg in args], RECORD.seed, "", False

    def write(record: Record) -> list[str]:
        line = f"{values_as_text.python(cls)}({record.arguments(frozen, kwargs)})"
        seeding = [f"torch.manual_seed({seed})"] if drawn else []
        return [*seeding, f"{variable} = {line}" if variable else line]

    RECORD.add(write)  # before constructing, so that an error there shows this line
    with torch_seeded(seed):
        made = cls(*args, **kwargs)
    torch = sys.modules.get("torch")
    drawn = torch is not None and isinstance(made, torch.nn.Module) and any(True for _ in made.parameters())
    variable = RECORD.name(made, _variable(made))
    return made


def given(thing: T, name: str, text: str) -> T:
    """Name an object that the check itself made, and the Python that makes it."""
    variable = RECORD.name(thing, name)
    RECORD.add(lambda _: [f"{variable} = {text}"])
    return thing


def call(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call the answer, keeping the arguments as they were before the call."""
    frozen, frozen_kwargs = [_frozen(arg) for arg in args], {name: _frozen(value) for name, value in kwargs.items()}
    owner = getattr(function, "__self__", function)
    form = _form(owner)

    def write(record: Record) -> list[str]:
        return [
            *_form_lines(record, owner, form),
            f"{record.words(function)}({record.arguments(frozen, frozen_kwargs)})",
        ]

    for original, kept in zip([*args, *kwargs.values()], [*frozen, *frozen_kwargs.values()], strict=True):
        RECORD.rename(original, kept)
    RECORD.keep(function, args, kwargs)
    RECORD.add(write)
    try:
        return function(*args, **kwargs)
    finally:
        if not RECORD.watching:
            for original, kept in zip([*args, *kwargs.values()], [*frozen, *frozen_kwargs.values()], strict=True):
                _put_back(original, kept)


def backward(result: Any, gradients: Any) -> None:
    """Run backward from a result whose values have these gradients; the example says so below the call.

    Args:
        result: what the answer returned, a tensor.
        gradients: one of each value, of the same shape.
    """
    RECORD.add(lambda _: [f"# and backward from it, with the gradients {values_as_text.python(gradients)}"])
    (result * gradients).sum().backward()


def each(answers: Any, owner: Any, method: str, values: Sequence[Any]) -> list[Any]:
    """Call a method of the answer with one value after the other; all results are looked at after the last call."""
    RECORD.keep(owner, values)
    RECORD.add(lambda record: [f"[{record.words(owner)}.{method}(value) for value in {record.words(values)}]"])
    results: list[Any] = answers.each(owner, method, values)
    return results


def assign(module: Any, name: str, values: Any) -> None:
    """Copy values into a parameter or buffer of a module."""
    torch = sys.modules["torch"]
    owner_name, _, leaf = name.rpartition(".")
    target = attribute(module.get_submodule(owner_name), leaf, torch.Tensor)
    same_shape(target, tuple(values.shape), what=f"`{name}`")
    kept = values.detach().clone()
    RECORD.keep(module)
    RECORD.add(lambda record: [f"{record.words(module)}.{name}.data.copy_({values_as_text.python(kept)})"])
    with torch.no_grad():
        target.copy_(values)


def _put_back(argument: Any, kept: Any) -> None:
    """Undo what the answer did to an argument: what is expected is computed from what it was given."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if argument is kept:
        return
    if torch is not None and type(argument) is torch.Tensor:
        if argument.shape != kept.shape or argument.dtype != kept.dtype:
            argument.data = kept
        elif not torch.equal(argument, kept):
            argument.data.copy_(kept)
    elif numpy is not None and isinstance(argument, numpy.ndarray):
        argument[...] = kept
    elif isinstance(argument, list):
        argument[:] = kept
    elif isinstance(argument, dict):
        argument.clear()
        argument.update(kept)


def _variable(made: Any) -> str:
    """What a person would call it: the tree, the model, a stream, a layer."""
    names = {"FusionTree": "tree", "FlatMLP": "model", "StreamingTree": "stream"}
    return names.get(type(made).__name__, "layer")


def _form(owner: Any) -> tuple[bool, bool] | None:
    """Whether a module is in float64 and in evaluation mode: what a check changes between building and calling."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(owner, torch.nn.Module):
        return None
    floats = [t.dtype for t in (*owner.parameters(), *owner.buffers()) if t.is_floating_point()]
    return torch.float64 in floats, not owner.training


def _form_lines(record: Record, owner: Any, form: tuple[bool, bool] | None) -> list[str]:
    if form is None or not record.is_named(owner):
        return []
    steps = "".join(step for step, on in zip((".double()", ".eval()"), form, strict=True) if on)
    return [f"{record.words(owner)}{steps}"] if steps else []


def _frozen(value: Any) -> Any:
    """A copy that a later change of the argument does not reach; other objects stay themselves."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and type(value) is torch.Tensor:
        # clone() keeps a transposed layout, so that the example shows the strides that the call met
        return value.detach().clone()
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.copy(order="K")
    if isinstance(value, list | dict):
        return copy.deepcopy(value)
    return value

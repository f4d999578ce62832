"""Steps: what a check asks of an answer, as plain data on numbered objects, and the outcomes.

A step refers to an object by the number of the step that created it. Steps are sent to a sandboxed worker unchanged. An
outcome contains only data; an exception is its type, its message and the answer's own lines.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

_Makes = Literal["build", "call", "each", "text", "leaf", "item", "part"]
_Reads = Literal["read", "state", "gradient"]
_Changes = Literal["assign", "mode", "dtype", "backward"]
Operation = _Makes | _Reads | _Changes


class Misuse(Exception):
    """A check uses an answer in another way than through the functions of the language."""


@dataclass(frozen=True)
class Name:
    """A function or class that an exercise defines."""

    exercise: str
    name: str

    def __call__(self, *_: object, **__: object) -> NoReturn:
        """Raise `Misuse`: only the worker can call it."""
        raise Misuse(f"{self.name}(...) was called directly; a check must use call() or build()")


@dataclass(frozen=True)
class Ref:
    """The object that an earlier step created."""

    number: int


@dataclass(frozen=True)
class Opaque:
    """Description of an object that is not data.

    Attributes:
        name: of its class.
        kinds: the classes of `torch.nn` that it is one of, `("ModuleList", "Module")`.
        length: how many items it holds, where it is a container.
        draws: the names of its parameters, if the constructor drew random numbers.
    """

    name: str
    kinds: tuple[str, ...] = ()
    length: int | None = None
    draws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing to do with an answer.

    Attributes:
        operation: which one; `executor` says what each does.
        target: what it is done with.
        name: a method, the path of an attribute (`levels.0.linear.weight`), or the name that text gives an object.
        args: positional arguments, or the values of the operation.
        kwargs: keyword arguments of the answer's function.
        seed: of the global random states while it lasts; None: they go on as they are.
        may_raise: whether an error is an outcome like any other; else it ends the example.
        watched: whether changed arguments and moved random states are told.
        counted: whether the work that torch does is counted.
    """

    operation: Operation
    target: Name | Ref | None = None
    name: str | None = None
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    may_raise: bool = False
    watched: bool = False
    counted: bool = False

    def with_arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "Step":
        """The same step with other arguments; every step of every example is copied, so this is written out."""
        flags = (self.seed, self.may_raise, self.watched, self.counted)
        return Step(self.operation, self.target, self.name, args, kwargs, *flags)


@dataclass(frozen=True)
class Work:
    """The work that torch did in one step.

    Attributes:
        flops: floating point operations of matrix products and convolutions.
        operators: calls of torch's operators, whatever the size of their tensors.
        kept: tensors that torch kept for a backward pass.
    """

    flops: int = 0
    operators: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Outcome:
    """The outcome of a step: data, and never the answer's object.

    Attributes:
        value: data, None where an error was raised.
        error: what was raised.
        changed: of a watched step, the arguments that are not as they were, by position or keyword, as they are now.
        moved: of a watched step, the libraries whose global random state was touched.
        work: of a counted step.
    """

    value: Any = None
    error: BaseException | None = None
    changed: tuple[tuple[int | str, Any], ...] = ()
    moved: tuple[str, ...] = ()
    work: Work | None = None

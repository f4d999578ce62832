"""What a check asks of an answer, as plain data: steps on numbered objects, and what comes of each.

A step names objects by the number of the step that made them. Steps cross to a sandboxed worker as they are; an outcome
holds data alone, and an exception only as its kind, its words and the answer's own lines.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

_Makes = Literal["build", "call", "each", "text", "leaf", "item", "part"]
_Reads = Literal["read", "state", "gradient"]
_Changes = Literal["assign", "mode", "dtype", "backward"]
Operation = _Makes | _Reads | _Changes


class Misuse(Exception):
    """A check uses an answer in another way than by the verbs of the language."""


@dataclass(frozen=True)
class Name:
    """A function or class that an exercise defines."""

    exercise: str
    name: str

    def __call__(self, *_: object, **__: object) -> NoReturn:
        """Only an answer's side can call it."""
        raise Misuse(f"{self.name}(...) was called directly; a check must use call() or build()")


@dataclass(frozen=True)
class Ref:
    """The object that came of an earlier step."""

    number: int


@dataclass(frozen=True)
class Opaque:
    """An object that is no data, told from outside.

    Attributes:
        name: of its class.
        kinds: the classes of `torch.nn` that it is one of, `("ModuleList", "Module")`.
        length: how many items it holds, where it is a container.
        draws: whether it has parameters, so that their initial values were drawn.
    """

    name: str
    kinds: tuple[str, ...] = ()
    length: int | None = None
    draws: bool = False


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


@dataclass(frozen=True)
class Work:
    """What torch did in one step.

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
    """What came of a step.

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

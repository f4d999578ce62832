"""The words that checks are written in: build, call, and compare with an oracle.

`build` and `call` keep a record of what was done to the answer, so that a failing check can show the smallest call as
Python that can be pasted. Comparisons look at type, shape and dtype before values, never broadcast, and never call
anything of the learner's. torch and NumPy are looked up, not imported (exercise 1 needs neither).
"""

import contextlib
import copy
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from grader import wording
from grader.feedback import show
from grader.sandbox import raised as errors
from grader.sandbox.randomness import torch_seeded

T = TypeVar("T")
__tracebackhide__ = True  # pytest ends its traceback at the check's own line

# MEASURED: forward values of linear maps, normalisation and tanh, against another right way to compute them.
FLOAT64 = (1e-12, 1e-10)
FLOAT32 = (2e-5, 1e-5)
GRADIENT = 1e-11

RESULT = "the result"
MOST_IN_ORDER = 16  # values whose order is written out


class Mismatch(AssertionError):
    """The answer is not what the rule says: what was expected, what came, and the first place where they part.

    Args:
        difference: where the two part, one line.
        expected: a value, or its text.
        got: a value, or its text.
        came: the value itself, where `got` is its text.
    """

    def __init__(self, difference: str, *, expected: Any = None, got: Any = None, came: Any = None) -> None:
        super().__init__(difference)
        self.difference = difference
        self.came = got if came is None else came
        self.expected = expected if isinstance(expected, str) or expected is None else show.value(expected)
        self.got = got if isinstance(got, str) or got is None else show.value(got)


# ---- the record of a check: what was done to the answer, as lines of Python ----


class Record:
    """The calls of one example of one check, kept as values and written as text only when a check fails."""

    def __init__(self) -> None:
        self.seed = 0
        self.watching = False  # whether a check looks at what an answer does to its arguments
        self.accepted: set[str] = set()  # functions of which a right call went through in this check
        self.clear()

    def clear(self) -> None:
        """Forget the last example."""
        self._steps: list[Callable[[Record], list[str]]] = []
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []

    def name(self, thing: Any, base: str) -> str:
        """Give an object the name that later lines use for it."""
        taken = set(self._names.values())
        name = base
        while name in taken:
            name = f"{base}{2 if name == base else int(name.removeprefix(base)) + 1}"
        self._names[id(thing)] = name
        self.keep(thing)
        return name

    def rename(self, original: Any, kept: Any) -> None:
        """Call a frozen argument by the name of the object that it was frozen from."""
        if self.is_named(original):
            self._names[id(kept)] = self._names[id(original)]

    def is_named(self, thing: Any) -> bool:
        """Whether an earlier line gave this object a name."""
        return id(thing) in self._names

    def keep(self, *things: Any) -> None:
        """Keep objects alive until the example ends, so that no id is used twice."""
        self._kept.extend(things)

    def add(self, step: "Callable[[Record], list[str]]") -> None:
        """Keep a step; it writes itself as lines of Python, with the names of the record, when somebody reads them."""
        self._steps.append(step)

    def forget_last(self) -> None:
        """Take the last step back."""
        del self._steps[-1]

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Keep the steps of the block for as long as it lasts: a failure later on does not show what went well here."""
        steps, names = len(self._steps), dict(self._names)
        yield
        del self._steps[steps:]
        self._names = names

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self._steps)

    def words(self, thing: Any) -> str:
        """How a line refers to a value: by its name, as a method of a named object, or as Python."""
        if self.is_named(thing):
            return self._names[id(thing)]
        owner = getattr(thing, "__self__", None)
        if self.is_named(owner):
            return f"{self._names[id(owner)]}.{thing.__name__}"
        return show.python(thing)

    def arguments(self, args: Sequence[Any], kwargs: dict[str, Any]) -> str:
        """The arguments of a call, as Python."""
        words = [self.words(value) for value in args]
        words += [f"{name}={self.words(value)}" for name, value in kwargs.items()]
        return ", ".join(words)

    def written(self) -> str | None:
        """All steps as Python, one statement a line."""
        return "\n".join(line for step in self._steps for line in step(self)) or None


RECORD = Record()


def begin_check() -> None:
    """Begin a check: nothing has been accepted yet."""
    RECORD.accepted.clear()


def begin() -> None:
    """Begin an example: nothing is recorded yet, and an answer that draws does so alike in every run."""
    RECORD.clear()
    random.seed(0)  # these two as hypothesis seeds them
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(RECORD.seed)


def build(cls: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Construct an object of the answer; initial weights come from the run's seed, and the random state is put back."""
    frozen, seed, variable, drawn = [_frozen(arg) for arg in args], RECORD.seed, "", False

    def write(record: Record) -> list[str]:
        line = f"{show.python(cls)}({record.arguments(frozen, kwargs)})"
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


def each(answers: Any, owner: Any, method: str, values: Sequence[Any]) -> list[Any]:
    """Call a method of the answer with one value after the other; all results are looked at after the last call."""
    RECORD.keep(owner, values)
    RECORD.add(lambda record: [f"[{record.words(owner)}.{method}(value) for value in {record.words(values)}]"])
    results: list[Any] = answers.each(owner, method, values)
    return results


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


def assign(module: Any, name: str, values: Any) -> None:
    """Copy values into a parameter or buffer of a module."""
    torch = sys.modules["torch"]
    owner_name, _, leaf = name.rpartition(".")
    target = attribute(module.get_submodule(owner_name), leaf, torch.Tensor)
    same_shape(target, tuple(values.shape), what=f"`{name}`")
    kept = values.detach().clone()
    RECORD.keep(module)
    RECORD.add(lambda record: [f"{record.words(module)}.{name}.data.copy_({show.python(kept)})"])
    with torch.no_grad():
        target.copy_(values)


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


# ---- comparisons ----


def attribute(owner: Any, name: str, kind: type | tuple[type, ...] | None = None) -> Any:
    """Read an attribute that the contract names, of the kind that it names."""
    if not hasattr(owner, name):
        raise Mismatch(
            f"the attribute `{name}` is missing",
            expected=f"an attribute `{name}`",
            got=f"{type(owner).__name__} without it",
        )
    value = getattr(owner, name)
    return value if kind is None else of_kind(value, kind, what=f"`{name}`")


def same(got: Any, expected: Any, *, what: str = RESULT, gradient: bool = False) -> None:
    """Compare a result with the oracle's: kind, shape, dtype, then values within the measured tolerances.

    Args:
        got: what the answer returned.
        expected: int, float, str, bool, None, list, tuple, dict, ndarray or tensor.
        what: how the message calls it.
        gradient: compare by the largest difference over the largest magnitude, float64.
    """
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if got is None and expected is not None:
        raise Mismatch(_about(what, "it is None; is a return missing?"), expected=expected, got="None")
    if torch is not None and isinstance(expected, torch.Tensor):
        _same_tensor(got, expected, what, gradient)
    elif numpy is not None and isinstance(expected, numpy.ndarray):
        _same_array(got, expected, what)
    elif isinstance(expected, float):
        _same_float(got, expected, what)
    elif isinstance(expected, list | tuple):
        _same_sequence(got, expected, what)
    else:
        _same_plain(got, expected, what)


def same_shape(got: Any, shape: tuple[int, ...], *, what: str = RESULT) -> None:
    """Compare only the shape of a tensor."""
    torch = sys.modules["torch"]
    if not isinstance(got, torch.Tensor):
        missing = "; is a return missing?" if got is None else ""
        raise Mismatch(f"{what} is not a tensor{missing}", expected=f"a tensor of shape {shape}", got=show.value(got))
    if tuple(got.shape) != shape:
        raise Mismatch(
            f"{what} has shape {tuple(got.shape)}, expected {shape}",
            expected=f"shape {shape}",
            got=f"shape {tuple(got.shape)}",
        )


def of_kind(got: T, kind: type | tuple[type, ...], *, what: str = RESULT) -> T:
    """Take a value of the kind that the contract names: that an answer leaves alone what it never used proves nothing.

    Args:
        got: the value.
        kind: `torch.Tensor`, `float`, ..., or several.
        what: what the learner reads.
    """
    if not isinstance(got, kind):
        wanted = kind.__name__ if isinstance(kind, type) else " or ".join(k.__name__ for k in kind)
        missing = "; is a return missing?" if got is None and what == RESULT else ""
        difference = f"{what} is of type {type(got).__name__}, expected {wanted}{missing}"
        raise Mismatch(difference, expected=wanted, got=f"{type(got).__name__}: {show.value(got)}")
    return got


def same_dtype(got: Any, dtype: Any) -> None:
    """Compare only the dtype of a tensor."""
    torch = sys.modules["torch"]
    wanted, came = (str(kind).removeprefix("torch.") for kind in (dtype, getattr(got, "dtype", type(got).__name__)))
    holds(
        isinstance(got, torch.Tensor) and got.dtype == dtype,
        f"{wanted} expected, {came} got",
        expected=wanted,
        got=came,
    )


def holds(condition: bool, difference: str, *, expected: Any = None, got: Any = None) -> None:
    """State a condition in the learner's words; the sentence says what is wrong."""
    if not condition:
        raise Mismatch(difference, expected=expected, got=got)


def accepted(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Take what a right call returns, or a constructor builds; that it is refused is what is wrong then."""
    made = build if isinstance(function, type) else call
    try:
        returned = made(function, *args, **kwargs)
    except ValueError as raised:
        difference = "nothing is wrong with this call, and it was refused"
        raise Mismatch(difference, expected="no error", got=raised) from raised
    holds(returned is not None, f"{RESULT} is None; is a return missing?", expected="a result", got="None")
    return returned


def accepts(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Expect that a right call goes through, ahead of a wrong one near it: to refuse everything is no check.

    Once for a function in a check: each of its examples would tell the same.
    """
    name = getattr(function, "__name__", type(function).__name__)
    if name not in RECORD.accepted:
        with RECORD.aside():
            accepted(function, *args, **kwargs)
        RECORD.accepted.add(name)


def raises(
    error: type[BaseException],
    function: Callable[..., Any],
    *args: Any,
    naming: Sequence[str] = (),
    values: Sequence[Any] = (),
    shown: bool = False,
    **kwargs: Any,
) -> None:
    """Expect an error of one kind whose message names all of `naming`, and one of `values` where there are any.

    Args:
        error: the kind; a subclass of it is one too.
        function: called with args and kwargs.
        args: for the function.
        naming: words that the message must hold, in any case.
        values: numbers or texts of which the message must hold one; 7 is found in `(2, 7, 3)`, not in `17`.
        shown: whether a later failure shows this call, because what it left behind is looked at.
        kwargs: for the function.
    """
    wanted = error.__name__ + _wanted_message(naming, values)
    maker = isinstance(function, type)
    try:
        returned = build(function, *args, **kwargs) if maker else call(function, *args, **kwargs)
    except NotImplementedError:
        raise
    except error as raised:
        missing = [name for name in naming if not errors.holds(raised, (wording.WORD, name))]
        if missing:
            raise Mismatch(f"the message does not name {missing[0]!r}", expected=wanted, got=raised) from raised
        if values and not errors.holds(raised, (wording.ONE_OF, *values)):
            names = " or ".join(show.python(value) for value in values)
            raise Mismatch(f"the message does not name the value {names}", expected=wanted, got=raised) from raised
        if not shown:
            RECORD.forget_last()  # a call that was refused, as it should be, shows nothing
    except Exception as raised:
        raise Mismatch(
            f"{type(raised).__name__} was raised, expected {error.__name__}", expected=wanted, got=raised
        ) from raised
    else:
        instead = "an object was built" if maker else f"it returned {show.value(returned)}"
        raise Mismatch("no error was raised", expected=wanted, got=f"no error: {instead}", came=returned)


def _wanted_message(naming: Sequence[str], values: Sequence[Any]) -> str:
    parts = [repr(name) for name in naming] + [" or ".join(show.python(value) for value in values)] * bool(values)
    return f" with a message that names {' and '.join(parts)}" if parts else ""


def _same_plain(got: Any, expected: Any, what: str) -> None:
    if type(got) is not type(expected) and not (isinstance(got, type(expected)) and not isinstance(got, bool)):
        raise Mismatch(
            f"{what} is of type {type(got).__name__}, expected {type(expected).__name__}", expected=expected, got=got
        )
    if isinstance(expected, dict):
        if list(got) != list(expected) and set(got) == set(expected):
            raise Mismatch(f"{what} holds the right keys in another order", expected=expected, got=got)
        for key in expected:
            if key not in got:
                raise Mismatch(f"{what} lacks {key!r}", expected=expected, got=got)
            if type(got[key]) is not type(expected[key]) or got[key] != expected[key]:
                difference = f"at {key!r}: {expected[key]!r} expected, {got[key]!r} got"
                raise Mismatch(_about(what, difference), expected=expected, got=got)
        extra = [key for key in got if key not in expected]
        if extra:
            raise Mismatch(f"{what} holds {extra[0]!r}, which it should not", expected=expected, got=got)
    elif not _equal(got, expected):
        difference = _about(what, f"{show.value(expected)} expected, {show.value(got)} got")
        raise Mismatch(difference if len(difference) < 160 else f"{what} differs", expected=expected, got=got)


def _equal(got: Any, expected: Any) -> bool:
    """Equality as the expected value's own type sees it; a subclass cannot answer for itself."""
    return expected.__eq__(got) is True


def _same_float(got: Any, expected: float, what: str) -> None:
    if not isinstance(got, float):
        raise Mismatch(f"{what} is of type {type(got).__name__}, expected float", expected=expected, got=got)
    atol, rtol = FLOAT64
    came = float(got)
    if not (came == expected or abs(came - expected) <= atol + rtol * abs(expected)):
        difference = f"{show.number(expected)} expected, {show.number(came)} got"
        raise Mismatch(_about(what, difference), expected=expected, got=came)


def _same_sequence(got: Any, expected: Sequence[Any], what: str) -> None:
    kind = list if isinstance(expected, list) else tuple
    if not isinstance(got, kind):
        raise Mismatch(f"{what} is of type {type(got).__name__}, expected {kind.__name__}", expected=expected, got=got)
    for index, (one, other) in enumerate(zip(expected, got, strict=False)):
        item = f"item {index}" if what == RESULT else f"{what}, item {index}"
        try:
            same(other, one, what=item)
        except Mismatch as mismatch:
            raise Mismatch(mismatch.difference, expected=expected, got=got) from None
    if len(got) != len(expected):
        raise Mismatch(f"{what} has {len(got)} items, expected {len(expected)}", expected=expected, got=got)


def _same_array(got: Any, expected: Any, what: str) -> None:
    numpy = sys.modules["numpy"]
    if not isinstance(got, numpy.ndarray | numpy.generic):
        raise Mismatch(f"{what} is not a NumPy array", expected=expected, got=got)
    plain = numpy.asarray(got)
    _same_layout(plain.shape, expected.shape, plain.dtype, expected.dtype, what, expected, plain)
    atol, rtol = FLOAT32 if expected.dtype == numpy.float32 else FLOAT64
    with numpy.errstate(invalid="ignore"):
        close = (numpy.abs(plain - expected) <= atol + rtol * numpy.abs(expected)) | (plain == expected)
    if not close.all():
        index = tuple(int(i) for i in numpy.argwhere(~close)[0])
        _differs(what, index, expected, plain)


def _same_tensor(got: Any, expected: Any, what: str, gradient: bool) -> None:
    torch = sys.modules["torch"]
    if not isinstance(got, torch.Tensor):
        raise Mismatch(f"{what} is not a tensor", expected=expected, got=got)
    with torch.no_grad():
        plain = got.detach().as_subclass(torch.Tensor)
        expected = expected.detach()
        _same_layout(tuple(plain.shape), tuple(expected.shape), plain.dtype, expected.dtype, what, expected, plain)
        if not expected.is_floating_point():
            close = plain == expected
        else:
            size = expected.abs()
            if gradient:
                bound = GRADIENT * max(1.0, float(size.max())) if expected.numel() else 0.0
            else:
                atol, rtol = FLOAT64 if expected.dtype == torch.float64 else FLOAT32
                bound = atol + rtol * size
            close = ((plain - expected).abs() <= bound) | (plain == expected)
        if not bool(close.all()):
            index = tuple((~close).nonzero()[0].tolist())
            _differs(what, index, expected, plain)


def _same_layout(shape: Any, wanted: Any, dtype: Any, wanted_dtype: Any, what: str, expected: Any, got: Any) -> None:
    if shape != wanted:
        raise Mismatch(f"{what} has shape {shape}, expected {wanted}", expected=expected, got=got)
    if dtype != wanted_dtype:
        names = str(dtype).removeprefix("torch."), str(wanted_dtype).removeprefix("torch.")
        raise Mismatch(f"{what} has dtype {names[0]}, expected {names[1]}", expected=expected, got=got)


def _differs(what: str, index: tuple[int, ...], expected: Any, got: Any) -> None:
    place = f"first at {list(index)}: " if index else ""
    wanted, came = expected[index].item(), got[index].item()
    digits = show.digits_apart(float(wanted), float(came))
    difference = f"{place}{show.number(wanted, digits)} expected, {show.number(came, digits)} got"
    raise Mismatch(
        _about(what, difference + _order(expected, got)),
        expected=show.value(expected, index, digits),
        got=show.value(got, index, digits),
        came=got,
    )


def _order(expected: Any, got: Any) -> str:
    """Where a few values are right and only their order is not: that order, to be taken in at a glance."""
    wanted, came = expected.reshape(-1).tolist(), got.reshape(-1).tolist()
    if len(wanted) > MOST_IN_ORDER or len(set(wanted)) < len(wanted) or set(wanted) != set(came):
        return ""
    return f"; the values are right, their order is {[wanted.index(value) for value in came]}"


def _about(what: str, difference: str) -> str:
    """Say of what the difference is, unless it is simply the result."""
    return difference if what == RESULT else f"{what}: {difference}"


# ---- effects ----


@contextlib.contextmanager
def leaves_alone(answers: Any, **arguments: Any) -> Iterator[None]:
    """Expect that the block changes none of the arguments named, and draws nothing from the global random state."""
    before = {name: copy.deepcopy(value) for name, value in arguments.items()}
    # A state that no answer's own seed has left: seeding twice alike would show no change.
    with answers.seeded(271_828) as moved:
        RECORD.watching = True
        try:
            yield
        finally:
            RECORD.watching = False
    for name, value in arguments.items():
        try:
            same(value, before[name])
        except Mismatch as mismatch:
            difference = f"the argument `{name}` was changed: {mismatch.difference}"
            raise Mismatch(difference, expected=mismatch.expected, got=mismatch.got) from None
    if moved:
        raise Mismatch(
            f"the global random state of {moved[0]} was touched",
            expected="the global random state as it was",
            got=f"{moved[0]}'s global generator has moved on",
        )

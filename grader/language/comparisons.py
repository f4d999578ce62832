"""Compares the outcome of an answer with that of an oracle: type, shape and dtype before values.

Only these functions read outcomes. Nothing is broadcast, and no code of the learner is called. torch and NumPy are
looked up, not imported.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from grader.answers.plain_values import copied
from grader.answers.steps import Opaque, Outcome, Work
from grader.base import values_as_text
from grader.language.script import SCRIPT, Handle
from grader.language.verbs import add_assign, add_backward, read

__tracebackhide__ = True  # pytest ends its traceback at the check's own line

# MEASURED: forward values of linear maps, normalisation and tanh, against another right way to compute them.
FLOAT64 = (1e-12, 1e-10)
FLOAT32 = (2e-5, 1e-5)
GRADIENT = 1e-11

RESULT = "the result"
MOST_IN_ORDER = 16  # values whose order is written out


class Mismatch(AssertionError):
    """The answer breaks the rule: the expected value, the actual value, and the first difference.

    Args:
        difference: where the two part, one line.
        expected: a value, or its text.
        got: a value, or its text.
        came: the value itself, where `got` is its text.
        refusal: whether an error was expected.
    """

    def __init__(
        self, difference: str, *, expected: Any = None, got: Any = None, came: Any = None, refusal: bool = False
    ) -> None:
        super().__init__(difference)
        got = got.name if isinstance(got, Opaque) else got
        self.difference = difference
        self.refusal = refusal
        self.came = got if came is None else came
        self.expected = expected if isinstance(expected, str) or expected is None else values_as_text.value(expected)
        self.got = got if isinstance(got, str) or got is None else values_as_text.value(got)


class Differs(Exception):
    """An outcome differs from that of the answer for which a script was recorded (`engine.class_scripts`)."""


def looked(got: Any, compare: Callable[[Any], object]) -> None:
    """Compare a value, or the outcome of a step."""
    if isinstance(got, Handle):
        SCRIPT.ask(lambda outcome: compare(outcome.value), got)
    else:
        compare(got)


def seen(question: Callable[..., Any], *handles: Handle) -> Any:
    """Apply a function to the values of some steps, to decide what to test next or to compare later."""
    return _answered(lambda *outcomes: question(*(outcome.value for outcome in outcomes)), *handles)


def value(handle: Any) -> Any:
    """Return the value of a step; everything that a check does with it counts as a comparison."""
    return seen(lambda made: made, handle) if isinstance(handle, Handle) else handle


def worked(question: Callable[[Work], Any], *handles: Handle) -> Any:
    """Apply a function to the work of some calls inside `counting()`."""

    def together(*outcomes: Outcome) -> Any:
        done = [outcome.work or Work() for outcome in outcomes]
        return question(Work(sum(w.flops for w in done), sum(w.operators for w in done), sum(w.kept for w in done)))

    return _answered(together, *handles)


def came_of(question: Callable[[Outcome], Any], handle: Handle) -> Any:
    """Apply a function to the whole outcome of a step, including an error."""
    return _answered(question, handle)


def _answered(question: Callable[..., Any], *handles: Handle) -> Any:
    """Ask a question about outcomes; a replay continues only if the answer is the same."""
    known: list[Any] = []

    def asked(*outcomes: Outcome) -> Any:
        answer = question(*outcomes)
        if known:
            _as_before(answer, known[0])
        else:
            known.append(answer)
        return answer

    return SCRIPT.ask(asked, *handles)


def _as_before(answer: Any, known: Any) -> None:
    if not _alike(answer, known):
        raise Differs


def _alike(answer: Any, known: Any) -> bool:
    """Return whether two values are the same as far as a check can tell."""
    if isinstance(known, Opaque) and isinstance(answer, Opaque):
        return (known.kinds, known.length) == (answer.kinds, answer.length)
    if isinstance(known, dict) and isinstance(answer, dict):
        return list(answer) == list(known) and all(_alike(answer[key], known[key]) for key in known)
    if isinstance(known, list | tuple) and isinstance(answer, list | tuple):
        return len(answer) == len(known) and all(map(_alike, answer, known))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(known, torch.Generator):
        return isinstance(answer, torch.Generator) and torch.equal(answer.get_state(), known.get_state())
    try:
        _same(answer, known, RESULT, gradient=False)
    except Mismatch:
        return False
    return torch is None or not isinstance(known, torch.Tensor) or answer.requires_grad == known.requires_grad


def attribute(owner: Handle, path: str, kind: type | tuple[type, ...] | None = None) -> Handle:
    """Read an attribute of the contract, and check its type.

    Args:
        owner: the object.
        path: `levels.0.linear.weight`.
        kind: `torch.Tensor`, `nn.Linear`, ..., or several.
    """
    found = read(owner, path)
    name = path.rpartition(".")[2]

    def there(outcome: Outcome, owned: Outcome) -> None:
        if outcome.error is not None and not isinstance(
            outcome.error, AttributeError | IndexError | KeyError | TypeError
        ):
            raise outcome.error
        if outcome.error is not None:
            missing = f"the attribute `{name}` is missing{common_slip(owned.value)}"
            raise Mismatch(missing, expected=f"an attribute `{name}`", got="no such attribute")

    SCRIPT.ask(there, found, owner)
    if kind is not None:
        of_kind(found, kind, what=f"`{name}`")
    return found


def assign(module: Handle, path: str, values: Any) -> None:
    """Copy values into a parameter or buffer of a module, if the shape fits."""
    assigned = add_assign(module, path, values)

    def fits(shape: Any) -> None:
        name = path.rpartition(".")[2]
        if shape != tuple(values.shape):
            SCRIPT.hide(assigned)
        if shape is None:
            raise Mismatch(f"the attribute `{name}` is missing", expected=f"a tensor `{name}`", got="no such tensor")
        wanted = tuple(values.shape)
        difference = f"`{path}` has shape {shape}, expected {wanted}"
        holds(shape == wanted, difference, expected=f"shape {wanted}", got=f"shape {shape}")

    looked(assigned, fits)


def exists(thing: Handle) -> bool:
    """Return whether the outcome of a step is not None."""
    return bool(seen(lambda made: made is not None, thing))


def same(got: Any, expected: Any, *, what: str = RESULT, gradient: bool = False) -> None:
    """Compare a result with the oracle's: type, shape, dtype, then values within the measured tolerances.

    Args:
        got: what the answer returned.
        expected: int, float, str, bool, None, list, tuple, dict, ndarray or tensor.
        what: how the message calls it.
        gradient: compare by the largest difference over the largest magnitude, float64.
    """
    kept = copied(expected) if isinstance(got, Handle) else expected  # a check may continue to use its tensors
    returned = not isinstance(got, Handle) or SCRIPT.steps[got.number].step.operation == "call"
    looked(got, lambda made: _same(made, kept, what, gradient, returned))


def _same(got: Any, expected: Any, what: str, gradient: bool, returned: bool = False) -> None:
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if got is None and expected is not None:
        question = common_slip(got) if returned else ""  # an attribute or an item may be None for another reason
        raise Mismatch(_about(what, f"it is None{question}"), expected=expected, got="None")
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
    looked(got, lambda made: _same_shape(made, tuple(shape), what))


def _same_shape(got: Any, shape: tuple[int, ...], what: str) -> None:
    torch = sys.modules["torch"]
    if not isinstance(got, torch.Tensor):
        difference = _told(what, "is", f"not a tensor{common_slip(got)}")
        raise Mismatch(difference, expected=f"a tensor of shape {shape}", got=_as_got(got))
    if tuple(got.shape) != shape:
        raise Mismatch(
            _told(what, "has", f"shape {tuple(got.shape)}, expected {shape}"),
            expected=f"shape {shape}",
            got=f"shape {tuple(got.shape)}",
        )


def of_kind(got: Any, kind: type | tuple[type, ...], *, what: str = RESULT) -> None:
    """Expect the type of the contract, because an answer that never uses its arguments would also leave them unchanged.

    Args:
        got: the value.
        kind: `torch.Tensor`, `float`, `nn.Linear`, ..., or several.
        what: what the learner reads.
    """
    looked(got, lambda made: _of_kind(made, kind if isinstance(kind, tuple) else (kind,), what))


def _of_kind(got: Any, kinds: tuple[type, ...], what: str) -> None:
    opaque = isinstance(got, Opaque)
    if any(kind.__name__ in got.kinds for kind in kinds) if opaque else isinstance(got, kinds):
        return
    wanted = " or ".join(kind.__name__ for kind in kinds)
    missing = common_slip(got) if what == RESULT else ""
    kind = got.name if opaque else type(got).__name__
    came = kind if opaque else f"{kind}: {values_as_text.value(got)}"
    raise Mismatch(_told(what, "is", f"of type {kind}, expected {wanted}{missing}"), expected=wanted, got=came)


def is_module(thing: Handle) -> None:
    """Expect that an object is an `nn.Module`."""

    def fits(made: Any) -> None:
        kinds, name = (made.kinds, made.name) if isinstance(made, Opaque) else ((), type(made).__name__)
        holds("Module" in kinds, "it is not an nn.Module", expected="an nn.Module", got=name)

    looked(thing, fits)


def same_dtype(got: Any, dtype: Any) -> None:
    """Compare only the dtype of a tensor."""
    looked(got, lambda made: _same_dtype(made, dtype))


def _same_dtype(got: Any, dtype: Any) -> None:
    torch = sys.modules["torch"]
    wanted, came = (str(kind).removeprefix("torch.") for kind in (dtype, getattr(got, "dtype", type(got).__name__)))
    holds(
        isinstance(got, torch.Tensor) and got.dtype == dtype,
        f"{wanted} expected, {came} got",
        expected=wanted,
        got=came,
    )


def holds(condition: bool, difference: str, *, expected: Any = None, got: Any = None) -> None:
    """Check a condition; the sentence for the learner says what is wrong."""
    if not condition:
        raise Mismatch(difference, expected=expected, got=got)


def backward(
    result: Handle, gradients: Any, *, what: str = RESULT, source: str = "its input", item: int | None = None
) -> None:
    """Run backward from a result with gradients of its shape; an example shows this below the call.

    Args:
        result: what the answer returned.
        gradients: one of each value.
        what: how the message calls the result.
        source: what gradients should flow back to, in the message.
        item: of a result that is a list, the number of the item.
    """
    looked(result, lambda made: _same_shape(made if item is None else made[item], tuple(gradients.shape), what))
    done = add_backward(result, gradients, item)
    cut = f"{what} is cut off from {source}: no gradient flows"
    cut = cut.replace("logits is", "logits are")
    looked(done, lambda connected: holds(connected is True, cut))


def _as_got(got: Any) -> str:
    return got.name if isinstance(got, Opaque) else values_as_text.value(got)


def common_slip(got: Any) -> str:
    """Return words to add if a result is None, or a tuple of one."""
    if got is None:
        return "; is a return missing?"
    return "; a comma at the end of a line makes a tuple" if type(got) is tuple and len(got) == 1 else ""


def _of_another_type(got: Any, kind: type, what: str, expected: Any) -> Mismatch:
    difference = _told(what, "is", f"of type {type(got).__name__}, expected {kind.__name__}{common_slip(got)}")
    return Mismatch(difference, expected=expected, got=got)


def _same_plain(got: Any, expected: Any, what: str) -> None:
    if type(got) is not type(expected) and not (isinstance(got, type(expected)) and not isinstance(got, bool)):
        raise _of_another_type(got, type(expected), what, expected)
    if isinstance(expected, dict):
        if list(got) != list(expected) and set(got) == set(expected):
            raise Mismatch(f"{what} has the right keys in the wrong order", expected=expected, got=got)
        for key in expected:
            if key not in got:
                raise Mismatch(f"{what} does not contain {key!r}", expected=expected, got=got)
            if type(got[key]) is not type(expected[key]) or got[key] != expected[key]:
                difference = f"at {key!r}: {expected[key]!r} expected, {got[key]!r} got"
                raise Mismatch(_about(what, difference), expected=expected, got=got)
        extra = [key for key in got if key not in expected]
        if extra:
            raise Mismatch(f"{what} contains {extra[0]!r}, which it should not", expected=expected, got=got)
    elif not _equal(got, expected):
        difference = _about(what, f"{values_as_text.value(expected)} expected, {values_as_text.value(got)} got")
        raise Mismatch(difference if len(difference) < 160 else f"{what} differs", expected=expected, got=got)


def _equal(got: Any, expected: Any) -> bool:
    """Compare with the equality of the expected value's type, so that a subclass cannot decide for itself."""
    return expected.__eq__(got) is True


def _same_float(got: Any, expected: float, what: str) -> None:
    if not isinstance(got, float):
        raise _of_another_type(got, float, what, expected)
    atol, rtol = FLOAT64
    came = float(got)
    if not (came == expected or abs(came - expected) <= atol + rtol * abs(expected)):
        difference = f"{values_as_text.number(expected)} expected, {values_as_text.number(came)} got"
        raise Mismatch(_about(what, difference), expected=expected, got=came)


def _same_sequence(got: Any, expected: Sequence[Any], what: str) -> None:
    kind = list if isinstance(expected, list) else tuple
    if not isinstance(got, kind):
        raise _of_another_type(got, kind, what, expected)
    for index, (one, other) in enumerate(zip(expected, got, strict=False)):
        item = f"item {index}" if what == RESULT else f"{what}, item {index}"
        try:
            _same(other, one, item, gradient=False)
        except Mismatch as mismatch:
            is_large = hasattr(one, "shape")  # of tensors and arrays only the one that differs is shown
            shown = (mismatch.expected, mismatch.got) if is_large else (expected, got)
            raise Mismatch(mismatch.difference, expected=shown[0], got=shown[1], came=got) from None
    if len(got) != len(expected):
        items = "item" if len(got) == 1 else "items"
        difference = _told(what, "has", f"{len(got)} {items}, expected {len(expected)}")
        raise Mismatch(difference, expected=expected, got=got)


def _same_array(got: Any, expected: Any, what: str) -> None:
    numpy = sys.modules["numpy"]
    if not isinstance(got, numpy.ndarray | numpy.generic):
        difference = _told(what, "is", f"{values_as_text.kind(got)}, expected a NumPy array{common_slip(got)}")
        raise Mismatch(difference, expected=expected, got=got)
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
        difference = _told(what, "is", f"{values_as_text.kind(got)}, expected a tensor{common_slip(got)}")
        raise Mismatch(difference, expected=expected, got=got)
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
        raise Mismatch(_told(what, "has", f"shape {shape}, expected {wanted}"), expected=expected, got=got)
    if dtype != wanted_dtype:
        names = str(dtype).removeprefix("torch."), str(wanted_dtype).removeprefix("torch.")
        difference = _told(what, "has", f"dtype {names[0]}, expected {names[1]}")
        raise Mismatch(difference, expected=expected, got=got)


def _differs(what: str, index: tuple[int, ...], expected: Any, got: Any) -> None:
    place = f"first at {list(index)}: " if index else ""
    wanted, came = expected[index].item(), got[index].item()
    digits = values_as_text.digits_apart(float(wanted), float(came))
    difference = f"{place}{values_as_text.number(wanted, digits)} expected, {values_as_text.number(came, digits)} got"
    raise Mismatch(
        _about(what, difference + _order(expected, got)),
        expected=values_as_text.value(expected, index, digits),
        got=values_as_text.value(got, index, digits),
        came=got,
    )


def _order(expected: Any, got: Any) -> str:
    """Return the order of a few right values in the wrong order, short enough to read at a glance."""
    wanted, came = expected.reshape(-1).tolist(), got.reshape(-1).tolist()
    if len(wanted) > MOST_IN_ORDER or len(set(wanted)) < len(wanted) or set(wanted) != set(came):
        return ""
    return f"; the values are right, their order is {[wanted.index(value) for value in came]}"


def _about(what: str, difference: str) -> str:
    """Say what the difference is about, unless it is simply the result."""
    return difference if what == RESULT else f"{what}: {difference}"


def _told(what: str, verb: str, rest: str) -> str:
    """Join a subject and a difference: `x` has shape ..., but: the logits: shape ..., since long subjects may be
    plural.
    """
    return f"{what} {verb} {rest}" if what == RESULT or what.startswith("`") else f"{what}: {rest}"

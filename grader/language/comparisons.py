"""Comparing what an answer gave with what an oracle says: type, shape and dtype before values.

Nothing is broadcast, and nothing of the learner's is called. torch and NumPy are looked up, not imported.
"""

import sys
from collections.abc import Sequence
from typing import Any, TypeVar

from grader.base import values_as_text

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
        refusal: whether an error was expected.
    """

    def __init__(
        self, difference: str, *, expected: Any = None, got: Any = None, came: Any = None, refusal: bool = False
    ) -> None:
        super().__init__(difference)
        self.difference = difference
        self.refusal = refusal
        self.came = got if came is None else came
        self.expected = expected if isinstance(expected, str) or expected is None else values_as_text.value(expected)
        self.got = got if isinstance(got, str) or got is None else values_as_text.value(got)


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
        difference = _told(what, "is", f"not a tensor{no_return(got)}")
        raise Mismatch(difference, expected=f"a tensor of shape {shape}", got=values_as_text.value(got))
    if tuple(got.shape) != shape:
        raise Mismatch(
            _told(what, "has", f"shape {tuple(got.shape)}, expected {shape}"),
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
        missing = no_return(got) if what == RESULT else ""
        difference = _told(what, "is", f"of type {type(got).__name__}, expected {wanted}{missing}")
        raise Mismatch(difference, expected=wanted, got=f"{type(got).__name__}: {values_as_text.value(got)}")
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


def no_return(got: Any) -> str:
    """What to add to a line on a result of a wrong kind: a question, where it is None."""
    return "; is a return missing?" if got is None else ""


def _of_another_type(got: Any, kind: type, what: str, expected: Any) -> Mismatch:
    difference = _told(what, "is", f"of type {type(got).__name__}, expected {kind.__name__}")
    return Mismatch(difference, expected=expected, got=got)


def _same_plain(got: Any, expected: Any, what: str) -> None:
    if type(got) is not type(expected) and not (isinstance(got, type(expected)) and not isinstance(got, bool)):
        raise _of_another_type(got, type(expected), what, expected)
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
        difference = _about(what, f"{values_as_text.value(expected)} expected, {values_as_text.value(got)} got")
        raise Mismatch(difference if len(difference) < 160 else f"{what} differs", expected=expected, got=got)


def _equal(got: Any, expected: Any) -> bool:
    """Equality as the expected value's own type sees it; a subclass cannot answer for itself."""
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
            same(other, one, what=item)
        except Mismatch as mismatch:
            raise Mismatch(mismatch.difference, expected=expected, got=got) from None
    if len(got) != len(expected):
        items = "item" if len(got) == 1 else "items"
        difference = _told(what, "has", f"{len(got)} {items}, expected {len(expected)}")
        raise Mismatch(difference, expected=expected, got=got)


def _same_array(got: Any, expected: Any, what: str) -> None:
    numpy = sys.modules["numpy"]
    if not isinstance(got, numpy.ndarray | numpy.generic):
        raise Mismatch(
            _told(what, "is", f"{values_as_text.kind(got)}, expected a NumPy array"), expected=expected, got=got
        )
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
        raise Mismatch(_told(what, "is", f"{values_as_text.kind(got)}, expected a tensor"), expected=expected, got=got)
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
    """Where a few values are right and only their order is not: that order, to be taken in at a glance."""
    wanted, came = expected.reshape(-1).tolist(), got.reshape(-1).tolist()
    if len(wanted) > MOST_IN_ORDER or len(set(wanted)) < len(wanted) or set(wanted) != set(came):
        return ""
    return f"; the values are right, their order is {[wanted.index(value) for value in came]}"


def _about(what: str, difference: str) -> str:
    """Say of what the difference is, unless it is simply the result."""
    return difference if what == RESULT else f"{what}: {difference}"


def _told(what: str, verb: str, rest: str) -> str:
    """`x` has shape ...; but the logits: shape ..., for what has words of its own may be many."""
    return f"{what} {verb} {rest}" if what == RESULT or what.startswith("`") else f"{what}: {rest}"

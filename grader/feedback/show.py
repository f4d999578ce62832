"""Values as text: as Python that can be pasted (`python`), and as a person compares them (`value`, `number`).

torch and NumPy are looked up, never imported: an exercise in plain Python must not wait for them.
"""

import contextlib
import itertools
import sys
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

WIDEST_INT = 10**60
MOST_NUMBERS = 64  # of a tensor that is written whole
MOST_TEXT = 600
BRIEF_TEXT = 70
NEAR = 2


def python(value: Any) -> str:
    """Write a value as Python: tensors as `torch.tensor(...)`, numbered ones as `torch.arange(...)`."""
    if _is_tensor(value):
        return _tensor(value)
    if _is_array(value):
        return _array(value)
    if isinstance(value, int) and abs(value) > WIDEST_INT:
        return _big_int(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = ", ".join(f"{name}={python(item)}" for name, item in zip(value._fields, value, strict=True))
        return f"{type(value).__name__}({fields})"
    if isinstance(value, list | tuple):
        items = ", ".join(python(item) for item in value)
        if isinstance(value, list):
            return f"[{items}]"
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{python(key)}: {python(item)}" for key, item in value.items()) + "}"
    if isinstance(value, type):
        return value.__name__
    if callable(value) and isinstance(name := getattr(value, "shown", getattr(value, "__name__", None)), str):
        return name
    return _plain(value)


def called(value: T, name: str) -> T:
    """Let `python` write a function by this name: a lambda has none of its own, and that of a partial is long."""
    if callable(value) and not isinstance(value, type):
        with contextlib.suppress(Exception):  # a built-in function has no room for it, an object of theirs may raise
            value.shown = name  # type: ignore[attr-defined]
    return value


def value(value: Any, mark: tuple[int, ...] | None = None, digits: int = 6) -> str:
    """Write a value for comparing: shape and dtype first, then the numbers, large ones around the mark.

    Args:
        value: what to write.
        mark: the index of the element to set between » and «.
        digits: significant digits of each number.
    """
    if _is_tensor(value):
        plain = value.detach().cpu()
        torch = sys.modules["torch"]
        numbers = (plain.double() if plain.dtype == torch.bfloat16 else plain).numpy()
        return f"shape {tuple(plain.shape)}, {str(plain.dtype).removeprefix('torch.')}\n{_grid(numbers, mark, digits)}"
    if _is_array(value):
        return f"shape {value.shape}, {value.dtype}\n{_grid(value, mark, digits)}"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, BaseException):
        return error(value)
    text = python(value)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} ... ({len(text)} characters)"


def brief(value: Any) -> str:
    """Write a value in a few words, for the margin of a line of code: of a tensor its shape and dtype."""
    if _is_tensor(value):
        layout = "" if value.is_contiguous() else ", not contiguous"
        return f"a tensor {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}{layout}"
    if _is_array(value):
        return f"an array {value.shape}, {value.dtype}"
    text = " ".join(python(value).split())
    return text if len(text) <= BRIEF_TEXT else f"{text[:BRIEF_TEXT]} ..."


def number(value: Any, digits: int = 12) -> str:
    """Write one number: an integer in full, a float without a tail of zeros."""
    if isinstance(value, int) and abs(value) > WIDEST_INT:
        return _big_int(value)
    if not isinstance(value, float):
        return repr(value)
    text = f"{value:.{digits}g}"
    return text if any(mark in text for mark in ".einf") else f"{text}.0"


def error(raised: BaseException) -> str:
    """Write an exception as its last traceback line does: `ValueError: group must be at least 1, got 0`."""
    text = message(raised)
    text = text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} ... ({len(text)} characters)"
    return f"{type(raised).__name__}: {text}" if text else type(raised).__name__


def message(raised: BaseException) -> str:
    """The message of an exception, in full."""
    try:
        return str(raised)
    except Exception:  # the learner's own __str__ may raise anything
        return "(its message cannot be printed)"


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _plain(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # the learner's own __repr__ may raise anything
        return f"<{type(value).__name__} that cannot be printed>"
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} ..."


def _big_int(value: int) -> str:
    """A power of two and what is left, where that is short; else the digits, of which there may be thousands."""
    exponent = abs(value).bit_length() - 1
    sign = "-" if value < 0 else ""
    for power in (exponent, exponent + 1):
        rest = abs(value) - 2**power
        if abs(rest) < 10_000:
            tail = "" if rest == 0 else f" {'+' if rest > 0 else '-'} {abs(rest)}"
            return f"{sign}2**{power}{tail}" if not sign else f"-(2**{power}{tail})"
    if exponent > 10_000:
        return f"{sign}(an integer of {exponent + 1} bits)"
    return repr(value)


def _grid(numbers: Any, mark: tuple[int, ...] | None, digits: int) -> str:
    """The numbers in columns, one row of the last axis a line; of a large array, what lies around the mark."""
    if numbers.size == 0:
        return "(no elements)"
    centre = mark or (0,) * numbers.ndim
    reach = [range(size) for size in numbers.shape]
    if numbers.size > MOST_NUMBERS:
        reach = [
            range(max(0, at - NEAR), min(size, at + NEAR + 1)) for at, size in zip(centre, numbers.shape, strict=True)
        ]
    cells = {
        index: f"»{_cell(numbers[index], digits)}«" if index == mark else _cell(numbers[index], digits)
        for index in itertools.product(*reach)
    }
    width = max(map(len, cells.values()))

    def nested(prefix: tuple[int, ...], indent: int) -> str:
        axis = len(prefix)
        if axis == numbers.ndim:
            return cells[prefix].rjust(width) if numbers.ndim else cells[prefix]
        near = reach[axis]
        separator = ", " if axis == numbers.ndim - 1 else ",\n" + " " * (indent + 1)
        parts = [nested((*prefix, index), indent + 1) for index in near]
        parts = ["..."] * (near.start > 0) + parts + ["..."] * (near.stop < numbers.shape[axis])
        return f"[{separator.join(parts)}]"

    return nested((), 0)


def _cell(element: Any, digits: int) -> str:
    plain = element.item()
    return f"{plain:.{digits}g}" if isinstance(plain, float) else repr(plain)


def digits_apart(one: float, other: float) -> int:
    """The least number of significant digits, 6 or more, at which two numbers are written differently."""
    return next((digits for digits in range(6, 17) if f"{one:.{digits}g}" != f"{other:.{digits}g}"), 17)


def _tensor(tensor: Any) -> str:
    torch = sys.modules["torch"]
    plain = tensor.detach()
    dense, suffix = _undo_transpose(plain)
    text = _numbered(dense, "torch", torch.float32)
    if text is None:
        values = dense.tolist()
        kind = "" if plain.dtype in (torch.float32, torch.int64) and plain.numel() else f", dtype={plain.dtype}"
        text = f"torch.tensor({python(values)}{kind})"
        if plain.numel() == 0:
            text = f"torch.zeros({tuple(dense.shape)}{kind})"
        elif plain.numel() > MOST_NUMBERS:
            text = f"torch.rand({tuple(dense.shape)}{kind})  # any such values"
            if not plain.is_floating_point():
                text = f"torch.tensor({python(values)[:160]} ...{kind})  # shape {tuple(dense.shape)}"
    return text + suffix


def _undo_transpose(plain: Any) -> tuple[Any, str]:
    """A tensor that is dense in another order of axes, in that order, and the call that restores it."""
    if plain.is_contiguous():
        return plain, ""
    order = sorted(range(plain.dim()), key=lambda axis: -plain.stride(axis))
    dense = plain.permute(order)
    if not dense.is_contiguous():
        return plain, ""
    back = [order.index(axis) for axis in range(plain.dim())]
    swapped = [axis for axis in range(plain.dim()) if back[axis] != axis]
    if len(swapped) == 2:
        return dense, f".transpose({swapped[0]}, {swapped[1]})"
    return dense, f".permute({', '.join(map(str, back))})"


def _numbered(dense: Any, module: str, default: Any) -> str | None:
    """`arange` for values that count up by one: the eye then sees where each value went."""
    if dense.dim() < 2 or dense.numel() < 4:
        return None
    flat = dense.reshape(-1)
    first = flat[0].item()
    if first != first or first != first // 1 or not bool((flat[1:] - flat[:-1] == 1).all()):
        return None
    floating = dense.is_floating_point()
    point = "." if floating else ""
    kind = f", dtype={dense.dtype}" if floating and dense.dtype != default else ""
    shape = ", ".join(str(size) for size in dense.shape)
    return f"{module}.arange({int(first)}{point}, {int(first) + dense.numel()}{point}{kind}).reshape({shape})"


def _array(array: Any) -> str:
    if array.size > MOST_NUMBERS:
        return f"np.random.default_rng(0).random({array.shape}).astype(np.{array.dtype})  # any such values"
    kind = "" if array.dtype.name in ("float64", "int64") else f", dtype=np.{array.dtype}"
    suffix = "" if array.flags.c_contiguous or array.ndim < 2 else "  # not contiguous"
    if array.size == 0:
        return f"np.zeros({array.shape}{kind}){suffix}"
    return f"np.array({python(array.tolist())}{kind}){suffix}"

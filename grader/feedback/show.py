"""Values as text: as Python that can be pasted (`python`), and as a person compares them (`value`, `number`).

torch and NumPy are looked up, never imported: an exercise in plain Python must not wait for them.
"""

import functools
import sys
from collections.abc import Mapping
from typing import Any

WIDEST_INT = 10**60
MOST_NUMBERS = 64


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
    if callable(value) and hasattr(value, "__name__"):
        return getattr(value, "shown", value.__name__)
    return _plain(value)


def value(value: Any) -> str:
    """Write a value for comparing: shape and type first, then the numbers, the large ones around their edges."""
    if _is_tensor(value):
        plain = value.detach()
        numbers = plain.cpu().numpy() if plain.dtype not in _unusual_dtypes() else plain.double().numpy()
        return f"shape {tuple(plain.shape)}, {str(plain.dtype).removeprefix('torch.')}\n{_grid(numbers)}"
    if _is_array(value):
        return f"shape {value.shape}, {value.dtype}\n{_grid(value)}"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, BaseException):
        return error(value)
    text = python(value)
    return text if len(text) <= 600 else f"{text[:600]} ... ({len(text)} characters)"


def number(value: Any) -> str:
    """Write one number with as many digits as tell it from its neighbours, at most twelve."""
    if isinstance(value, int) and abs(value) > WIDEST_INT:
        return _big_int(value)
    return f"{value:.12g}" if isinstance(value, float) and value != int_or_none(value) else repr(value)


def int_or_none(value: float) -> int | None:
    """The integer that a float is, or None for fractions, infinities and NaN."""
    return int(value) if value == value and abs(value) < 2**53 and int(value) == value else None


def error(raised: BaseException) -> str:
    """Write an exception as its last traceback line does: `ValueError: group must be at least 1, got 0`."""
    try:
        message = str(raised)
    except Exception:  # the learner's own __str__ may raise anything
        message = "(its message cannot be printed)"
    message = message if len(message) <= 600 else f"{message[:600]} ... ({len(message)} characters)"
    return f"{type(raised).__name__}: {message}" if message else type(raised).__name__


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


@functools.cache
def _unusual_dtypes() -> frozenset[Any]:
    torch = sys.modules["torch"]
    return frozenset({torch.bfloat16})


def _plain(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # the learner's own __repr__ may raise anything
        return f"<{type(value).__name__} that cannot be printed>"
    return text if len(text) <= 600 else f"{text[:600]} ..."


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


def _grid(numbers: Any) -> str:
    numpy = sys.modules["numpy"]
    text: str = numpy.array2string(
        numbers,
        precision=6,
        separator=", ",
        suppress_small=True,
        threshold=MOST_NUMBERS,
        edgeitems=2,
        max_line_width=10_000,
        formatter={"float_kind": lambda x: f"{x:.6g}"} if numbers.dtype.kind == "f" else None,
    )
    return text


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
    if int_or_none(float(first)) is None or not bool((flat[1:] - flat[:-1] == 1).all()):
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

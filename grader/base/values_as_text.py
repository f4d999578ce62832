"""Values as text: as Python that can be pasted (`python`), and for people to compare (`value`, `number`).

torch and NumPy are looked up, never imported, so that exercises in plain Python do not wait for them.
"""

import itertools
import math
import struct
import sys
from collections.abc import Mapping
from typing import Any

WIDEST_INT = 10**60
MOST_NUMBERS = 64  # of a tensor that is written completely
LEAST_FILLED = 4  # equal numbers that are written as a fill
MOST_TEXT = 600
BRIEF_TEXT = 70
MOST_ITEMS = 4  # of a list of tensors
MOST_LETTERS = 5  # of a list that is written item by item
NEAR = 2


def python(value: Any) -> str:
    """Write a value as Python: tensors as `torch.tensor(...)`, numbered ones as `torch.arange(...)`.

    They keep their layout in memory. More than MOST_NUMBERS numbers are replaced by random ones of the same kind.
    """
    if _is_tensor(value):
        return _tensor(value)
    if _is_array(value):
        return _array(value)
    if isinstance(value, int) and abs(value) > WIDEST_INT:
        return _big_int(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = ", ".join(f"{name}={python(item)}" for name, item in zip(value._fields, value, strict=True))
        return f"{type(value).__name__}({fields})"
    if is_long_list_of_letters(value):
        return f"list({''.join(value)!r})"
    if isinstance(value, list | tuple):
        items = ", ".join(python(item) for item in value)
        if isinstance(value, list):
            return f"[{items}]"
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{python(key)}: {python(item)}" for key, item in value.items()) + "}"
    if isinstance(value, type):
        return value.__name__
    if callable(value) and isinstance(name := getattr(value, "__name__", None), str):
        return name
    return _plain(value)


def is_long_list_of_letters(value: Any) -> bool:
    """Return whether this is a list of so many single characters that `list('abcdef')` reads better."""
    return isinstance(value, list) and len(value) > MOST_LETTERS and all(map(_is_character, value))


def _is_character(value: Any) -> bool:
    return type(value) is str and len(value) == 1


def filled_in_place(tensor: Any) -> str:
    """Write a call that puts these values into a tensor of the same shape, of any dtype that holds them exactly."""
    numbers = {python(number) for number in tensor.reshape(-1).tolist()}
    if len(numbers) == 1:
        return f"fill_({numbers.pop()})"
    return f"copy_({python(tensor.float() if _is_exact_in_float32(tensor) else tensor)})"


def value(value: Any, mark: tuple[int, ...] | None = None, digits: int = 6) -> str:
    """Write a value for comparing: shape and dtype first, then the numbers, for large values those around the mark.

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
    if _holds_tensors(value):
        return _items(value)
    text = python(value)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} ... ({len(text)} characters)"


def brief(value: Any) -> str:
    """Write a value in a few words, for the margin of a code line; for a tensor, its shape and dtype."""
    if _is_tensor(value):
        layout = "" if value.is_contiguous() else ", not contiguous"
        return f"a tensor {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}{layout}"
    if _is_array(value):
        return f"an array {value.shape}, {value.dtype}"
    if _holds_tensors(value):
        more = ["..."] if len(value) > MOST_ITEMS else []
        return f"a {type(value).__name__} of {', '.join([*map(brief, value[:MOST_ITEMS]), *more])}"
    text = " ".join(python(value).split())
    return text if len(text) <= BRIEF_TEXT else f"{text[:BRIEF_TEXT]} ..."


def kind(value: Any) -> str:
    """What kind of thing a value is, in words: "a torch.Tensor", "a NumPy array", "a list", "None"."""
    if value is None:
        return "None"
    if _is_tensor(value):
        return "a torch.Tensor"
    if _is_array(value):
        return "a NumPy array"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


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


def _is_exact_in_float32(tensor: Any) -> bool:
    torch = sys.modules["torch"]
    return tensor.dtype == torch.float64 and torch.equal(tensor.float().double(), tensor)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _holds_tensors(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(_is_tensor(item) or _is_array(item) for item in value)


def _plain(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # the learner's own __repr__ may raise anything
        return f"<{type(value).__name__} that cannot be printed>"
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} ..."


def _big_int(value: int) -> str:
    """Write a large integer as a power of two plus a rest if that is short, else as digits."""
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
    """Write the numbers in columns, one line per row of the last axis; for a large array, those around the mark."""
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


def _items(values: list[Any] | tuple[Any, ...]) -> str:
    """Write a list or tuple with tensors or arrays item by item, because `python` may replace their numbers."""
    names = getattr(values, "_fields", range(len(values)))
    shown = [f"{name}: {value(item)}" for name, item in zip(names, values[:MOST_ITEMS], strict=False)]
    rest = len(values) - MOST_ITEMS
    return "\n".join([f"a {type(values).__name__} of {len(values)}", *shown, *[f"... {rest} more"] * (rest > 0)])


def _cell(element: Any, digits: int) -> str:
    plain = element.item()
    return f"{plain:.{digits}g}" if isinstance(plain, float) else repr(plain)


def digits_apart(one: float, other: float) -> int:
    """Return the smallest number of significant digits, at least 6, that distinguishes two numbers."""
    return next((digits for digits in range(6, 17) if f"{one:.{digits}g}" != f"{other:.{digits}g}"), 17)


def _tensor(tensor: Any) -> str:
    torch = sys.modules["torch"]
    plain = tensor.detach()
    order, stretched = _laid_out(tuple(plain.shape), plain.stride())
    dense = plain.permute(order)
    text = _numbered(dense, torch.float32)
    if text is None:
        shape, usual = tuple(dense.shape), (torch.float32, torch.int64, torch.bool)
        kind = "" if plain.dtype in usual else f", dtype={plain.dtype}"
        fill = _fill(dense.reshape(-1).tolist())
        if plain.numel() == 0:
            text = f"torch.zeros({shape}, dtype={plain.dtype})"
        elif fill is not None:
            text = f"torch.full({shape}, {fill}{kind})"
        elif plain.numel() <= MOST_NUMBERS:
            single = plain.dtype == torch.float32 or _is_exact_in_float32(plain)
            kind = ").double(" if single and plain.dtype == torch.float64 else kind
            text = f"torch.tensor({python(_shortest(dense.tolist(), single))}{kind})"
        elif plain.dtype == torch.bool:
            text = f"torch.rand({shape}).lt(0.5)"
        elif plain.is_floating_point() or plain.is_complex():
            text = f"torch.rand({shape}{kind})"
        else:
            text = f"torch.randint({int(dense.min())}, {int(dense.max()) + 1}, {shape}{kind})"
    back = [order.index(axis) for axis in range(plain.dim())]
    swapped = [axis for axis in range(plain.dim()) if back[axis] != axis]
    if len(swapped) == 2:
        text += f".transpose({swapped[0]}, {swapped[1]})"
    elif swapped:
        text += f".permute({', '.join(map(str, back))})"
    return text + ".repeat_interleave(2, -1)[..., ::2]" * stretched


def _laid_out(shape: tuple[int, ...], strides: tuple[int, ...]) -> tuple[list[int], bool]:
    """Return the memory layout of a tensor or array: its axes from the outermost to the innermost, and whether only
    every second element of the last one is used. Other layouts count as the usual order.
    """
    usual, axes = list(range(len(shape))), [axis for axis, size in enumerate(shape) if size > 1]
    if 0 in shape or not axes:
        return usual, False
    order = list(usual)
    for place, axis in zip(axes, sorted(axes, key=lambda axis: -strides[axis]), strict=True):
        order[place] = axis
    for candidate, step in ((usual, 1), (usual, 2), (order, 1)):
        place, lies_so = step, step == 1 or axes[-1] == usual[-1]
        for axis in reversed(candidate):
            lies_so = lies_so and (shape[axis] == 1 or strides[axis] == place)
            place *= shape[axis]
        if lies_so:
            return candidate, step == 2
    return usual, False


def _fill(numbers: list[Any]) -> str | None:
    """Return the number that all elements (four or more) are equal to; None if they differ or cannot be written."""
    if len(numbers) < LEAST_FILLED or not all(type(each) in (int, float) for each in numbers):
        return None
    written = {repr(each) for each in numbers}
    return written.pop() if len(written) == 1 and math.isfinite(numbers[0]) else None


def _shortest(numbers: Any, single: bool) -> Any:
    """Round numbers of single precision to the fewest digits that distinguish them there: 0.1, not 0.10000000149."""
    if isinstance(numbers, list):
        return [_shortest(each, single) for each in numbers]
    if not single or not math.isfinite(numbers):
        return numbers
    rounded = (float(f"{numbers:.{digits}g}") for digits in range(1, 10))
    return next(each for each in rounded if struct.pack("f", each) == struct.pack("f", numbers))


def _numbered(dense: Any, default: Any) -> str | None:
    """Write values that count up by one as `arange`, so that it is easy to see where each value went."""
    floating = dense.is_floating_point()
    if dense.dim() < 2 or dense.numel() < 4 or not (floating or dense.dtype == sys.modules["torch"].int64):
        return None
    flat = dense.reshape(-1)
    first = flat[0].item()
    if first != first or first != first // 1 or not bool((flat[1:] - flat[:-1] == 1).all()):
        return None
    point = "." if floating else ""
    kind = f", dtype={dense.dtype}" if floating and dense.dtype != default else ""
    shape = ", ".join(str(size) for size in dense.shape)
    return f"torch.arange({int(first)}{point}, {int(first) + dense.numel()}{point}{kind}).reshape({shape})"


def _array(array: Any) -> str:
    order, stretched = _laid_out(array.shape, tuple(stride // array.itemsize for stride in array.strides))
    dense = array.transpose(order)
    kind = "" if array.dtype.name in ("float64", "int64", "bool") else f", dtype=np.{array.dtype}"
    if array.size == 0:
        text = f"np.zeros({dense.shape}, dtype=np.{array.dtype})"
    elif (fill := _fill(dense.reshape(-1).tolist())) is not None:
        text = f"np.full({dense.shape}, {fill}{kind})"
    elif array.size <= MOST_NUMBERS:
        text = f"np.array({python(_shortest(dense.tolist(), array.dtype.name == 'float32'))}{kind})"
    elif array.dtype.kind in "iu":
        text = f"np.random.default_rng(0).integers({dense.min()}, {int(dense.max()) + 1}, {dense.shape}{kind})"
    elif array.dtype.kind == "b":
        text = f"(np.random.default_rng(0).random({dense.shape}) < 0.5)"
    else:
        text = f"np.random.default_rng(0).random({dense.shape})" + f".astype(np.{array.dtype})" * bool(kind)
    back = tuple(order.index(axis) for axis in range(array.ndim))
    if order != sorted(order):
        text += ".T" if order == sorted(order, reverse=True) else f".transpose{back}"
    return text + ".repeat(2, -1)[..., ::2]" * stretched

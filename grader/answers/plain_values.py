"""Plain copies of values that an answer returned or received, which later code cannot change.

torch and NumPy are looked up, not imported: exercise 1 needs neither.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from grader.answers.steps import Opaque

MOST_DEPTH = 40
_SCALARS = frozenset((type(None), bool, int, float, str))


def plain(value: Any, depth: int = 0) -> Any:
    """Copy a value as data, or describe it if it is not data.

    A tensor comes as a plain one, detached; it requires gradients where the original did.
    """
    if value is None or isinstance(value, bool | int | float | str | bytes | complex | Opaque) or depth > MOST_DEPTH:
        return value
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None:
        if isinstance(value, torch.Tensor):
            return _plain_tensor(torch, value)
        if isinstance(value, torch.Generator):
            return value.clone_state() if hasattr(value, "clone_state") else value
        if isinstance(value, torch.dtype | torch.Size):
            return value
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.view(numpy.ndarray).copy(order="K")
    if numpy is not None and isinstance(value, numpy.generic):
        return value
    if isinstance(value, dict):
        return {plain(key, depth + 1): plain(item, depth + 1) for key, item in dict.items(value)}
    if isinstance(value, set | frozenset):
        return {plain(item, depth + 1) for item in value}
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in list.__iter__(value)]
    if isinstance(value, tuple):
        items = [plain(item, depth + 1) for item in tuple.__iter__(value)]
        if not isinstance(getattr(type(value), "_fields", None), tuple):
            return tuple(items)
        return tuple.__new__(type(value), items)
    return described(value)


def _plain_tensor(torch: Any, value: Any) -> Any:
    with torch.no_grad():
        copy = value.detach().as_subclass(torch.Tensor)
        copy = copy.clone() if copy.layout == torch.strided else copy.to_dense()
    return copy.requires_grad_() if value.requires_grad else copy


def described(value: Any, *, drawn: bool = False) -> Opaque:
    """Describe an object from outside.

    Args:
        value: the object.
        drawn: whether it was just built, from random numbers.
    """
    torch = sys.modules.get("torch")
    name = type(value).__name__[:100]
    if torch is None or not isinstance(value, torch.nn.Module):
        return Opaque(name)
    kinds = tuple(base.__name__ for base in type(value).__mro__ if getattr(torch.nn, base.__name__, None) is base)
    container = isinstance(value, torch.nn.ModuleList | torch.nn.Sequential | torch.nn.ModuleDict)
    length = len(value._modules) if container else None
    return Opaque(name, kinds, length, tuple(path for path, _ in value.named_parameters()) if drawn else ())


def copied(value: Any, resolve: Callable[[Any], Any] = lambda value: value) -> Any:
    """Copy an argument that an answer may change; a tensor or array keeps its memory layout.

    Args:
        value: data, in lists, tuples and dicts.
        resolve: gives the object that stands for a value that is not copied.
    """
    kind = type(value)
    if kind in _SCALARS:  # most values are: asking torch whether a number is a tensor takes longer than all the rest
        return value
    if kind is list:
        return [copied(item, resolve) for item in value]
    if kind is tuple:
        return tuple([copied(item, resolve) for item in value])
    if kind is dict:
        return {key: copied(item, resolve) for key, item in value.items()}
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        return _copied_tensor(torch, value)
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _copied_array(numpy, value)
    return resolve(value)


def _copied_tensor(torch: Any, value: Any) -> Any:
    value = value.detach()
    if value.is_contiguous() or not each_place_once(value.shape, value.stride()):
        return value.clone()
    return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype).copy_(value)


def _copied_array(numpy: Any, value: Any) -> Any:
    if value.flags.c_contiguous or 0 in value.shape or min(value.strides, default=1) <= 0:
        return value.copy()
    span = value.itemsize + sum((size - 1) * step for size, step in zip(value.shape, value.strides, strict=True))
    array = numpy.ndarray(value.shape, value.dtype, numpy.zeros(span, numpy.uint8).data, strides=value.strides)
    array[...] = value
    return array


def each_place_once(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Return whether no two elements share memory."""
    reached = 0
    for stride, size in sorted(zip(strides, shape, strict=True)):
        if size > 1 and stride <= reached:
            return False
        reached += (size - 1) * stride
    return True


def unchanged(now: Any, before: Any) -> bool:
    """Return whether an argument is unchanged to the last bit; objects that are not data count as unchanged."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(before, torch.Tensor):
        same_form = isinstance(now, torch.Tensor) and now.shape == before.shape and now.dtype == before.dtype
        return same_form and _same_bits(torch, now.detach(), before)
    if numpy is not None and isinstance(before, numpy.ndarray):
        return bool(now.shape == before.shape and now.dtype == before.dtype and now.tobytes() == before.tobytes())
    if isinstance(before, list | tuple):
        return len(now) == len(before) and all(unchanged(*pair) for pair in zip(now, before, strict=True))
    if isinstance(before, dict):
        return list(now) == list(before) and all(unchanged(now[key], before[key]) for key in before)
    if before is None or isinstance(before, bool | int | float | str):
        return type(now) is type(before) and (now == before or now != now)
    return True


def _same_bits(torch: Any, now: Any, before: Any) -> bool:
    if torch.equal(now, before):
        return True
    return bool((now.isnan() & before.isnan() | (now == before)).all()) if now.is_floating_point() else False

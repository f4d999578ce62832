"""The observation of a check as plain data, and whether two answers behaved the same.

It is data because the two run in different processes. Comparison allows rounding, because right answers differ in
rounding. torch and NumPy are looked up, never imported. Nothing here runs an answer.
"""

import math
import re
import sys
from collections.abc import Mapping
from typing import Any

Observation = dict[str, Any]  # what a check saw of an answer
MOST_NUMBERS = 1_024
MOST_TEXT = 4_096
MOST_BITS = 10_000  # of an integer that Python writes in decimal digits; it refuses 4,300 of them
# The same mistake in other code rounds differently; an eps that is ten times too large differs by more than 1e-6.
CLOSE = {"float64": 1e-9, "float32": 1e-5, "float16": 1e-2, "bfloat16": 1e-1}
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?!\w)|\bnan\b|\binf\b", re.IGNORECASE)


def observed(value: Any) -> Any:
    """Turn a value into JSON: tensors and arrays with shape and dtype, exceptions as their type.

    Of more than 1,024 numbers the first are kept.
    """
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return {"int": hex(value)}
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value[:MOST_TEXT]
    if torch is not None and isinstance(value, torch.Tensor):
        plain = value.detach().cpu()
        return _numbers(tuple(plain.shape), str(plain.dtype).removeprefix("torch."), plain.reshape(-1))
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _numbers(value.shape, str(value.dtype), value.reshape(-1))
    if isinstance(value, BaseException):
        return {"error": type(value).__name__}
    if isinstance(value, Mapping):
        return {"items": [[observed(key), observed(item)] for key, item in value.items()][:MOST_NUMBERS]}
    if isinstance(value, list | tuple | set | frozenset):
        if isinstance(value, set | frozenset):
            return {type(value).__name__: sorted(map(observed, value), key=str)[:MOST_NUMBERS]}
        return {type(value).__name__: [observed(item) for item in value[:MOST_NUMBERS]]}
    return {"object": type(value).__name__}


def _numbers(shape: tuple[int, ...], dtype: str, flat: Any) -> dict[str, Any]:
    numbers = flat[:MOST_NUMBERS].tolist()
    numbers = [str(number) for number in numbers] if dtype.startswith("complex") else numbers
    return {"shape": list(shape), "dtype": dtype, "numbers": numbers}


def alike(one: Any, other: Any, close: float = CLOSE["float64"]) -> bool:
    """Return whether two observations are the same up to rounding.

    Args:
        one: an observation.
        other: another one.
        close: the largest difference of two floats, over the larger magnitude (1 at least).
    """
    if isinstance(one, float) and isinstance(other, float):
        return _close(one, other, close)
    if type(one) is not type(other):
        return False
    if isinstance(one, str):
        return _same_text(one, other)
    if isinstance(one, list):
        return len(one) == len(other) and all(alike(*pair, close) for pair in zip(one, other, strict=True))
    if isinstance(one, dict):
        if one.keys() != other.keys():
            return False
        if "numbers" in one:
            return _same_numbers(one, other)
        return all(alike(one[key], other[key], close) for key in one)
    return bool(one == other)


def alike_but_for_errors(one: Any, other: Any) -> bool:
    """Return whether two observations are the same, or errors of any kind at the same example and step.

    Args:
        one: the observation of a failing check, or None.
        other: another one.
    """
    if one and other and "error" in one and "error" in other:
        return (one["example"], one["step"]) == (other["example"], other["step"])
    return alike(one, other)


def _close(one: float, other: float, close: float, scale: float = 1.0) -> bool:
    if not (math.isfinite(one) and math.isfinite(other)):
        return one == other or (math.isnan(one) and math.isnan(other))
    return abs(one - other) <= close * max(scale, abs(one), abs(other))


def _same_numbers(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Compare tensors relative to their largest element: 1e-17 from cancellation counts as 0."""
    if one["shape"] != other["shape"] or one["dtype"] != other["dtype"]:
        return False
    close = CLOSE.get(one["dtype"], 0.0)
    pairs = list(zip(one["numbers"], other["numbers"], strict=True))
    if not all(isinstance(number, float) for pair in pairs for number in pair):
        return one["numbers"] == other["numbers"]
    sizes = [abs(number) for pair in pairs for number in pair if math.isfinite(number)]
    scale = min(max(sizes, default=0.0), 1e300)
    return all(_close(a, b, close, scale) for a, b in pairs)


def _same_text(one: str, other: str) -> bool:
    """Compare texts: word for word, and their numbers up to the printed digits."""
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    numbers = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(a == b or _close(float(a), float(b), 1e-5) for a, b in numbers)

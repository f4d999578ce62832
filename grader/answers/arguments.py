"""What a call changes in its arguments: copied before it, compared after it, and made at the other end too."""

import sys
from typing import Any

_UNCHANGING = frozenset([type(None), bool, int, float, str, bytes, complex])


def copied(value: Any) -> Any:
    """The data in a value as it is now, to be compared; what is no data, and what never changes, is itself."""
    kind = type(value)
    if kind in _UNCHANGING:
        return value
    if isinstance(value, list | tuple):
        return [copied(item) for item in value]
    if isinstance(value, dict):
        return [(copied(key), copied(item)) for key, item in value.items()]
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, set):
        return set(value)
    if torch is not None and isinstance(value, torch.Generator):
        return value.get_state()
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.copy()
    return value


def as_before(value: Any, before: Any) -> bool:
    """Whether the data in a value are what `copied` made of it."""
    if value is before:
        return True
    if isinstance(value, list | tuple):
        return len(value) == len(before) and all(map(as_before, value, before))
    if isinstance(value, dict):
        return len(value) == len(before) and all(
            as_before(key, old) and as_before(item, was)
            for (key, item), (old, was) in zip(value.items(), before, strict=True)
        )
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.dtype == before.dtype and value.shape == before.shape and torch.equal(value.detach(), before)
    if torch is not None and isinstance(value, torch.Generator):
        return torch.equal(value.get_state(), before)
    if numpy is not None and isinstance(value, numpy.ndarray):
        return value.shape == before.shape and value.tobytes() == before.tobytes()
    return bool(type(value) is type(before) and value == before)


def restore(original: Any, changed: Any) -> None:
    """Let the changes that were made over there be made here: the same objects, with new contents."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(original, torch.Tensor) and isinstance(changed, torch.Tensor):
        if original.shape != changed.shape or original.dtype != changed.dtype:
            original.data = changed
        elif not torch.equal(original, changed):
            original.data.copy_(changed)
    elif torch is not None and isinstance(original, torch.Generator) and isinstance(changed, torch.Generator):
        original.set_state(changed.get_state())
    elif numpy is not None and isinstance(original, numpy.ndarray) and isinstance(changed, numpy.ndarray):
        if original.shape == changed.shape:
            original[...] = changed
    elif isinstance(original, list | tuple) and isinstance(changed, list | tuple):
        for one, other in zip(original, changed, strict=False):
            restore(one, other)
        if isinstance(original, list):
            kept = [one if _stays(one, other) else other for one, other in zip(original, changed, strict=False)]
            original[:] = [*kept, *changed[len(kept) :]]
    elif isinstance(original, dict) and isinstance(changed, dict):
        for key, other in changed.items():
            if key in original:
                restore(original[key], other)
        kept_items = {
            key: original[key] if key in original and _stays(original[key], other) else other
            for key, other in changed.items()
        }
        original.clear()
        original.update(kept_items)


def _stays(original: Any, changed: Any) -> bool:
    """Whether an object has taken on its changes by itself: containers, tensors, and what is no data."""
    return type(original) is type(changed) and not isinstance(original, bool | int | float | str | bytes | complex)

"""Changes of a module's mode or dtype that are foreseen: made in its mirror at once, over there with the next frame.

So they need no requests of their own, which would be a quarter of all. Only what torch itself would do is foreseen:
where a class or an object has methods of its own for it, the end that has the module is asked. What comes out there
otherwise than foreseen comes back with the next reply, as any change does.
"""

import weakref
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from grader.answers import mirror
from grader.answers.peer import Peer
from grader.answers.wire import WireError

MOST = 64  # changes with one frame
_DTYPES = {"double": torch.float64, "float": torch.float32, "half": torch.float16, "bfloat16": torch.bfloat16}
_NAMED = {str(dtype).removeprefix("torch."): dtype for dtype in _DTYPES.values()}
# What a change of mode or dtype goes through in torch.
_METHODS = ("train", *_DTYPES, "to", "_apply", "children", "named_children", "__setattr__", "__getattribute__")
_OWN_METHODS = frozenset(_METHODS)
_TABLES = ("training", "_parameters", "_buffers", "_modules")
_KINDS: weakref.WeakKeyDictionary[type, bool] = weakref.WeakKeyDictionary()


def as_torch(parts: list[nn.Module]) -> bool:
    """Whether these parts of a module change their mode and dtype as torch's own modules do."""
    return all(part.__dict__.keys().isdisjoint(_OWN_METHODS) for part in parts) and all(
        map(_of_torch, {type(part) for part in parts})
    )


def nones(peer: Peer, part: nn.Module) -> list[str]:
    """The attributes of one part that the other end may read, that are None, and that an assignment alone changes."""
    names = [name for name, value in part.__dict__.items() if value is None and not name.startswith("_")]
    if not names or not _of_torch(type(part)):
        return []
    return [name for name in names if peer.may_read(part, name) and not hasattr(type(part), name)]


def _of_torch(kind: type) -> bool:
    known = _KINDS.get(kind)
    if known is None:
        same = all(getattr(kind, name, None) is getattr(nn.Module, name) for name in _METHODS)
        known = _KINDS[kind] = same and not any(hasattr(kind, name) for name in _TABLES)
    return known


def converted(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """What a change of dtype makes of a tensor that is no complex one."""
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


# ---- at the end that has the mirror ----


def changed(part: nn.Module, peer: Peer, name: str, args: Sequence[Any], keywords: dict[str, Any]) -> bool:
    """Make a change in a mirror, and have it follow over there, if it can be foreseen."""
    number, value = peer.number_of(part), _value(name, args, keywords)
    root = peer.roots.get(number)
    state = peer.mirrored.get(root) if root is not None else None
    waiting = peer.riders.get("changes", [])
    if value is None or state is None or not state.as_torch or state.place(part) is None or len(waiting) >= MOST:
        return False
    if isinstance(value, str) and not all(map(_converts_simply, [*part.parameters(), *part.buffers()])):
        return False
    if isinstance(value, bool):
        for inner in part.modules():
            inner.training = value
    else:
        with peer.uncounted():
            getattr(nn.Module, name)(part, *_arguments(name, value))
    state.foresee(part, *_mode_and_dtype(value))
    peer.riders["changes"] = [*waiting, [root, number, name, value, torch.is_grad_enabled()]]
    return True


def _value(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> bool | str | None:
    """The mode, or the name of the dtype, that a module takes on; None where that is to be seen."""
    match name, *args, *keywords.items():
        case ["train"]:
            return True
        case ["train", bool(mode)] | ["train", ("mode", bool(mode))]:
            return mode
        case ["to", torch.dtype() as dtype] | ["to", ("dtype", torch.dtype() as dtype)]:
            return next((name for name, known in _NAMED.items() if known is dtype), None)
        case [_] if name in _DTYPES:
            return str(_DTYPES[name]).removeprefix("torch.")
    return None


def _converts_simply(tensor: Tensor) -> bool:
    """Whether a tensor stays a leaf of torch's graph when its dtype changes."""
    return not tensor.is_complex() and (isinstance(tensor, nn.Parameter) or not tensor.requires_grad)


# ---- at the end that has the module ----


def follow(peer: Peer, changes: Any) -> None:
    """Make the changes that the other end has made in mirrors.

    Raises:
        WireError: they are not of the form that they must have.
        Exception: whatever the module raises.
    """
    if not isinstance(changes, list) or len(changes) > MOST:
        raise WireError("changes of a wrong form")
    for change in changes:
        match change:
            case [int(root), int(number), "train" as name, bool() as value, bool(gradients)]:
                pass
            case [int(root), int(number), str(name), str(value), bool(gradients)] if value in _NAMED and (
                name == "to" or name in _DTYPES
            ):
                pass
            case _:
                raise WireError("a change of a wrong form")
        module = peer.lent(number)
        if not mirror.is_module(module):
            raise WireError("a change of what is no module")
        with torch.set_grad_enabled(gradients), peer.counted():
            getattr(module, name)(*_arguments(name, value))
        if (state := peer.originals.get(root)) is not None:
            state.foresee(module, *_mode_and_dtype(value))


def _arguments(name: str, value: bool | str) -> list[Any]:
    if isinstance(value, bool):
        return [value]
    return [_NAMED[value]] if name == "to" else []


def _mode_and_dtype(value: bool | str) -> tuple[bool | None, torch.dtype | None]:
    return (value, None) if isinstance(value, bool) else (None, _NAMED[value])

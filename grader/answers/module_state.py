"""What both ends know of a module of torch: its parts, its tensors and modes, and what has changed in them since.

A module that stays where it is has a mirror at the other end (`module_mirror`); a model that a check made of torch's
own layers is copied whole for the request that takes it along, and brought up to date when the reply comes. In both
cases only what has changed goes over.
"""

import weakref
from typing import Any

import torch
from torch import Tensor, nn

from grader.answers import ahead, mirror
from grader.answers.peer import Peer
from grader.answers.wire import MOST_DEPTH, Reader, Unsendable, WireError, Writer

MOST_PARTS = 2_000
# The layers of torch.nn that a model may be copied with: made of their attributes, without their constructor.
PLAIN = frozenset(
    [
        *("Sequential", "ModuleList", "ModuleDict", "Embedding", "Linear", "Conv1d", "Flatten", "Identity"),
        *("Tanh", "ReLU", "GELU", "Sigmoid", "Softmax", "LogSoftmax", "Dropout", "BatchNorm1d", "LayerNorm"),
    ]
)
Value = tuple[Tensor, bool, Tensor | None]  # a tensor's numbers, whether it collects a gradient, its gradient


class State:
    """A module's parts and tensors, as both ends know them: tells what has changed since, and takes changes on.

    It does not keep the module alive. Slots are places in the tables of the parts: an assignment there is a change too.
    """

    def __init__(self, module: nn.Module, lender: Peer | None = None) -> None:
        self._lender = lender  # where each part is lent by its number; else the module is copied
        self.as_torch = False  # whether it changes its mode and dtype as torch does: of a mirror, as the other end says
        self._slots: list[tuple[dict[str, Any], str]] = []
        parts, seen = parts_of(module), set()
        self._parts = [weakref.ref(part) for part in parts]
        for part in parts:
            for table in (part._parameters, part._buffers):
                for name, tensor in table.items():
                    if tensor is not None and id(tensor) not in seen:
                        seen.add(id(tensor))
                        self._slots.append((table, name))
        if lender is not None:
            self.as_torch, self._outline = ahead.as_torch(parts), _outline(parts)
            self._nones = [(part.__dict__, name) for part in parts for name in ahead.nones(lender, part)]
        self._remember()

    def _remember(self) -> None:
        self._known = [_value(self.tensor(slot)) for slot in range(len(self._slots))]
        self._modes = self._modes_now()

    def _modes_now(self) -> list[bool]:
        return [bool(part.training) for ref in self._parts if (part := ref()) is not None]

    def part(self, place: int) -> nn.Module:
        """The part that has a place; the module itself has place 0."""
        part = self._parts[place]() if 0 <= place < len(self._parts) else None
        if part is None:
            raise WireError("a part that the module has not")
        return part

    def place(self, part: Any) -> int | None:
        """The place of a part, or None where it is not one."""
        return next((place for place, ref in enumerate(self._parts) if ref() is part), None)

    def tensor(self, slot: int) -> Tensor:
        """The tensor of a slot."""
        table, name = self._slots[slot] if 0 <= slot < len(self._slots) else ({}, "")
        tensor: Tensor | None = table.get(name)
        if tensor is None:
            raise WireError("a tensor that the module has not")
        return tensor

    def moving(self) -> list[tuple[int, Tensor]]:
        """The tensors that gradients may flow to, each with its slot."""
        tensors = [(slot, self.tensor(slot)) for slot in range(len(self._slots))]
        return [(slot, tensor) for slot, tensor in tensors if tensor.requires_grad]

    def is_current(self) -> bool:
        """Whether the module still has the parts and tensors that it had, and all else that the other end was told."""
        parts = parts_of(self.part(0))
        return (
            self._outline == _outline(parts)
            and self.as_torch == ahead.as_torch(parts)
            and all(attributes.get(name, self) is None for attributes, name in self._nones)
        )

    def whole(self, writer: Writer) -> dict[str, Any]:
        """All of it: the parts as a tree, and every tensor."""
        slots = {id(self.tensor(slot)): slot for slot in range(len(self._slots))}
        outline = self._node(writer, self.part(0), slots, set(), 0)
        tensors = [self._entry(writer, slot) for slot in range(len(self._slots))]
        return {"outline": outline, "tensors": tensors, "as_torch": self.as_torch}

    def _node(self, writer: Writer, part: nn.Module, slots: dict[int, int], seen: set[int], depth: int) -> Any:
        if len(seen) > MOST_PARTS or depth > MOST_DEPTH:
            raise Unsendable("a module of too many parts")
        if id(part) in seen:
            return {"is": self._named(writer, part), "again": True}
        seen.add(id(part))
        return {
            "is": self._named(writer, part),
            "training": bool(part.training),
            "parameters": [[name, None if t is None else slots[id(t)]] for name, t in part._parameters.items()],
            "buffers": [[name, None if t is None else slots[id(t)]] for name, t in part._buffers.items()],
            "passing": sorted(part._non_persistent_buffers_set),
            "nones": [] if self._lender is None else ahead.nones(self._lender, part),
            "parts": [
                [name, None if inner is None else self._node(writer, inner, slots, seen, depth + 1)]
                for name, inner in part._modules.items()
            ],
        }

    def _named(self, writer: Writer, part: nn.Module) -> list[Any]:
        """A part by its number, or a layer of torch by its name, attributes and hooks."""
        if self._lender is not None:
            return [self._lender.lend(part), mirror.class_of(self._lender, type(part))]
        attributes = {
            name: writer.value(value)
            for name, value in part.__dict__.items()
            if not name.startswith("_") and name != "training"
        }
        hooks = [writer.value(hook) for hook in part._forward_hooks.values()]
        return [self.place(part), type(part).__name__, attributes, hooks]

    def changes(self, writer: Writer) -> Any:
        """What has changed since both ends were alike: modes, values, gradients. None where nothing has."""
        entries = []
        for slot, (table, name) in enumerate(self._slots):
            tensor = table.get(name)
            if tensor is None or not _same(tensor, self._known[slot]):
                entries.append([slot, *self._entry(writer, slot)])
                self._known[slot] = _value(self.tensor(slot))
        modes = self._modes_now()
        changed, self._modes = modes != self._modes, modes
        return [modes if changed else None, entries] if changed or entries else None

    def _entry(self, writer: Writer, slot: int) -> list[Any]:
        tensor = self.tensor(slot)
        gradient = None if not tensor.is_leaf or tensor.grad is None else writer.tensor(tensor.grad)
        return [writer.tensor(tensor), tensor.requires_grad, gradient]

    def foresee(self, part: nn.Module, mode: bool | None, dtype: torch.dtype | None) -> None:
        """Know of both ends that a part takes on a mode or dtype; what comes out otherwise is a change as any other."""
        inner = parts_of(part)
        if mode is not None:
            places = {id(one) for one in inner}
            modes = zip(self._parts, self._modes, strict=False)
            self._modes = [mode if id(ref()) in places else was for ref, was in modes]
        if dtype is None:
            return
        tables = {id(table) for one in inner for table in (one._parameters, one._buffers)}
        for slot, (table, _) in enumerate(self._slots):
            if id(table) in tables:
                value, moves, gradient = self._known[slot]
                gradient = None if gradient is None else ahead.converted(gradient, dtype)
                self._known[slot] = ahead.converted(value, dtype), moves, gradient

    def apply(self, changes: Any, reader: Reader) -> None:
        """Take on what has changed at the other end."""
        if changes is None:
            return
        match changes:
            case [None | list() as modes, list(entries)] if modes is None or len(modes) == len(self._parts):
                for place, mode in enumerate(modes or []):
                    self.part(place).training = mode is True
            case _:
                raise WireError("changes of a wrong form")
        for entry in entries:
            match entry:
                case [int(slot), int(value), bool(moves), None | int() as gradient]:
                    put(self.tensor(slot), reader, value, moves, gradient)
                    self._known[slot] = _value(self.tensor(slot))
                case _:
                    raise WireError("a change of a wrong form")
        self._modes = self._modes_now()


def parts_of(module: nn.Module) -> list[nn.Module]:
    """A module and its parts, each once, in the order of `nn.Module.modules`, which takes three times as long."""
    parts: dict[int, nn.Module] = {}
    waiting: list[nn.Module | None] = [module]
    while waiting:
        part = waiting.pop()
        if part is not None and id(part) not in parts:
            parts[id(part)] = part
            if part._modules:
                waiting += reversed(part._modules.values())
    return list(parts.values())


def _outline(parts: list[nn.Module]) -> list[Any]:
    """Which parts and tensors a module has, to be compared."""
    outline: list[Any] = []
    for part in parts:
        outline += (id(part), *map(id, part._modules.values()))
        for table in (part._parameters, part._buffers):
            if table:
                outline += table
                outline += [tensor is None for tensor in table.values()]
    return outline


def _value(tensor: Tensor) -> Value:
    gradient = tensor.grad if tensor.is_leaf else None
    return tensor.detach().clone(), tensor.requires_grad, None if gradient is None else gradient.detach().clone()


def _same(tensor: Tensor, known: Value) -> bool:
    gradient = tensor.grad if tensor.is_leaf else None
    return tensor.requires_grad == known[1] and _equal(tensor, known[0]) and _equal(gradient, known[2])


def _equal(one: Tensor | None, other: Tensor | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.dtype is other.dtype and torch.equal(one, other)


def put(tensor: Tensor, reader: Reader, value: int, moves: bool, gradient: int | None) -> None:
    """Give a tensor its numbers, its gradient, and whether it collects one."""
    numbers = reader.tensor(value)
    if numbers.dtype == tensor.dtype and numbers.shape == tensor.shape:
        if not torch.equal(numbers, tensor.detach()):
            tensor.data.copy_(numbers)
    else:
        if tensor.is_leaf:
            tensor.grad = None
        tensor.data = numbers
    if not tensor.is_leaf:
        return
    if moves and not (tensor.is_floating_point() or tensor.is_complex()):
        raise WireError("a gradient of whole numbers")
    tensor.requires_grad_(moves)
    found = None if gradient is None else reader.tensor(gradient)
    if found is not None and (found.shape != tensor.shape or found.dtype != tensor.dtype):
        raise WireError("a gradient that does not fit")
    if found is not None or tensor.grad is not None:
        tensor.grad = found


def is_plain(module: nn.Module) -> bool:
    """Whether a model is made of torch's own layers alone, so that it can be copied."""
    return all(
        type(part).__name__ in PLAIN and type(part) is getattr(nn, type(part).__name__) for part in module.modules()
    )


def lent(peer: Peer, module: nn.Module) -> State:
    """The state of a module that the other end shall mirror, from now on kept."""
    state = State(module, peer)
    peer.originals[peer.number(module)] = state
    return state

"""Modules of torch that stand at one end for one of the other: mirrors, and copies of models of torch's own layers.

A mirror has the same parts and tensors, and its forward pass happens over there. Both are put together from what
`module_state` tells of the module.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from grader.answers import ahead, mirror
from grader.answers.module_state import MOST_PARTS, PLAIN, State, parts_of, put
from grader.answers.peer import Peer
from grader.answers.wire import MOST_DEPTH, Reader, WireError


class Mirror(nn.Module):
    """Stands for a module of the other end: the same parts and tensors, but all work is done over there."""

    _peer: Peer

    def __init__(self, *args: Any, **keywords: Any) -> None:
        """Build the part of a class of this end that extends a mirror's class."""
        super().__init__()
        kind = next(base for base in type(self).__mro__ if "_peer" in base.__dict__)
        made = kind(*args, **keywords)
        self.__dict__["_stands_on"] = (made,)  # in a tuple, so that it is not a part
        self.__dict__ |= {name: made.__dict__[name] for name in ("_parameters", "_buffers", "_modules")}
        self._peer.stands[self] = self._peer.number_of(made)

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """Ask the other end."""
        return self._peer.ask("call", self._peer.number_of(self), None, *args, keywords=keywords)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            return None if name in self.__dict__.get("_nones", ()) else mirror.attribute(self._peer, self, name)

    def extra_repr(self) -> str:
        """Nothing: the attributes are at the other end."""
        return ""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._peer.ask("copy", self._peer.number_of(self))


def _changing(name: str) -> Callable[..., Any]:
    def change(self: Mirror, *args: Any, **keywords: Any) -> Mirror:
        if not ahead.changed(self, self._peer, name, args, keywords):
            self._peer.ask("change", self._peer.number_of(self), name, *args, keywords=keywords)
        return self

    return change


for _name in mirror.CHANGING:
    setattr(Mirror, _name, _changing(_name))


def new_kind(name: str, from_torch: str, members: dict[str, Any]) -> type:
    """A class of mirrors, which extends the class of torch.nn that the other end's class extends."""
    base = getattr(nn, from_torch, None)
    if not isinstance(base, type) or not issubclass(base, nn.Module):
        raise WireError(f"a class of torch that is none: {from_torch!r:.40}")
    return mirror.Kind(name, (Mirror,) if base is nn.Module else (Mirror, base), members)


def mirrored(peer: Peer, number: int, whole: Any, reader: Reader) -> nn.Module:
    """A mirror of a module that the other end describes, or the one that there is, brought up to date."""

    def place(named: Any) -> nn.Module:
        match named:
            case [int(part), kind]:
                known = peer.held.get(part)
                if isinstance(known, Mirror):
                    peer.hold(part)
                    return known
                made = _bare(mirror.kind_of(peer, kind))
                if not isinstance(made, Mirror):
                    raise WireError("a part of no module's class")
                peer.hold(part, made)
                return made
        raise WireError("a part of a wrong form")

    root = _built(whole, reader, place)
    if peer.stands.get(root) != number:
        raise WireError("a module of another number")
    state = peer.mirrored[number] = State(root)
    state.as_torch = whole.get("as_torch") is True
    for part in parts_of(root):
        if (known := peer.stands.get(part)) is not None:
            peer.roots.setdefault(known, number)
    return root


def copied(whole: Any, reader: Reader) -> nn.Module:
    """A copy of a model of torch's own layers."""
    hooks: list[tuple[nn.Module, Any]] = []
    parts: dict[int, nn.Module] = {}

    def place(named: Any) -> nn.Module:
        number, name, attributes, called = named
        if number in parts:
            return parts[number]
        if name not in PLAIN:
            raise WireError(f"a layer {name!r:.40}")
        made = parts[number] = _bare(getattr(nn, name))
        made.__dict__.update({key: reader.value(value) for key, value in attributes.items()})
        hooks.extend((made, reader.value(hook)) for hook in called)
        return made

    root = _built(whole, reader, place)
    for part, hook in hooks:
        part.register_forward_hook(hook)
    return root


def _bare(kind: type) -> nn.Module:
    """A module of a class, without what its constructor would make."""
    made: nn.Module = object.__new__(kind)
    nn.Module.__init__(made)
    return made


def _built(whole: Any, reader: Reader, place: Callable[[Any], nn.Module]) -> nn.Module:
    """Put a module together from its description; `place` makes or finds the part that a node is."""
    if not isinstance(whole, dict) or not isinstance(whole.get("tensors"), list):
        raise WireError("a module of a wrong form")
    tensors: dict[int, Tensor] = {}
    entries, count = whole["tensors"], 0

    def tensor(slot: Any, known: Tensor | None, parameter: bool) -> Tensor | None:
        if slot is None:
            return None
        if type(slot) is not int or not 0 <= slot < len(entries):
            raise WireError("a tensor that the module has not")
        if slot not in tensors:
            value, moves, gradient = entries[slot]
            numbers = reader.tensor(value)
            if known is None:
                known = nn.Parameter(numbers.clone(), requires_grad=False) if parameter else numbers.clone()
            put(known, reader, value, moves is True, gradient)
            tensors[slot] = known
        return tensors[slot]

    def part(node: Any, depth: int) -> nn.Module:
        nonlocal count
        count += 1
        if depth > MOST_DEPTH or count > MOST_PARTS * 2 or not isinstance(node, dict):
            raise WireError("a module of too many parts")
        made = place(node["is"])
        if node.get("again") is True:
            return made
        made.training = node["training"] is True
        tables: list[tuple[dict[str, Any], Any, bool]] = [
            (made._parameters, node["parameters"], True),
            (made._buffers, node["buffers"], False),
        ]
        for table, listed, parameter in tables:
            before = dict(table)
            table.clear()
            table.update({_name_of(name): tensor(slot, before.get(name), parameter) for name, slot in listed})
        if isinstance(made, Mirror):
            made.__dict__["_nones"] = frozenset(map(_name_of, node["nones"]))
        made._non_persistent_buffers_set = {_name_of(name) for name in node["passing"]}
        inner = {_name_of(name): None if child is None else part(child, depth + 1) for name, child in node["parts"]}
        made._modules.clear()
        made._modules.update(inner)
        return made

    try:
        return part(whole["outline"], 0)
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("a module of a wrong form") from error


def _name_of(name: Any) -> str:
    if not isinstance(name, str) or "." in name or len(name) > mirror.LONGEST_NAME:
        raise WireError("a part without a name")
    return name
